import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { QueryOutput } from '@tracedesk/contracts'
import { useT } from '../../i18n/index.ts'
import { EntryIcon, Seal, sealOf } from '../../shared/entry/marks.tsx'
import { EntrySentence } from '../../shared/entry/sentence.tsx'
import { dayKey, useFormat } from '../../shared/format.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay, useMe } from '../../shared/session.ts'
import { Time } from '../../shared/ui/time.tsx'
import classes from './disputes.module.css'

export type StoryItem = QueryOutput<'dispute.story'>['items'][number]

interface StoryRowProps {
  item: StoryItem
  before?: StoryItem | undefined
  lay?: React.ReactNode
  isLaid?: boolean
}

/** One entry of a story. A message stands out from what was done about it. */
export function StoryRow({ item, before, lay, isLaid = false }: StoryRowProps) {
  const format = useFormat()
  const ledger = useQuery(queryOf('ledger.state', {}))
  const { entry, part } = item
  const isNewDay = before === undefined || dayKey(before.entry.at) !== dayKey(entry.at)
  return (
    <>
      {isNewDay && <h3 className={classes.day}>{format.day(entry.at)}</h3>}
      <article
        className={classes.row}
        data-part={part}
        data-ours={entry.event === 'message.sent' || undefined}
        data-laid={isLaid || undefined}
      >
        <Clock entry={entry} />
        <EntryIcon entry={entry} />
        <div className={classes.sentence}>
          <EntrySentence entry={entry} />
        </div>
        <Seal state={sealOf(entry.position, ledger.data?.signed?.size ?? 0)} />
        {lay}
      </article>
    </>
  )
}

/**
 * When it was; leads to the entry itself, with all it holds and what proves it. Inside a case a supervisor sees entries
 * that the log does not show them, so for them it leads nowhere.
 */
function Clock({ entry: { id, at, conversationId } }: { entry: StoryItem['entry'] }) {
  const t = useT()
  const may = useMay()
  const { scope } = useMe()
  const time = <Time at={at} show="seconds" className={classes.clock} />
  if (!may('log.view') || scope !== 'all') return time
  return (
    <Link
      to="/log"
      search={{ ...(conversationId !== null && { conversation: conversationId }), entry: id }}
      className={classes.toEntry}
    >
      {time}
      <span className="visually-hidden"> {t('log.detail.title')}</span>
    </Link>
  )
}
