import { Button } from '@mantine/core'
import { IconAlertTriangle, IconShieldCheck } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import type { Entry } from '@tracedesk/contracts'
import { useT, useWords } from '../../i18n/index.ts'
import { useFormat } from '../../shared/format.ts'
import { ErrorFace } from '../../shared/ui/faces.tsx'
import classes from './log.module.css'

/** Verifies one entry in this browser, from its bytes and the proof of its place. */
export function VerifyEntry({ entry, position }: { entry: Entry; position: number }) {
  const t = useT()
  const words = useWords()
  const format = useFormat()
  const run = useMutation({
    mutationFn: async () => (await import('./verify-entry.ts')).verifyEntry(entry, position),
  })
  const good = run.data?.verdict === 'ok'
  const Icon = good ? IconShieldCheck : IconAlertTriangle
  return (
    <>
      <Button size="compact-sm" variant="default" loading={run.isPending} onClick={() => run.mutate()}>
        {t('log.detail.verify')}
      </Button>
      {run.data && (
        <p className={classes.checked} data-good={good} role="status">
          <Icon size={16} stroke={1.8} aria-hidden />
          {good
            ? t('log.detail.verified', {
                position: format.number(position),
                size: format.number(run.data.size),
              })
            : `${t('log.detail.notVerified')} ${words(`value.${run.data.verdict}`, run.data.verdict)}`}
        </p>
      )}
      {run.error && <ErrorFace error={run.error} retry={() => run.mutate()} />}
    </>
  )
}
