import { useQuery } from '@tanstack/react-query'
import type { QueryOutput } from '@tracedesk/contracts'
import { EntryIcon, Seal, sealOf } from '../../shared/entry/marks.tsx'
import { EntrySentence } from '../../shared/entry/sentence.tsx'
import { dayKey, useFormat } from '../../shared/format.ts'
import { queryOf } from '../../shared/queries.ts'
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
        <Time at={entry.at} show="seconds" className={classes.clock} />
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
