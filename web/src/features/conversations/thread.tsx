import { Button } from '@mantine/core'
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import type { Message } from '@tracedesk/contracts'
import { type RefObject, useEffect, useLayoutEffect, useMemo, useRef } from 'react'
import { useT } from '../../i18n/index.ts'
import { useAnnounceFailure } from '../../shared/command.ts'
import { useFormat } from '../../shared/format.ts'
import { queryOf } from '../../shared/queries.ts'
import { EmptyFace, ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import classes from './inbox.module.css'
import { withoutMessage } from './inbox-search.ts'
import { MessageRow } from './message-row.tsx'
import { threadPages, type Unsent, useDiscard, useUnsent } from './sending.ts'
import { layOutThread, type ThreadItem } from './thread-items.ts'
import { UnsentRow } from './unsent-row.tsx'
import { useSought } from './use-sought.ts'

interface ThreadProps {
  id: string
  around?: string | undefined
  at?: string | undefined
  /** called when the messages, or why there are none, are on the screen */
  onShown: () => void
}

/**
 * The messages of a conversation, newest at the bottom; older ones load when the reader scrolls up. With `around` or
 * `at`, it begins at that message or moment and loads both ways, until the reader goes back to the newest or writes something.
 */
export function Thread({ id, around, at, onShown }: ThreadProps) {
  const t = useT()
  const thread = useInfiniteQuery(threadPages(id, around, at))
  const unsent = useUnsent(id)
  const discard = useDiscard(id)
  const goToNewest = useGoToNewest(around ?? at, unsent.length)
  const goToFirst = useGoToFirst(id)
  const pages = thread.data?.pages
  useOncePainted(!thread.isPending, onShown)
  // Pages come newest first, and each page is oldest first.
  const items = useMemo(
    () =>
      layOutThread(
        (pages ?? []).toReversed().flatMap(page => page.items),
        unsent,
      ),
    [pages, unsent],
  )
  const sought = useMemo(() => soughtIn(items, around, at), [items, around, at])
  if (thread.isPending) return <RowsSkeleton rows={7} height={64} />
  if (thread.isError && !thread.data)
    return <ErrorFace error={thread.error} retry={() => void (sought ? goToNewest() : thread.refetch())} />
  if (items.length === 0) return <EmptyFace icon={null} title={t('thread.empty')} />
  return (
    <ThreadRows
      id={id}
      around={sought}
      items={items}
      onDiscard={discard}
      hasOlder={thread.hasNextPage}
      loadOlder={() => thread.hasNextPage && !thread.isFetching && void thread.fetchNextPage()}
      hasNewer={thread.hasPreviousPage}
      loadNewer={() => thread.hasPreviousPage && !thread.isFetching && void thread.fetchPreviousPage()}
      goToNewest={goToNewest}
      goToFirst={goToFirst}
    />
  )
}

/** Back to the newest messages: asked for, or because the reader wrote something, which stands there. */
function useGoToNewest(around: string | undefined, unsent: number): () => void {
  const navigate = useNavigate()
  const before = useRef(unsent)
  const go = () => void navigate({ to: '.', search: withoutMessage, replace: true })
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is written moves the reader
  useEffect(() => {
    if (around && unsent > before.current) go()
    before.current = unsent
  }, [unsent])
  return go
}

/** To the first message, however many lie between: looked up, and shown like one that was searched for. */
function useGoToFirst(id: string): () => void {
  const navigate = useNavigate()
  const client = useQueryClient()
  const announceFailure = useAnnounceFailure()
  return () => {
    // branded: the conversation's own id
    const first = queryOf('conversation.messages', { id: id as never, direction: 'newer', limit: 1 })
    void client.fetchQuery({ ...first, staleTime: 0 }).then(({ items: [message] }) => {
      if (message) void navigate({ to: '.', search: before => ({ ...before, message: message.id }) })
    }, announceFailure)
  }
}

interface ThreadRowsProps {
  id: string
  around: string | undefined
  hasNewer: boolean
  loadNewer: () => void
  goToNewest: () => void
  goToFirst: () => void
  onDiscard: (unsent: Unsent) => void
  items: ThreadItem[]
  hasOlder: boolean
  loadOlder: () => void
}

function ThreadRows(props: ThreadRowsProps) {
  const { id, around, items, onDiscard, hasOlder, loadOlder, hasNewer, loadNewer, goToNewest, goToFirst } =
    props
  const t = useT()
  const scroller = useRef<HTMLDivElement>(null)
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: index => (items[index]?.type === 'day' ? 38 : 58),
    getItemKey: index => items[index]?.key ?? index,
    overscan: 12,
    paddingStart: 44,
    paddingEnd: 12,
    // Older messages push upwards out of sight; the reader stays where they are.
    anchorTo: 'end',
  })
  const trackEnd = useStayAtEnd({
    scroller,
    last: items.at(-1),
    height: virtualizer.getTotalSize(),
    room: virtualizer.scrollRect?.height ?? 0,
    beginsThere: around === undefined,
    goToEnd: () => virtualizer.scrollToEnd({ behavior: 'instant' }),
  })
  const jumpTo = (messageId: string) => {
    const index = items.findIndex(item => holds(item, messageId))
    if (index >= 0) virtualizer.scrollToIndex(index, { align: 'center' })
  }
  // the first item is a day, which may stay the same
  const shape = `${items.length} ${items[1]?.key} ${items.at(-1)?.key}`
  const isResting = useSought(around, shape, scroller, jumpTo)
  const rows = virtualizer.getVirtualItems()
  const first = rows[0]?.index ?? 0
  const isScrolled = virtualizer.scrollRect !== null && virtualizer.scrollOffset !== null
  // biome-ignore lint/correctness/useExhaustiveDependencies: only where the reader is decides
  useEffect(() => {
    if (isScrolled && isResting && first < 6 && items.length > 0) loadOlder()
  }, [first, isScrolled, isResting, items.length])
  const last = rows.at(-1)?.index ?? 0
  // biome-ignore lint/correctness/useExhaustiveDependencies: only where the reader is decides
  useEffect(() => {
    if (isScrolled && isResting && last > items.length - 6) loadNewer()
  }, [last, isScrolled, isResting, items.length])
  const isAtEnd = virtualizer.isAtEnd(120) && !hasNewer
  useForgetOldPages(id, isAtEnd && around === undefined)

  return (
    <div className={classes.thread}>
      <div
        ref={scroller}
        onScroll={trackEnd}
        className={classes.scroller}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroller must be reachable by keyboard
        tabIndex={0}
        role="log"
        aria-label={t('thread.messages')}
      >
        <div className={classes.rows} style={{ blockSize: virtualizer.getTotalSize() }}>
          <p className={classes.start}>{t(hasOlder ? 'thread.loadingOlder' : 'thread.start')}</p>
          {rows.map(({ index, key, start }) => (
            <div
              key={key}
              ref={virtualizer.measureElement}
              data-index={index}
              data-sought={(around && items[index] && holds(items[index], around)) || undefined}
              className={classes.threadRow}
              style={{ transform: `translateY(${start}px)` }}
            >
              <ThreadItemRow
                id={id}
                item={items[index]}
                items={items}
                onJump={jumpTo}
                onDiscard={onDiscard}
              />
            </div>
          ))}
        </div>
      </div>
      {!isAtEnd && hasOlder && (
        <Button
          className={classes.jumpFirst}
          size="compact-sm"
          radius="xl"
          variant="default"
          leftSection={<IconArrowUp size={14} aria-hidden />}
          onClick={goToFirst}
        >
          {t('thread.first')}
        </Button>
      )}
      {!isAtEnd && (
        <Button
          className={classes.jump}
          size="compact-sm"
          radius="xl"
          variant="default"
          leftSection={<IconArrowDown size={14} aria-hidden />}
          onClick={() => (around ? goToNewest() : virtualizer.scrollToEnd({ behavior: 'instant' }))}
        >
          {t('thread.jump')}
        </Button>
      )}
    </div>
  )
}

