import { Select, TextInput, Tooltip } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconAlarmSnooze, IconArrowsExchange, IconInbox, IconPin, IconSearch } from '@tabler/icons-react'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import type { Conversation, QueryInput } from '@tracedesk/contracts'
import { useEffect, useRef } from 'react'
import { useT } from '../../i18n/index.ts'
import { useKeys } from '../../shared/keys.ts'
import { pagesOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { EmptyFace, ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { LinkButton } from '../../shared/ui/link-button.tsx'
import { ConversationRow } from './conversation-row.tsx'
import classes from './inbox.module.css'
import { ASIDE_VIEWS, type InboxSearch, STATUSES, VIEWS } from './inbox-search.ts'

const ROW_HEIGHT = 80
const ASIDE_ICONS = { pinned: IconPin, snoozed: IconAlarmSnooze, offered: IconArrowsExchange }

function inputOf({ view = 'mine', status = 'in_progress', q }: InboxSearch): QueryInput<'conversation.list'> {
  return {
    limit: 50,
    // where there is somebody to answer, whoever waits longest comes first
    order: view === 'all' || status === 'resolved' ? 'recent' : 'waiting',
    ...(view === 'mine' && { assignee: 'me' as const }),
    ...(view === 'queue' && { assignee: 'none' as const }),
    ...((view === 'mine' || view === 'queue') && status !== 'resolved' && { snoozed: 'false' as const }),
    ...(view === 'pinned' && { pinned: 'any' as const }),
    ...(view === 'snoozed' && { snoozed: 'true' as const }),
    ...(view === 'offered' && { offered: 'me' as const }),
    ...(status !== 'any' && { status }),
    ...(q && { q }),
  }
}

export function ConversationList({ openId }: { openId: string | undefined }) {
  const t = useT()
  const search = useSearch({ from: '/shell/inbox' })
  const list = useInfiniteQuery({
    ...pagesOf('conversation.list', inputOf(search)),
    placeholderData: keepPreviousData,
  })
  const items = list.data?.pages.flatMap(page => page.items) ?? []
  return (
    <section className={classes.listPane} aria-label={t('inbox.list')}>
      <ListFilters />
      {list.isPending && <RowsSkeleton height={ROW_HEIGHT} />}
      {list.isError && !list.data && <ErrorFace error={list.error} retry={() => void list.refetch()} />}
      {list.data && items.length === 0 && <EmptyList />}
      {items.length > 0 && (
        <Rows
          items={items}
          openId={openId}
          onEnd={() => list.hasNextPage && !list.isFetching && void list.fetchNextPage()}
        />
      )}
    </section>
  )
}

function ListFilters() {
  const t = useT()
  const search = useSearch({ from: '/shell/inbox' })
  const navigate = useNavigate()
  const field = useRef<HTMLInputElement>(null)
  const change = (next: Partial<InboxSearch>) =>
    void navigate({ to: '.', search: before => ({ ...before, ...next }), replace: true })
  const find = useDebouncedCallback((q: string) => change({ q }), 180)
  useKeys({ '/': () => field.current?.focus() })
  useEffect(() => {
    if (field.current && field.current !== document.activeElement) field.current.value = search.q ?? ''
  }, [search.q])
  return (
    <div className={classes.filters}>
      <fieldset className={classes.views} aria-label={t('inbox.view.label')}>
        {VIEWS.map(view => (
          <button
            key={view}
            type="button"
            aria-pressed={(search.view ?? 'mine') === view}
            onClick={() => change({ view })}
          >
            {t(`inbox.view.${view}`)}
          </button>
        ))}
        {ASIDE_VIEWS.map(view => {
          const Icon = ASIDE_ICONS[view]
          return (
            <Tooltip key={view} label={t(`inbox.view.${view}`)}>
              <button
                type="button"
                className={classes.iconView}
                aria-label={t(`inbox.view.${view}`)}
                aria-pressed={search.view === view}
                onClick={() => change({ view })}
              >
                <Icon size={16} stroke={1.7} aria-hidden />
              </button>
            </Tooltip>
          )
        })}
      </fieldset>
      <div className={classes.filterRow}>
        <TextInput
          ref={field}
          size="xs"
          type="search"
          aria-label={t('inbox.search')}
          placeholder={t('inbox.search')}
          leftSection={<IconSearch size={14} aria-hidden />}
          defaultValue={search.q ?? ''}
          onChange={event => find(event.currentTarget.value)}
          onKeyDown={event => event.key === 'Escape' && event.currentTarget.blur()}
        />
        <Select
          size="xs"
          aria-label={t('inbox.filterStatus')}
          allowDeselect={false}
          value={search.status ?? 'in_progress'}
          data={[...STATUSES, 'any' as const].map(value => ({ value, label: t(`status.${value}`) }))}
          onChange={status => change({ status: status as NonNullable<InboxSearch['status']> })}
        />
      </div>
    </div>
  )
}

function EmptyList() {
  const t = useT()
  const may = useMay()
  const { view = 'mine', status = 'in_progress', q } = useSearch({ from: '/shell/inbox' })
  const icon = <IconInbox size={26} stroke={1.6} />
  if (q || status !== 'in_progress') {
    return (
      <EmptyFace
        icon={icon}
        title={t('inbox.empty.filtered')}
        text={t('inbox.empty.filteredText')}
        action={
          <LinkButton size="xs" variant="default" to="/inbox" search={{ view }}>
            {t('log.empty.clear')}
          </LinkButton>
        }
      />
    )
  }
  return (
    <EmptyFace
      icon={icon}
      title={t(`inbox.empty.${view}`)}
      text={t(`inbox.empty.${view}Text`)}
      action={
        (view === 'mine' && (
          <LinkButton size="xs" to="/inbox" search={{ view: 'queue' }}>
            {t('inbox.empty.toQueue')}
          </LinkButton>
        )) ||
        (view === 'all' && may('bot.connect') && (
          <LinkButton size="xs" to="/bots">
            {t('inbox.empty.connect')}
          </LinkButton>
        ))
      }
    />
  )
}

function Rows({
  items,
  openId,
  onEnd,
}: {
  items: Conversation[]
  openId: string | undefined
  onEnd: () => void
}) {
  const t = useT()
  const scroller = useRef<HTMLDivElement>(null)
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 6,
    getItemKey: index => items[index]?.id ?? index,
  })
  const rows = virtualizer.getVirtualItems()
  const last = rows.at(-1)?.index ?? 0
  // biome-ignore lint/correctness/useExhaustiveDependencies: only where the reader is decides
  useEffect(() => {
    if (last >= items.length - 8) onEnd()
  }, [last, items.length])

  const rowAt = (index: number) => scroller.current?.querySelector<HTMLElement>(`[data-row="${index}"]`)
  const move = (step: 1 | -1) => {
    const focused = scroller.current?.querySelector<HTMLElement>('[data-row]:focus')?.dataset.row
    const from = focused === undefined ? items.findIndex(({ id }) => id === openId) : Number(focused)
    const to = Math.min(items.length - 1, Math.max(0, from === -1 && step === -1 ? 0 : from + step))
    virtualizer.scrollToIndex(to)
    // The row may first have to be drawn.
    if (rowAt(to)) rowAt(to)?.focus()
    else requestAnimationFrame(() => requestAnimationFrame(() => rowAt(to)?.focus()))
  }
  useKeys({ j: () => move(1), k: () => move(-1) })
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : null
    if (step === null) return
    event.preventDefault()
    move(step)
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrows move between the links inside
    <div ref={scroller} className={classes.scroller} onKeyDown={onKeyDown}>
      <ul
        aria-label={t('inbox.list')}
        className={classes.rows}
        style={{ blockSize: virtualizer.getTotalSize() }}
      >
        {rows.map(({ index, key, start }) => {
          const conversation = items[index]
          return (
            conversation && (
              <li key={key} style={{ transform: `translateY(${start}px)`, blockSize: ROW_HEIGHT }}>
                <ConversationRow conversation={conversation} index={index} />
              </li>
            )
          )
        })}
      </ul>
    </div>
  )
}
