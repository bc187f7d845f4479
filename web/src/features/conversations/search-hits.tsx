import { IconArrowForward, IconMessage, IconNote } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { QueryOutput } from '@tracedesk/contracts'
import { useT } from '../../i18n/index.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMe } from '../../shared/session.ts'
import { useAuthor } from '../../shared/ui/author.ts'
import { Failure } from '../../shared/ui/failure.tsx'
import { usePartText } from '../../shared/ui/part.tsx'
import { Time } from '../../shared/ui/time.tsx'
import { excerpt } from './excerpt.ts'
import classes from './inbox.module.css'
import { withoutMessage } from './inbox-search.ts'

type Hit = QueryOutput<'conversation.search'>['items'][number]

/** Messages and notes that hold the words, in every conversation on the reader’s desk. */
export function SearchHits({ q }: { q: string }) {
  const t = useT()
  const me = useMe()
  const mayRead = me.agent.role !== 'auditor' // texts are withheld from them, so they are not searched either
  const found = useQuery({
    ...queryOf('conversation.search', { q, limit: 50 }),
    enabled: mayRead,
    placeholderData: keepPreviousData,
  })
  if (!mayRead) return null
  const { items = [], isCut = false } = found.data ?? {}
  return (
    <section className={classes.hits} aria-label={t('inbox.hits.title')}>
      <h3 className={classes.heading}>{t('inbox.hits.title')}</h3>
      <Failure error={found.error} />
      {found.data && items.length === 0 && <p className={classes.quiet}>{t('inbox.hits.none')}</p>}
      <ul>
        {items.map(hit => (
          <li key={hit.id}>
            <HitRow hit={hit} q={q} />
          </li>
        ))}
      </ul>
      {isCut && <p className={classes.quiet}>{t('inbox.hits.cut')}</p>}
    </section>
  )
}

function HitRow({ hit, q }: { hit: Hit; q: string }) {
  const t = useT()
  const textOf = usePartText()
  const authorOf = useAuthor()
  const { conversation, kind, direction, agentName, writtenBy } = hit
  const Icon = kind === 'note' ? IconNote : direction === 'out' ? IconArrowForward : IconMessage
  const [before, match, after] = excerpt(textOf(hit.text), q)
  return (
    <Link
      to="/inbox/$conversationId"
      params={{ conversationId: conversation.id }}
      search={search => ({ ...withoutMessage(search), ...(kind === 'message' && { message: hit.id }) })}
      className={classes.hit}
    >
      <span className={classes.rowLine}>
        <Icon size={14} stroke={1.8} aria-hidden />
        <span className="visually-hidden">
          {t(
            kind === 'note' ? 'inbox.hits.note' : direction === 'out' ? 'inbox.answer' : 'inbox.hits.message',
          )}
        </span>
        <bdi className={classes.rowName}>{conversation.customerName ?? t('chip.customer')}</bdi>
        {agentName !== null && (
          <bdi className={classes.hitAuthor}>{authorOf({ author: { name: agentName }, writtenBy })}</bdi>
        )}
        <Time at={hit.at} show="brief" className={classes.rowTime} />
      </span>
      <span className={classes.hitText} dir="auto">
        {before}
        {match && <mark>{match}</mark>}
        {after}
      </span>
    </Link>
  )
}
