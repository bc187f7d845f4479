import { IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useT } from '../../i18n/index.ts'
import { useDirectory } from '../../shared/directory.ts'
import { queryOf } from '../../shared/queries.ts'
import classes from './inbox.module.css'
import type { InboxSearch } from './inbox-search.ts'

type Name = 'bot' | 'label' | 'department' | 'unread' | 'view' | 'sort'

/** What the list is narrowed to beside its place and status, each to be taken off. */
export function FilterChips({ search, onRemove }: { search: InboxSearch; onRemove: (name: Name) => void }) {
  const t = useT()
  const directory = useDirectory()
  const labels = useQuery({ ...queryOf('label.list', {}), enabled: search.label !== undefined })
  const chips: [Name, string][] = [
    ...(search.view === 'departments' ? [['view', t('inbox.view.departments')] as [Name, string]] : []),
    ...(search.sort ? [['sort', t('inbox.longestFirst')] as [Name, string]] : []),
    ...(search.unread ? [['unread', t('inbox.view.unread')] as [Name, string]] : []),
    ...(search.bot ? [['bot', directory.bot(search.bot)?.name ?? t('chip.bot')] as [Name, string]] : []),
    ...(search.label
      ? [
          ['label', labels.data?.items.find(({ id }) => id === search.label)?.name ?? t('side.labels')] as [
            Name,
            string,
          ],
        ]
      : []),
    ...(search.department
      ? [['department', directory.department(search.department) ?? t('chip.department')] as [Name, string]]
      : []),
  ]
  if (chips.length === 0) return null
  return (
    <div className={classes.labels}>
      {chips.map(([name, words]) => (
        <span key={name} className={classes.label}>
          <bdi className={classes.tag}>{words}</bdi>
          <button
            type="button"
            aria-label={t('inbox.removeFilter', { name: words })}
            onClick={() => onRemove(name)}
          >
            <IconX size={13} aria-hidden />
          </button>
        </span>
      ))}
    </div>
  )
}
