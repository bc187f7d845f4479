import { Select, TextInput, Tooltip } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconAlarmSnooze, IconArrowsExchange, IconPin, IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useT } from '../../i18n/index.ts'
import { useFormat } from '../../shared/format.ts'
import { useKeys } from '../../shared/keys.ts'
import { queryOf } from '../../shared/queries.ts'
import { FilterChips } from './filter-chips.tsx'
import classes from './inbox.module.css'
import { ASIDE_VIEWS, type InboxSearch, STATUSES, VIEWS } from './inbox-search.ts'
import { ViewMenu } from './view-menu.tsx'

const ASIDE_ICONS = { pinned: IconPin, snoozed: IconAlarmSnooze, offered: IconArrowsExchange }

/** Which conversations the list shows: the place, what they are narrowed to, and what is searched for. */
export function ListFilters() {
  const t = useT()
  const search = useSearch({ from: '/shell/inbox' })
  const navigate = useNavigate()
  const change = (next: { [Name in keyof InboxSearch]?: InboxSearch[Name] | undefined }) =>
    void navigate({ to: '.', search: before => ({ ...before, ...next }) as InboxSearch, replace: true })
  return (
    <div className={classes.filters}>
      <Places search={search} onPlace={view => change({ view })} />
      <div className={classes.filterRow}>
        <SearchField q={search.q} onSearch={q => change({ q: q || undefined })} />
        <Select
          size="xs"
          aria-label={t('inbox.filterStatus')}
          allowDeselect={false}
          value={search.status ?? 'in_progress'}
          data={[...STATUSES, 'any' as const].map(value => ({ value, label: t(`status.${value}`) }))}
          onChange={status => change({ status: status as NonNullable<InboxSearch['status']> })}
        />
        <ViewMenu />
      </div>
      <FilterChips search={search} onRemove={name => change({ [name]: undefined })} />
    </div>
  )
}

function Places({
  search,
  onPlace,
}: {
  search: InboxSearch
  onPlace: (view: NonNullable<InboxSearch['view']>) => void
}) {
  const t = useT()
  const { data: counts } = useQuery(queryOf('inbox.counts', {}))
  return (
    <fieldset className={classes.views} aria-label={t('inbox.view.label')}>
      {VIEWS.map(view => (
        <button
          key={view}
          type="button"
          aria-pressed={(search.view ?? 'mine') === view}
          onClick={() => onPlace(view)}
        >
          <span>{t(`inbox.view.${view}`)}</span>
          {view === 'mine' && counts && <Badge count={counts.unread} words="inbox.unreadMine" isUnread />}
          {view === 'queue' && counts && <Badge count={counts.queue} words="inbox.inQueue" />}
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
              onClick={() => onPlace(view)}
            >
              <Icon size={16} stroke={1.7} aria-hidden />
              {view === 'offered' && (counts?.offered ?? 0) > 0 && (
                <i className={classes.dotMark} aria-hidden />
              )}
            </button>
          </Tooltip>
        )
      })}
    </fieldset>
  )
}

interface BadgeProps {
  count: number
  words: 'inbox.unreadMine' | 'inbox.inQueue'
  isUnread?: boolean
}

function Badge({ count, words, isUnread }: BadgeProps) {
  const t = useT()
  const format = useFormat()
  if (count === 0) return null
  return (
    <span className={classes.badge} data-unread={isUnread || undefined} title={t(words, { count })}>
      {count > 99 ? `${format.number(99)}+` : format.number(count)}
    </span>
  )
}

function SearchField({ q, onSearch }: { q: string | undefined; onSearch: (q: string) => void }) {
  const t = useT()
  const field = useRef<HTMLInputElement>(null)
  const find = useDebouncedCallback(onSearch, 180)
  useKeys({ '/': () => field.current?.focus() })
  useEffect(() => {
    if (field.current && field.current !== document.activeElement) field.current.value = q ?? ''
  }, [q])
  return (
    <TextInput
      ref={field}
      size="xs"
      type="search"
      aria-label={t('inbox.search')}
      placeholder={t('keys.search')} // the whole name does not fit
      title={t('inbox.search')}
      leftSection={<IconSearch size={14} aria-hidden />}
      defaultValue={q ?? ''}
      onChange={event => find(event.currentTarget.value)}
      onKeyDown={event => event.key === 'Escape' && event.currentTarget.blur()}
    />
  )
}
