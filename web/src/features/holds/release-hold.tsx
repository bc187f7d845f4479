import { Button, Modal, Textarea } from '@mantine/core'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { Failure } from '../../shared/ui/failure.tsx'
import classes from './holds.module.css'

export type Hold = QueryOutput<'hold.list'>['items'][number]

/** Ends a hold, with a reason; says what that does and does not do. */
export function ReleaseHold({ hold }: { hold: Hold }) {
  const t = useT()
  const [reason, setReason] = useState<string | null>(null)
  const release = useCommand('hold.release', {
    announce: false,
    changes: [['hold.list']],
    onDone: () => setReason(null),
  })
  return (
    <>
      <Button size="compact-xs" variant="default" onClick={() => setReason('')}>
        {t('holds.release')}
      </Button>
      {reason !== null && (
        <Modal
          opened
          onClose={() => setReason(null)}
          title={t('holds.releaseTitle')}
          closeButtonProps={{ 'aria-label': t('action.close') }}
        >
          <form
            className={classes.form}
            onSubmit={event => {
              event.preventDefault()
              release.mutate({ holdId: hold.id, reason })
            }}
          >
            <span>{t('holds.releaseGoes')}</span>
            <span>{t('holds.releaseStays')}</span>
            <Textarea
              label={t('holds.reason')}
              required
              data-autofocus
              autosize
              minRows={2}
              maxLength={4096}
              value={reason}
              onChange={event => setReason(event.currentTarget.value)}
            />
            <Failure error={release.error} />
            <Button type="submit" color="red.8" loading={release.isPending}>
              {t('holds.release')}
            </Button>
          </form>
        </Modal>
      )}
    </>
  )
}
