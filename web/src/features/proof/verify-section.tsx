import { Button, Progress } from '@mantine/core'
import { IconAlertTriangle, IconShieldCheck } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import type { QueryOutput } from '@tracedesk/contracts'
import { useRef, useState } from 'react'
import { useT, useWords } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { useFormat } from '../../shared/format.ts'
import { useMay } from '../../shared/session.ts'
import { ErrorFace } from '../../shared/ui/faces.tsx'
import { Ago } from '../../shared/ui/time.tsx'
import classes from './proof.module.css'
import type { HereResult, VerifyProgress } from './verify-here.ts'

type Verification = QueryOutput<'ledger.state'>['verification']

/** Verifies in this browser, out of nothing but bytes; stoppable, with progress. */
export function VerifyHere({ workspaceId }: { workspaceId: string }) {
  const t = useT()
  const [progress, setProgress] = useState<VerifyProgress | null>(null)
  const stop = useRef<AbortController | null>(null)
  const run = useMutation({
    mutationFn: async () => {
      stop.current = new AbortController()
      setProgress({ done: 0, of: 1 })
      const { verifyHere } = await import('./verify-here.ts')
      return verifyHere(workspaceId, stop.current.signal, setProgress)
    },
    onSettled: () => setProgress(null),
  })
  const stopped = run.error instanceof DOMException
  return (
    <>
      <div className={classes.actions}>
        <Button onClick={() => run.mutate()} loading={run.isPending}>
          {t('proof.here.do')}
        </Button>
        {run.isPending && (
          <Button variant="default" onClick={() => stop.current?.abort()}>
            {t('action.cancel')}
          </Button>
        )}
      </div>
      {progress && (
        <Progress value={(100 * progress.done) / progress.of} aria-label={t('proof.here.progress')} />
      )}
      {run.data && <HereVerdict result={run.data} />}
      {stopped && <p>{t('proof.here.stopped')}</p>}
      {run.error && !stopped && <ErrorFace error={run.error} retry={() => run.mutate()} />}
    </>
  )
}

const SHOWN_FINDINGS = 5

function HereVerdict({ result }: { result: HereResult }) {
  const t = useT()
  const format = useFormat()
  const { report } = result
  const good = report.verdict === 'ok'
  const Icon = good ? IconShieldCheck : IconAlertTriangle
  return (
    <div className={classes.verdict} data-state={good ? 'good' : 'bad'} role="status">
      <Icon size={30} stroke={1.6} aria-hidden />
      <div>
        <b>
          {good
            ? t('proof.here.good', { entries: format.number(report.checkedEntries) })
            : t('proof.here.bad')}
        </b>
        {good ? <HereFacts result={result} /> : <HereFindings report={report} />}
      </div>
    </div>
  )
}

/** What a manager should know of a log that is in order. */
function HereFacts({ result: { report, remembered, newKeys } }: { result: HereResult }) {
  const t = useT()
  const format = useFormat()
  return (
    <>
      {remembered !== null && (
        <span>{t('proof.here.remembered', { entries: format.number(remembered) })}</span>
      )}
      {newKeys > 0 && <span>{t('proof.here.newKey')}</span>}
      {report.purged.entries > 0 && <span>{t('proof.here.purged', { count: report.purged.entries })}</span>}
      {report.epochs.map(({ epoch, position, lost }) => (
        <span key={epoch}>
          {t('proof.here.epoch', {
            epoch,
            position: format.number(position),
            lost: format.number(lost),
          })}
        </span>
      ))}
    </>
  )
}

function HereFindings({ report: { findings, findingCount } }: { report: HereResult['report'] }) {
  const t = useT()
  const words = useWords()
  const format = useFormat()
  const more = findingCount - Math.min(findingCount, SHOWN_FINDINGS)
  return (
    <>
      {findings.slice(0, SHOWN_FINDINGS).map(({ verdict, position, detail }) => (
        <span key={`${verdict} ${detail}`}>
          {words(`value.${verdict}`, verdict)}
          {position !== null && ` · ${t('field.position')} ${format.number(position)}`} <code>{verdict}</code>
        </span>
      ))}
      {more > 0 && <span>{t('proof.here.more', { count: more })}</span>}
    </>
  )
}

/** What the server last found when it verified itself, and asking it to do so now. */
export function ServerVerification({ verification: { last, running } }: { verification: Verification }) {
  const t = useT()
  const format = useFormat()
  const may = useMay()
  const words = useWords()
  const verify = useCommand('ledger.verify', { changes: [['ledger.state']] })
  const stop = useCommand('ledger.stop_verification', { changes: [['ledger.state']] })
  return (
    <>
      {last ? (
        <p>
          {last.verdict === 'ok'
            ? t('proof.server.good', { entries: format.number(last.size) })
            : t('proof.server.bad', { verdict: words(`value.${last.verdict}`, last.verdict) })}{' '}
          <Ago at={last.at} />
        </p>
      ) : (
        <p>{t('proof.server.never')}</p>
      )}
      {may('ledger.verify') && (
        <div className={classes.actions}>
          <Button
            variant="default"
            onClick={() => verify.mutate({})}
            loading={verify.isPending || running !== null}
          >
            {t('proof.server.do')}
          </Button>
          {running && (
            <Button variant="default" onClick={() => stop.mutate({})} loading={stop.isPending}>
              {t('proof.server.stop')}
            </Button>
          )}
        </div>
      )}
      {running && (
        <>
          <Progress
            value={running.of === 0 ? 0 : (100 * running.done) / running.of}
            aria-label={t('proof.here.progress')}
          />
          <p>
            {t('proof.server.progress', {
              done: format.number(running.done),
              of: format.number(running.of),
            })}
          </p>
        </>
      )}
    </>
  )
}