/** The message that is sought; where only a moment is, or the message is gone, the last one of then, or the first there is. */
function soughtIn(
  items: readonly ThreadItem[],
  around: string | undefined,
  at: string | undefined,
): string | undefined {
  if (around && items.some(item => holds(item, around))) return around
  if (!at) return around
  const said = items.filter(item => item.type === 'message')
  return (said.findLast(({ message }) => message.at <= at) ?? said[0])?.key
}

const holds = (item: ThreadItem, messageId: string): boolean =>
  item.key === messageId ||
  (item.type === 'message' && item.album?.some(({ id }) => id === messageId) === true)

/** This close to the bottom a reader counts as being there. */
const END_PX = 60

interface End {
  scroller: RefObject<HTMLDivElement | null>
  last: ThreadItem | undefined
  /** of all rows, in pixels */
  height: number
  /** of what is in sight, in pixels: a banner above or a longer draft below takes some of it */
  room: number
  /** whether the reader begins at the bottom */
  beginsThere: boolean
  goToEnd: () => void
}

/**
 * Keeps a reader who is at the bottom there when something is added or grows, such as a picture that has loaded; and
 * takes them there when they have written something. The virtualizer's own following gives up when the newest page
 * loses its oldest message in the same moment, because the day's heading stays first.
 */
