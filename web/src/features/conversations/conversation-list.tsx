import { IconInbox } from '@tabler/icons-react'
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import type { QueryInput } from '@tracedesk/contracts'
import { lazy, Suspense } from 'react'
import { useT } from '../../i18n/index.ts'
import { useKeys } from '../../shared/keys.ts'
import { pagesOf, queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { EmptyFace, ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { LinkButton } from '../../shared/ui/link-button.tsx'
import classes from './inbox.module.css'
import type { InboxSearch } from './inbox-search.ts'
import { ListFilters } from './list-filters.tsx'
import { ROW_HEIGHT, Rows } from './list-rows.tsx'
import { useBulk } from './use-bulk.ts'
import { useSelection } from './use-selection.ts'

const BulkBar = lazy(async () => ({ default: (await import('./bulk-bar.tsx')).BulkBar }))
const SearchHits = lazy(async () => ({ default: (await import('./search-hits.tsx')).SearchHits }))
const BulkReport = lazy(async () => ({ default: (await import('./bulk-report.tsx')).BulkReport }))

function inputOf(search: InboxSearch): QueryInput<'conversation.list'> {
  const { view = 'mine', status = 'in_progress', q, bot, label, department, unread, sort } = search
  const found = {
    limit: 50,
    // where there is somebody to answer, whoever waits longest comes first
    order:
      (view === 'all' && sort !== 'waiting') || status === 'resolved'
        ? ('recent' as const)
        : ('waiting' as const),
    ...(view === 'mine' && { assignee: 'me' as const }),
    ...(view === 'queue' && { assignee: 'none' as const }),
    ...((view === 'mine' || view === 'queue') && status !== 'resolved' && { snoozed: 'false' as const }),
    ...(view === 'departments' && { department: 'mine' as const }),
    ...(view === 'pinned' && { pinned: 'any' as const }),
    ...(view === 'snoozed' && { snoozed: 'true' as const }),
    ...(view === 'offered' && { offered: 'me' as const }),
    ...(status !== 'any' && { status }),
    ...(bot && { bot }),
    ...(label && { label }),
    ...(department && { department }),
    ...(unread && { unread: 'true' as const }),
    ...(q && { q }),
  }
  // branded: the ids stand in the address, and the server refuses what is none
  return found as QueryInput<'conversation.list'>
}

export function ConversationList({ openId }: { openId: string | undefined }) {
  const t = useT()
  const search = useSearch({ from: '/shell/inbox' })
  const list = useInfiniteQuery({
    ...pagesOf('conversation.list', inputOf(search)),
    placeholderData: keepPreviousData,
  })
  const items = list.data?.pages.flatMap(page => page.items) ?? []
  const selection = useSelection(items)
  // what was changed may leave the list; the report of it stays
  const bulk = useBulk(selection.clear)
  useKeys(selection.chosen.length > 0 ? { Escape: selection.clear } : {})
  return (
    <section className={classes.listPane} aria-label={t('inbox.list')}>
      <ListFilters />
      {selection.chosen.length > 0 && (
        <Suspense>
          <BulkBar
            chosen={selection.chosen}
            bulk={bulk}
            onAll={selection.selectAll}
            onClear={selection.clear}
          />
        </Suspense>
      )}
      {bulk.run && (
        <Suspense>
          <BulkReport run={bulk.run} onStop={bulk.stop} onClose={bulk.close} />
        </Suspense>
      )}
      {list.isPending && <RowsSkeleton height={ROW_HEIGHT} />}
      {list.isError && !list.data && <ErrorFace error={list.error} retry={() => void list.refetch()} />}
      {list.data && items.length === 0 && (search.q ? <NoNames q={search.q} /> : <EmptyList />)}
      {items.length > 0 && (
        <Rows
          items={items}
          openId={openId}
          selected={selection.ids}
          onSelect={selection.toggle}
          onEnd={() => list.hasNextPage && !list.isFetching && void list.fetchNextPage()}
        />
      )}
      {search.q && (
        <Suspense>
          <SearchHits q={search.q} />
        </Suspense>
      )}
    </section>
  )
}

/** No customer of this place has the name; words may be found below, and names elsewhere. */
function NoNames({ q }: { q: string }) {
  const t = useT()
  const { view, status } = useSearch({ from: '/shell/inbox' })
  return (
    <div className={classes.noNames}>
      <p className={classes.quiet}>{t('inbox.empty.noName')}</p>
      {(view !== 'all' || status !== 'any') && (
        <LinkButton
          size="compact-xs"
          variant="default"
          to="/inbox"
          search={{ view: 'all', status: 'any', q }}
        >
          {t('inbox.empty.everywhere')}
        </LinkButton>
      )}
    </div>
  )
}

function EmptyList() {
  const t = useT()
  const may = useMay()
  const { view = 'mine', status = 'in_progress', ...narrowed } = useSearch({ from: '/shell/inbox' })
  const bots = useQuery({ ...queryOf('bot.list', {}), enabled: may('bot.connect') && may('bot.view') })
  const hasNoBot = bots.data?.items.length === 0
  const icon = <IconInbox size={26} stroke={1.6} />
  const { bot, label, department, unread } = narrowed
  if (bot || label || department || unread || status !== 'in_progress') {
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
  if (view === 'mine' && !may('message.send')) {
    return (
      <EmptyFace
        icon={icon}
        title={t('inbox.empty.reader')}
        text={t('inbox.empty.readerText')}
        action={
          <LinkButton size="xs" to="/inbox" search={{ view: 'all' }}>
            {t('inbox.empty.toAll')}
          </LinkButton>
        }
      />
    )
  }
  if (hasNoBot) {
    return (
      <EmptyFace
        icon={icon}
        title={t('bots.empty.title')}
        text={t('bots.empty.text')}
        action={
          <LinkButton size="xs" to="/bots">
            {t('inbox.empty.connect')}
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
        view === 'mine' && (
          <LinkButton size="xs" to="/inbox" search={{ view: 'queue' }}>
            {t('inbox.empty.toQueue')}
          </LinkButton>
        )
      }
    />
  )
}
