import { Button } from '@mantine/core'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { ReasonDialog } from '../../shared/reason-dialog.tsx'

export type Hold = QueryOutput<'hold.list'>['items'][number]

/** Ends a hold, with a reason; says what that does and does not do. */
export function ReleaseHold({ hold }: { hold: Hold }) {
  const t = useT()
  const [isAsking, setAsking] = useState(false)
  const release = useCommand('hold.release', {
    announce: false,
    changes: [['hold.list']],
    onDone: () => setAsking(false),
  })
  return (
    <>
      <Button size="compact-xs" variant="default" onClick={() => setAsking(true)}>
        {t('holds.release')}
      </Button>
      {isAsking && (
        <ReasonDialog
          title={t('holds.releaseTitle')}
          text={[t('holds.releaseGoes'), t('holds.releaseStays')]}
          label={t('holds.reason')}
          submit={t('holds.release')}
          isDangerous
          isBusy={release.isPending}
          error={release.error}
          onConfirm={reason => release.mutate({ holdId: hold.id, reason })}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  )
}
