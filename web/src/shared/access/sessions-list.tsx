import { Badge, Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { QueryOutput } from '@tracedesk/contracts'
import { useT, useWords } from '../../i18n/index.ts'
import { useCommand } from '../command.ts'
import { queryOf } from '../queries.ts'
import { ErrorFace, RowsSkeleton } from '../ui/faces.tsx'
import { Time } from '../ui/time.tsx'
import classes from './access.module.css'

type Session = QueryOutput<'session.list'>['items'][number]

/** The browser and system of a user agent, as far as it tells: the few words people know their devices by. */
export function deviceOf(userAgent: string): string {
  const browser = /(Edg|OPR|Firefox|Chrome|Safari)\/[\d.]+/.exec(userAgent)?.[1]
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(userAgent)?.[1]
  const names: Record<string, string> = { Edg: 'Edge', OPR: 'Opera', 'Mac OS X': 'macOS' }
  const known = [browser, system].flatMap(word => (word ? [names[word] ?? word] : []))
  return known.length > 0 ? known.join(' · ') : userAgent.slice(0, 60)
}

/** Living sessions, one's own or somebody's, each with a button that ends it. */
export function SessionsList({ agentId, mayEnd }: { agentId?: string; mayEnd: boolean }) {
  const sessions = useQuery(queryOf('session.list', agentId ? { agentId } : {}))
  const t = useT()
  if (sessions.isPending) return <RowsSkeleton rows={2} />
  if (!sessions.data) return <ErrorFace error={sessions.error} retry={() => void sessions.refetch()} />
  if (sessions.data.items.length === 0) return <p>{t('account.noSessions')}</p>
  return (
    <ul className={classes.list}>
      {sessions.data.items.map(session => (
        <SessionRow key={session.id} session={session} mayEnd={mayEnd} />
      ))}
    </ul>
  )
}

function SessionRow({ session, mayEnd }: { session: Session; mayEnd: boolean }) {
  const t = useT()
  const words = useWords()
  const end = useCommand('session.revoke', { changes: [['session.list'], ['session.history']] })
  const where = [session.ip, words(`value.${session.method}`, session.method)].filter(Boolean).join(' · ')
  return (
    <li>
      <span className={classes.main}>
        <bdi>{session.userAgent === null ? t('account.unknownDevice') : deviceOf(session.userAgent)}</bdi>
        <small>{where}</small>
      </span>
      <Time at={session.createdAt} show="exact" />
      {session.current && <Badge variant="light">{t('account.thisSession')}</Badge>}
      {mayEnd && !session.current && (
        <Button
          size="compact-xs"
          variant="default"
          loading={end.isPending}
          onClick={() => end.mutate({ sessionId: session.id })}
        >
          {t('account.endSession')}
        </Button>
      )}
    </li>
  )
}
