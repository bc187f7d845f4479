import { Button } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useT, useWords } from '../../i18n/index.ts'
import { useDirectory } from '../../shared/directory.ts'
import { queryOf } from '../../shared/queries.ts'
import classes from './log.module.css'
import type { LogSearch } from './log-search.ts'
import { useFilter, withoutValue } from './use-filter.ts'

interface Pill {
  key: string
  label: string
  remove: () => void
}

/** What the log is narrowed to, each to be taken away again. */
export function FilterPills() {
  const t = useT()
  const { search, clear } = useFilter()
  const pills = usePills()
  const hasRange = search.range !== undefined || search.from !== undefined || search.to !== undefined
  if (pills.length === 0 && !search.q && !hasRange) return null
  return (
    <ul className={classes.pills} aria-label={t('log.filters')}>
      {pills.map(({ key, label, remove }) => (
        <li key={key} className={classes.pill}>
          <bdi>{label}</bdi>
          <button type="button" aria-label={t('log.remove', { name: label })} onClick={remove}>
            <IconX size={13} aria-hidden />
          </button>
        </li>
      ))}
      <li>
        <Button size="compact-xs" variant="subtle" color="gray" onClick={clear}>
          {t('log.clear')}
        </Button>
      </li>
    </ul>
  )
}

function usePills(): Pill[] {
  const t = useT()
  const words = useWords()
  const directory = useDirectory()
  const { search, change } = useFilter()
  const conversationName = useConversationName(search.conversation)
  const eventName = (pattern: string) =>
    pattern.endsWith('.*')
      ? t('log.wholeArea', { area: words(`area.${pattern.slice(0, -2)}`, pattern) })
      : words(`eventName.${pattern}`, pattern)
  const list = <K extends 'event' | 'actor' | 'departments' | 'actorKind' | 'outcome' | 'source'>(
    field: K,
    labelOf: (value: string) => string,
  ) =>
    ((search[field] ?? []) as string[]).map(value => ({
      key: `${field} ${value}`,
      label: labelOf(value),
      remove: () => change({ [field]: withoutValue(search[field] as string[], value) }),
    }))
  const single = (field: 'conversation' | 'customer' | 'bot' | 'subject', label: string) =>
    search[field] ? [{ key: field, label, remove: () => change({ [field]: undefined } satisfies Clear) }] : []
  return [
    ...list('actor', id => directory.agent(id) ?? t('chip.someone')),
    ...list('event', eventName),
    ...list('departments', id => directory.department(id) ?? t('chip.department')),
    ...list('actorKind', value => words(`actor.${value}`, value)),
    ...list('outcome', value => words(`outcome.${value}`, value)),
    ...list('source', value => words(`source.${value}`, value)),
    ...single('conversation', conversationName ?? t('log.conversationChip')),
    ...single('customer', t('log.customerChip')),
    ...single('bot', directory.bot(search.bot ?? '')?.name ?? t('chip.bot')),
    ...single('subject', t('log.subjectChip', { subject: (search.subject ?? '').slice(0, 24) })),
  ]
}
type Clear = { [K in keyof LogSearch]?: undefined }

function useConversationName(id: string | undefined): string | null {
  const t = useT()
  const found = useQuery({ ...queryOf('conversation.get', { id: id ?? '' }), enabled: id !== undefined })
  const name = found.data?.conversation.customer.name
  return name === undefined ? null : t('chip.conversationWith', { name: name ?? t('chip.customer') })
}
