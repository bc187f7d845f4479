import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import type { Entry, Message, TimelineItem } from '@tracedesk/contracts'
import { useEffect, useMemo, useRef } from 'react'
import { useT } from '../../i18n/index.ts'
import { EntryIcon, Seal, sealOf } from '../../shared/entry/marks.tsx'
import { EntrySentence } from '../../shared/entry/sentence.tsx'
import { dayKey, useFormat } from '../../shared/format.ts'
import { pagesOf, queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { useAuthor } from '../../shared/ui/author.ts'
import { ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { PartFace } from '../../shared/ui/part.tsx'
import { Time } from '../../shared/ui/time.tsx'
import { CustomerText } from './customer-text.tsx'
import { DeliveryMark } from './delivery-mark.tsx'
import classes from './inbox.module.css'

/** The whole story of a conversation in order: what was said, and between it what was done. */
export function Activity({ id }: { id: string }) {
  const timeline = useInfiniteQuery(pagesOf('conversation.timeline', { id, limit: 100 }))
  const items = useMemo(
    () => withoutEchoes(timeline.data?.pages.flatMap(page => page.items) ?? []),
    [timeline.data],
  )
  if (timeline.isPending) return <RowsSkeleton rows={9} height={44} />
  if (timeline.isError && !timeline.data) {
    return <ErrorFace error={timeline.error} retry={() => void timeline.refetch()} />
  }
  return (
    <ActivityRows
      items={items}
      onEnd={() => timeline.hasNextPage && !timeline.isFetching && void timeline.fetchNextPage()}
    />
  )
}

/** An entry that only says a message came or went stands in that message already. */
function withoutEchoes(items: readonly TimelineItem[]): TimelineItem[] {
  const told = new Set(items.flatMap(item => (item.type === 'message' ? [item.message.entryId] : [])))
  return items.filter(item => item.type === 'message' || !told.has(item.entry.id))
}

function ActivityRows({ items, onEnd }: { items: TimelineItem[]; onEnd: () => void }) {
  const t = useT()
  const format = useFormat()
  const may = useMay()
  const ledger = useQuery({ ...queryOf('ledger.state', {}), enabled: may('ledger.view') })
  const scroller = useRef<HTMLDivElement>(null)
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 44,
    overscan: 14,
    paddingStart: 8,
    paddingEnd: 16,
  })
  const rows = virtualizer.getVirtualItems()
  const last = rows.at(-1)?.index ?? 0
  // biome-ignore lint/correctness/useExhaustiveDependencies: only where the reader is decides
  useEffect(() => {
    if (last >= items.length - 12) onEnd()
  }, [last, items.length])
  return (
    <div className={classes.thread}>
      <section
        ref={scroller}
        className={classes.scroller}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroller must be reachable by keyboard
        tabIndex={0}
        aria-label={t('thread.activity')}
      >
        <div className={classes.rows} style={{ blockSize: virtualizer.getTotalSize() }}>
          {rows.map(({ index, key, start }) => {
            const item = items[index]
            const before = items[index - 1]
            return (
              item && (
                <div
                  key={key}
                  ref={virtualizer.measureElement}
                  data-index={index}
                  className={classes.threadRow}
                  style={{ transform: `translateY(${start}px)` }}
                >
                  {(!before || dayKey(before.at) !== dayKey(item.at)) && (
                    <h3 className={classes.day}>{format.day(item.at)}</h3>
                  )}
                  {item.type === 'message' ? (
                    <SaidRow message={item.message} />
                  ) : (
                    <DoneRow entry={item.entry} signedSize={ledger.data?.signed?.size ?? 0} />
                  )}
                </div>
              )
            )
          })}
        </div>
      </section>
    </div>
  )
}

function SaidRow({ message }: { message: Message }) {
  const t = useT()
  const authorOf = useAuthor()
  return (
    <div className={classes.said} data-direction={message.direction}>
      <Time at={message.at} show="seconds" className={classes.when} />
      <div className={classes.saidBody}>
        <b>
          <bdi>{authorOf(message)}</bdi>
        </b>{' '}
        {message.direction === 'out' && <DeliveryMark message={message} />}
        {message.kind !== 'text' && <em> {t(`kind.${message.kind}`)}</em>}
        {message.text && <PartFace part={message.text}>{value => <CustomerText text={value} />}</PartFace>}
      </div>
    </div>
  )
}

function DoneRow({ entry, signedSize }: { entry: Entry; signedSize: number }) {
  return (
    <div className={classes.done}>
      <Time at={entry.at} show="seconds" className={classes.when} />
      <EntryIcon entry={entry} />
      <EntrySentence entry={entry} />
      <Seal state={sealOf(entry.position, signedSize)} />
    </div>
  )
}
