import { Select, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { SOURCES } from '@tracedesk/contracts/rules'
import { useEffect, useRef } from 'react'
import { useT } from '../../i18n/index.ts'
import { useKeys } from '../../shared/keys.ts'
import { useAgentChoices, useDepartmentChoices, useEventChoices } from '../../shared/log-choices.ts'
import classes from './log.module.css'
import { OUTCOMES, PRESETS, type Preset } from './log-search.ts'
import { TimeRange } from './time-range.tsx'
import { useFilter, withValue } from './use-filter.ts'

const ANY = 'all'
const CUSTOM = 'custom'

/** Choices that narrow the log; what is chosen stands below as pills. */
export function FilterBar() {
  const t = useT()
  const { search, change } = useFilter()
  const isCustom = search.from !== undefined || search.to !== undefined
  const setRange = (value: string | null) => {
    if (value === CUSTOM) {
      const midnight = new Date()
      midnight.setHours(0, 0, 0, 0)
      change({ range: undefined, from: midnight.toISOString(), to: undefined })
    } else change({ range: value === ANY ? undefined : (value as Preset), from: undefined, to: undefined })
  }
  return (
    <section className={classes.filters} aria-label={t('log.filters')}>
      <Select
        size="xs"
        aria-label={t('log.range.label')}
        allowDeselect={false}
        value={isCustom ? CUSTOM : (search.range ?? ANY)}
        data={[ANY, ...PRESETS, CUSTOM].map(value => ({ value, label: t(`log.range.${value as Preset}`) }))}
        onChange={setRange}
      />
      {isCustom && <TimeRange />}
      <AgentChoice />
      <DepartmentChoice />
      <EventChoice />
      <Select
        size="xs"
        aria-label={t('log.outcomeLabel')}
        placeholder={t('log.anyOutcome')}
        value={null}
        data={OUTCOMES.map(value => ({ value, label: t(`outcome.${value}`) }))}
        onChange={value =>
          value && change({ outcome: withValue(search.outcome, value) as typeof search.outcome })
        }
      />
      <Select
        size="xs"
        aria-label={t('log.sourceLabel')}
        placeholder={t('log.anySource')}
        value={null}
        data={SOURCES.map(value => ({ value, label: t(`source.${value}`) }))}
        onChange={value =>
          value && change({ source: withValue(search.source, value) as typeof search.source })
        }
      />
      <TextFilter />
    </section>
  )
}

function TextFilter() {
  const t = useT()
  const { search, change } = useFilter()
  const field = useRef<HTMLInputElement>(null)
  const find = useDebouncedCallback((q: string) => change({ q }), 350)
  useKeys({ '/': () => field.current?.focus() })
  useEffect(() => {
    if (field.current && field.current !== document.activeElement) field.current.value = search.q ?? ''
  }, [search.q])
  return (
    <TextInput
      ref={field}
      className={classes.textFilter}
      size="xs"
      type="search"
      aria-label={t('log.text')}
      placeholder={t('log.text')}
      leftSection={<IconSearch size={14} aria-hidden />}
      defaultValue={search.q ?? ''}
      onChange={event => find(event.currentTarget.value)}
      onKeyDown={event => event.key === 'Escape' && event.currentTarget.blur()}
    />
  )
}

function AgentChoice() {
  const t = useT()
  const { search, change } = useFilter()
  const agents = useAgentChoices()
  return (
    <Select
      size="xs"
      searchable
      aria-label={t('log.agent')}
      placeholder={t('log.allAgents')}
      nothingFoundMessage={t('palette.nothing')}
      value={null}
      data={agents}
      onChange={value => value && change({ actor: withValue(search.actor, value) })}
    />
  )
}

function DepartmentChoice() {
  const t = useT()
  const { search, change } = useFilter()
  const departments = useDepartmentChoices()
  if (departments.length === 0) return null
  return (
    <Select
      size="xs"
      searchable
      aria-label={t('log.facet.department')}
      placeholder={t('log.allDepartments')}
      nothingFoundMessage={t('palette.nothing')}
      value={null}
      data={departments}
      onChange={value => value && change({ departments: withValue(search.departments, value) })}
    />
  )
}

function EventChoice() {
  const t = useT()
  const { search, change } = useFilter()
  const data = useEventChoices()
  return (
    <Select
      size="xs"
      searchable
      maxDropdownHeight={380}
      aria-label={t('log.event')}
      placeholder={t('log.allEvents')}
      nothingFoundMessage={t('palette.nothing')}
      value={null}
      data={data}
      onChange={value => value && change({ event: withValue(search.event, value) })}
    />
  )
}
