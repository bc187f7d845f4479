import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT, useWords } from '../../i18n/index.ts'
import { useFormat } from '../../shared/format.ts'
import { queryOf } from '../../shared/queries.ts'
import { ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { Time } from '../../shared/ui/time.tsx'
import classes from './imports.module.css'
import type { Mapping } from './mapping.ts'

type Found = QueryOutput<'import.dry_run'>

/** Reads the whole file once, when asked to, and says what it would become; nothing is changed by it. */
export function DryRun({ uploadId, mapping }: { uploadId: string; mapping: Mapping | null }) {
  const t = useT()
  const said = mapping === null ? undefined : JSON.stringify(mapping)
  const [asked, setAsked] = useState<string | undefined | null>(null)
  // another mapping since: what was counted is not what would be imported
  const isAsked = asked !== null && asked === said
  const found = useQuery({
    ...queryOf('import.dry_run', { uploadId, ...(said === undefined ? {} : { mapping: said }) }),
    enabled: isAsked,
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (
    <>
      <div className={classes.row}>
        <Button variant="default" loading={isAsked && found.isFetching} onClick={() => setAsked(said)}>
          {t('imports.dryRun')}
        </Button>
        <span className={classes.quiet}>{t('imports.dryRunText')}</span>
      </div>
      {isAsked && found.isPending && <RowsSkeleton rows={2} />}
      {isAsked && found.isError && <ErrorFace error={found.error} retry={() => void found.refetch()} />}
      {isAsked && found.data && <Counts found={found.data} />}
    </>
  )
}

function Counts({ found }: { found: Found }) {
  const t = useT()
  const format = useFormat()
  const words = useWords()
  const counts = ['good', 'rejected', 'conversations', 'customers', 'agents'] as const
  return (
    <section className={classes.counts} aria-label={t('imports.dryRun')}>
      {!found.isWhole && <p>{t('imports.dryRunPart', { lines: format.number(found.lines) })}</p>}
      <dl>
        {counts.map(name => (
          <div key={name} data-bad={(name === 'rejected' && found.rejected > 0) || undefined}>
            <dt>{t(`imports.counts.${name}`)}</dt>
            <dd className="tabular">{format.number(found[name])}</dd>
          </div>
        ))}
        {found.from !== null && found.to !== null && (
          <div>
            <dt>{t('imports.counts.span')}</dt>
            <dd>
              <Time at={found.from} show="exact" /> – <Time at={found.to} show="exact" />
            </dd>
          </div>
        )}
      </dl>
      <ul className={classes.tally}>
        {found.events.map(({ event, count }) => (
          <li key={event}>
            <b className="tabular">{format.number(count)}</b> <bdi>{words(`eventName.${event}`, event)}</bdi>
          </li>
        ))}
      </ul>
      {found.causes.length > 0 && (
        <ul className={classes.tally} data-bad aria-label={t('imports.counts.rejected')}>
          {found.causes.map(({ cause, count, firstLine }) => (
            <li key={cause}>
              <b className="tabular">{format.number(count)}</b> {words(`imports.cause.${cause}`, cause)} (
              {t('imports.firstLine', { line: format.number(firstLine) })})
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
