import { Button } from '@mantine/core'
import { IconArrowUp, IconFilterOff } from '@tabler/icons-react'
import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import type { Entry, QueryInput } from '@tracedesk/contracts'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { dayKey, useFormat, useZone } from '../../shared/format.ts'
import { useKeys } from '../../shared/keys.ts'
import { listenToEntries } from '../../shared/live-entries.ts'
import { pagesOf, queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { EmptyFace, ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { EntryRow } from './entry-row.tsx'
import classes from './log.module.css'
import { mayFit } from './log-filter.ts'
import { useFilter } from './use-filter.ts'

const DAY_HEIGHT = 36
const ROW_HEIGHT = 38

interface EntryListProps {
  input: QueryInput<'log.search'>
  openId: string | undefined
  onOpen: (id: string | undefined) => void
  /** The reader wants to see what is new: relative times count anew. */
  onRenew: () => void
}

export function EntryList({ input, openId, onOpen, onRenew }: EntryListProps) {
  const t = useT()
  const client = useQueryClient()
  const { clear } = useFilter()
  const zone = useZone()
  const options = pagesOf('log.search', input)
  const found = useInfiniteQuery({ ...options, placeholderData: keepPreviousData })
  const items = useMemo(
    () => withDays(found.data?.pages.flatMap(page => page.items) ?? [], zone),
    [found.data, zone],
  )
  const shown = useMemo(
    () => new Set(items.flatMap(item => (item.type === 'entry' ? (item.entry.customerId ?? []) : []))),
    [items],
  )
  const news = useNews(found.dataUpdatedAt, shown)
  const renew = () => {
    onRenew()
    // Only the first page is worth asking for again.
    client.setQueryData(options.queryKey, data =>
      data ? { pages: data.pages.slice(0, 1), pageParams: data.pageParams.slice(0, 1) } : data,
    )
    void client.invalidateQueries({ queryKey: options.queryKey })
  }

  if (found.isPending) return <RowsSkeleton rows={14} height={ROW_HEIGHT} />
  if (found.isError && !found.data)
    return <ErrorFace error={found.error} retry={() => void found.refetch()} />
  return (
    <div className={classes.listBox} aria-busy={found.isPlaceholderData}>
      {news > 0 && (
        <Button
          className={classes.news}
          size="compact-sm"
          radius="xl"
          leftSection={<IconArrowUp size={14} aria-hidden />}
          onClick={renew}
        >
          {t('log.new', { count: news })}
        </Button>
      )}
      {items.length === 0 ? (
        <EmptyFace
          icon={<IconFilterOff size={26} stroke={1.6} />}
          title={t('log.empty.title')}
          text={t('log.empty.text')}
          action={
            <Button size="xs" variant="default" onClick={clear}>
              {t('log.empty.clear')}
            </Button>
          }
        />
      ) : (
        <Rows
          items={items}
          openId={openId}
          onOpen={onOpen}
          isWhole={!found.hasNextPage}
          onEnd={() => found.hasNextPage && !found.isFetching && void found.fetchNextPage()}
        />
      )}
    </div>
  )
}

type Item = { type: 'day'; key: string; at: string } | { type: 'entry'; key: string; entry: Entry }

/** Newest first, with a heading before each day in the reader's zone. */
export function withDays(entries: readonly Entry[], zone: string | undefined): Item[] {
  const items: Item[] = []
  let day = ''
  for (const entry of entries) {
    if (dayKey(entry.at, zone) !== day) {
      day = dayKey(entry.at, zone)
      items.push({ type: 'day', key: day, at: entry.at })
    }
    items.push({ type: 'entry', key: entry.id, entry })
  }
  return items
}

/** How many entries arrived since the list was read that may belong to it. */
function useNews(since: number, shown: ReadonlySet<string>): number {
  const search = useSearch({ from: '/shell/log' })
  const [count, setCount] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was read anew has no news
  useEffect(() => setCount(0), [since])
  useEffect(
    () =>
      listenToEntries(items =>
        setCount(before => before + items.filter(item => mayFit(search, item, shown)).length),
      ),
    [search, shown],
  )
  return count
}

interface RowsProps {
  items: Item[]
  openId: string | undefined
  onOpen: (id: string | undefined) => void
  isWhole: boolean
  onEnd: () => void
}

export function Rows({ items, openId, onOpen, isWhole, onEnd }: RowsProps) {
  const t = useT()
  const format = useFormat()
  const may = useMay()
  const ledger = useQuery({ ...queryOf('ledger.state', {}), enabled: may('ledger.view') })
  const signedSize = ledger.data?.signed?.size ?? 0
  const scroller = useRef<HTMLDivElement>(null)
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: index => (items[index]?.type === 'day' ? DAY_HEIGHT : ROW_HEIGHT),
    getItemKey: index => items[index]?.key ?? index,
    overscan: 12,
    paddingEnd: 44,
  })
  const rows = virtualizer.getVirtualItems()
  const last = rows.at(-1)?.index ?? 0
  // biome-ignore lint/correctness/useExhaustiveDependencies: only where the reader is decides
  useEffect(() => {
    if (last >= items.length - 20) onEnd()
  }, [last, items.length])

  const buttonAt = (index: number) =>
    scroller.current?.querySelector<HTMLElement>(`[data-entry-row="${index}"]`)
  const move = (step: 1 | -1) => {
    const focused = document.activeElement?.getAttribute('data-entry-row')
    let to = focused
      ? Number(focused) + step
      : items.findIndex(({ key }) => key === openId) + (openId ? step : 1)
    if (items[to]?.type === 'day') to += step
    const item = items[to]
    if (item?.type !== 'entry') return
    virtualizer.scrollToIndex(to)
    requestAnimationFrame(() => requestAnimationFrame(() => buttonAt(to)?.focus()))
    // With the detail open, moving shows the next one.
    if (openId) onOpen(item.entry.id)
  }
  // biome-ignore lint/correctness/noComponentHookFactories: Escape is a key, not a component
  useKeys({ j: () => move(1), k: () => move(-1), Escape: () => onOpen(undefined) })
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : null
    if (step === null) return
    event.preventDefault()
    move(step)
  }
  return (
    <section
      ref={scroller}
      className={classes.scroller}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroller must be reachable by keyboard
      tabIndex={0}
      aria-label={t('log.list')}
      onKeyDown={onKeyDown}
    >
      <div className={classes.rows} style={{ blockSize: virtualizer.getTotalSize() }}>
        {rows.map(({ index, key, start }) => {
          const item = items[index]
          return (
            <div
              key={key}
              ref={virtualizer.measureElement}
              data-index={index}
              className={classes.place}
              style={{ transform: `translateY(${start}px)` }}
            >
              {item?.type === 'day' && <h2 className={classes.day}>{format.day(item.at)}</h2>}
              {item?.type === 'entry' && (
                <EntryRow
                  entry={item.entry}
                  index={index}
                  isOpen={item.entry.id === openId}
                  signedSize={signedSize}
                  onOpen={onOpen}
                />
              )}
            </div>
          )
        })}
        {isWhole && <p className={classes.end}>{t('log.end')}</p>}
      </div>
    </section>
  )
}