function useStayAtEnd({ scroller, last, height, room, beginsThere, goToEnd }: End) {
  const isThere = useRef(beginsThere)
  const place = useRef(0)
  const written = last?.type === 'unsent' ? last.key : undefined
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is written moves the reader
  useLayoutEffect(() => {
    if (written !== undefined && beginsThere) isThere.current = true
  }, [written])
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is added last, or grows, moves the reader
  useLayoutEffect(() => {
    if (isThere.current) goToEnd()
  }, [last?.key, height, room])
  return () => {
    const box = scroller.current
    if (!box || !beginsThere) return
    const below = box.scrollHeight - box.scrollTop - box.clientHeight
    // what grows below a reader moves nothing up: only whoever scrolls up leaves
    if (box.scrollTop < place.current - 1 && below > 2) isThere.current = false
    else if (below < END_PX) isThere.current = true
    place.current = box.scrollTop
  }
}

/** A reader at the bottom needs only the newest page; keeping the rest would have every change fetch them all anew. */
function useForgetOldPages(id: string, isAtEnd: boolean) {
  const client = useQueryClient()
  useEffect(() => {
    if (!isAtEnd) return
    const timer = setTimeout(() => {
      client.setQueryData(threadPages(id).queryKey, data =>
        data && data.pages.length > 2
          ? { pages: data.pages.slice(0, 1), pageParams: data.pageParams.slice(0, 1) }
          : data,
      )
    }, 4000)
    return () => clearTimeout(timer)
  }, [client, id, isAtEnd])
}

/** The same list each time, so that rows are not drawn anew. */
const NONE: readonly Message[] = []

function ThreadItemRow(props: {
  item: ThreadItem | undefined
  id: string
  items: readonly ThreadItem[]
  onDiscard: (unsent: Unsent) => void
  onJump: (messageId: string) => void
}) {
  const format = useFormat()
  const { id, item, items, onJump, onDiscard } = props
  if (!item) return null
  if (item.type === 'day') return <h3 className={classes.day}>{format.day(item.at)}</h3>
  if (item.type === 'unsent') {
    return <UnsentRow conversationId={id} unsent={item.unsent} onDiscard={onDiscard} />
  }
  const { replyTo } = item.message
  const quoted = replyTo ? items.find(each => each.type === 'message' && each.key === replyTo) : undefined
  return (
    <MessageRow
      message={item.message}
      album={item.album ?? NONE}
      isFirst={item.isFirst}
      quoted={quoted?.type === 'message' ? quoted.message : null}
      onJump={onJump}
    />
  )
}

/** Runs `then` once something has been painted. */
function useOncePainted(isThere: boolean, then: () => void) {
  const run = useRef(then)
  useEffect(() => {
    if (!isThere) return
    let timer: ReturnType<typeof setTimeout> | undefined
    // the frame in which it is painted, and then after it
    const frame = requestAnimationFrame(() => {
      timer = setTimeout(run.current)
    })
    return () => {
      cancelAnimationFrame(frame)
      clearTimeout(timer)
    }
  }, [isThere])
}
