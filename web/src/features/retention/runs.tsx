import { Badge, Button, Progress, Table } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { useDirectory } from '../../shared/directory.ts'
import { useFormat } from '../../shared/format.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { Confirm } from '../../shared/ui/confirm.tsx'
import { ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { Failure } from '../../shared/ui/failure.tsx'
import { Sheet } from '../../shared/ui/sheet.tsx'
import { Time } from '../../shared/ui/time.tsx'
import classes from './retention.module.css'

type Run = QueryOutput<'retention.runs'>['items'][number]
const COLOURS = {
  requested: 'yellow',
  running: 'blue',
  done: 'green',
  stopped: 'gray',
  declined: 'gray',
} as const

/** Destructions: asked for, under way, done. The second of two persons approves here. */
export function Runs() {
  const t = useT()
  const runs = useQuery(queryOf('retention.runs', {}))
  if (runs.isPending) return <RowsSkeleton rows={2} />
  if (runs.isError && !runs.data) return <ErrorFace error={runs.error} retry={() => void runs.refetch()} />
  return (
    <section className={classes.section}>
      <h2>{t('retention.runs')}</h2>
      {runs.data.items.length === 0 ? (
        <p className={classes.quiet}>{t('retention.noRuns')}</p>
      ) : (
        <Sheet label={t('retention.runs')}>
          {runs.data.items.map(run => (
            <RunRow key={run.id} run={run} />
          ))}
        </Sheet>
      )}
    </section>
  )
}

function RunRow({ run }: { run: Run }) {
  const t = useT()
  const may = useMay()
  const directory = useDirectory()
  const { number } = useFormat()
  const nameOf = (id: string) => directory.agent(id) ?? id.slice(0, 8)
  const gone = run.entriesGone + run.partsGone
  const whole = Math.max(1, run.entries + run.parts)
  return (
    <Table.Tr>
      <Table.Td>
        <Badge variant="dot" color={COLOURS[run.state]}>
          {t(`retention.state.${run.state}`)}
        </Badge>
        <div className={classes.quiet}>
          <Time at={run.requestedAt} show="brief" /> ·{' '}
          {run.byRhythm ? t('retention.byRhythm') : nameOf(run.requestedBy)}
          {run.approvedBy && ` → ${nameOf(run.approvedBy)}`}
        </div>
        {may('log.view') && (
          <Link to="/log" search={{ subject: run.id }} className={classes.quiet}>
            {t('retention.entries')}
          </Link>
        )}
      </Table.Td>
      <Table.Td>
        {t('retention.gone', {
          entries: `${number(run.entriesGone)} / ${number(run.entries)}`,
          // whole entries take their parts along, which the preview does not count
          parts: run.parts > 0 ? `${number(run.partsGone)} / ${number(run.parts)}` : number(run.partsGone),
        })}
        {run.state === 'running' && (
          <Progress value={(100 * gone) / whole} size="sm" aria-label={t(`retention.state.${run.state}`)} />
        )}
      </Table.Td>
      <Table.Td>
        <RunActions run={run} />
      </Table.Td>
    </Table.Tr>
  )
}

function RunActions({ run }: { run: Run }) {
  const t = useT()
  const may = useMay()
  const options = { changes: [['retention.runs'], ['retention.preview']], announce: false }
  const [isAsking, setAsking] = useState(false)
  const approve = useCommand('retention.approve', { ...options, onDone: () => setAsking(false) })
  const decline = useCommand('retention.decline', options)
  const stop = useCommand('retention.stop', options)
  const about = { runId: run.id }
  const format = useFormat()
  const amounts = { entries: format.number(run.entries), parts: format.number(run.parts) }
  return (
    <div className={classes.acts}>
      {run.mayApprove && (
        <Button size="compact-xs" color="red.8" loading={approve.isPending} onClick={() => setAsking(true)}>
          {t(run.byRhythm ? 'retention.approveFirst' : 'retention.approve')}
        </Button>
      )}
      {isAsking && (
        <Confirm
          title={t(run.byRhythm ? 'retention.approveFirst' : 'retention.approve')}
          goes={t(run.byRhythm ? 'retention.goes' : 'retention.goesNow', amounts)}
          stays={t('retention.stays')}
          confirm={t(run.byRhythm ? 'retention.approveFirst' : 'retention.approve')}
          isBusy={approve.isPending}
          error={approve.error}
          onConfirm={() => approve.mutate(about)}
          onClose={() => setAsking(false)}
        />
      )}
      {run.state === 'requested' && !run.mayApprove && (
        <span className={classes.quiet}>{t('retention.waits')}</span>
      )}
      {run.state === 'requested' && may('retention.decline') && (
        <Button
          size="compact-xs"
          variant="default"
          loading={decline.isPending}
          onClick={() => decline.mutate(about)}
        >
          {t('retention.decline')}
        </Button>
      )}
      {run.state === 'running' && may('retention.stop') && (
        <Button
          size="compact-xs"
          variant="default"
          loading={stop.isPending}
          onClick={() => stop.mutate(about)}
        >
          {t('retention.stop')}
        </Button>
      )}
      <Failure error={decline.error ?? stop.error} />
    </div>
  )
}
