import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import type { Entry } from '@tracedesk/contracts'
import { useT } from '../../i18n/index.ts'
import { EntrySentence } from '../entry/sentence.tsx'
import { pagesOf } from '../queries.ts'
import { ErrorFace, RowsSkeleton } from '../ui/faces.tsx'
import { Time } from '../ui/time.tsx'
import classes from './access.module.css'
import { deviceOf } from './sessions-list.tsx'

/** Entries about signing in, newest first: one's own, somebody's, or everybody's. */
export function SignInHistory({ agentId, all = false }: { agentId?: string; all?: boolean }) {
  const t = useT()
  const input = { limit: 20, ...(agentId ? { agentId } : {}), ...(all ? { all: 'true' } : {}) }
  const pages = useInfiniteQuery(pagesOf('session.history', input))
  if (pages.isPending) return <RowsSkeleton rows={4} />
  if (!pages.data) return <ErrorFace error={pages.error} retry={() => void pages.refetch()} />
  const entries = pages.data.pages.flatMap(page => page.items)
  if (entries.length === 0) return <p>{t('account.noHistory')}</p>
  return (
    <>
      <ul className={classes.list}>
        {entries.map(entry => (
          <li key={entry.id}>
            <span className={classes.main}>
              <EntrySentence entry={entry} />
              <small>{whereOf(entry)}</small>
            </span>
            <Time at={entry.at} show="exact" />
          </li>
        ))}
      </ul>
      {pages.hasNextPage && (
        <Button
          className={classes.more}
          size="xs"
          variant="default"
          loading={pages.isFetchingNextPage}
          onClick={() => void pages.fetchNextPage()}
        >
          {t('account.older')}
        </Button>
      )}
    </>
  )
}

/** Address and device of an entry, its own or its session's. */
function whereOf({ parts, via }: Entry): string {
  const open = (part: Entry['parts'][string] | null | undefined) =>
    part?.state === 'open' && part.value !== '' ? part.value : null
  const device = open(parts.userAgent) ?? open(via.userAgent)
  return [open(parts.ip) ?? open(via.ip), device && deviceOf(device)].filter(Boolean).join(' · ')
}
