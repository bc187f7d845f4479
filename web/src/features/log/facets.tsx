import { useQuery } from '@tanstack/react-query'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT, useWords } from '../../i18n/index.ts'
import { useDirectory } from '../../shared/directory.ts'
import { useFormat } from '../../shared/format.ts'
import { queryOf } from '../../shared/queries.ts'
import { ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import classes from './explorer.module.css'
import { filterOf } from './log-filter.ts'
import type { LogSearch } from './log-search.ts'
import { useFilter, withoutValue, withValue } from './use-filter.ts'

type Facets = QueryOutput<'log.facets'>
type Facet = 'event' | 'actor' | 'department' | 'bot' | 'outcome' | 'source' | 'actorKind'
const ORDER: readonly Facet[] = ['outcome', 'event', 'actor', 'department', 'bot', 'source', 'actorKind']
/** Values shown before "more". */
const FEW = 6

/** How what is found divides; a value is one click to narrow to it, and one to take it back. */
export function FacetPanel({ now }: { now: Date }) {
  const t = useT()
  const format = useFormat()
  const { search } = useFilter()
  const found = useQuery({
    ...queryOf('log.facets', filterOf(search, now)),
    staleTime: 30_000,
    placeholderData: before => before,
  })
  if (found.isPending) return <RowsSkeleton rows={10} height={30} />
  if (found.isError) return <ErrorFace error={found.error} retry={() => void found.refetch()} />
  const { total, capped } = found.data
  return (
    <div className={classes.facets} aria-busy={found.isPlaceholderData}>
      <p className={classes.total}>
        {t(capped ? 'log.totalCapped' : 'log.total', { count: total, n: format.number(total) })}{' '}
        {capped && <small>{t('log.capped')}</small>}
      </p>
      {ORDER.map(name => (
        <FacetList key={name} name={name} values={found.data[name]} number={format.number} />
      ))}
    </div>
  )
}

interface FacetListProps {
  name: Facet
  values: Facets[Facet]
  number: (value: number) => string
}

function FacetList({ name, values, number }: FacetListProps) {
  const t = useT()
  const nameOf = useValueName(name)
  const { search, change } = useFilter()
  const [isWhole, setWhole] = useState(false)
  const field = name === 'department' ? 'departments' : name
  const chosen = [search[field] ?? []].flat() as string[]
  const shown = isWhole ? values : values.filter((each, i) => i < FEW || chosen.includes(each.value))
  if (values.length === 0 || (values.length === 1 && chosen.length === 0)) return null
  const toggle = (value: string) => {
    const isChosen = chosen.includes(value)
    const next = isChosen ? withoutValue(chosen, value) : withValue(chosen, value)
    // the bot stands alone in the address; every other facet takes several
    change({ [field]: name === 'bot' ? (isChosen ? undefined : value) : next } as Partial<LogSearch>)
  }
  return (
    <section>
      <h2>{t(`log.facet.${name}`)}</h2>
      <ul>
        {shown.map(({ value, count }) => (
          <li key={value}>
            <button type="button" aria-pressed={chosen.includes(value)} onClick={() => toggle(value)}>
              <bdi>{nameOf(value)}</bdi>
              <span className="tabular">{number(count)}</span>
            </button>
          </li>
        ))}
      </ul>
      {values.length > shown.length && (
        <button type="button" className={classes.more} onClick={() => setWhole(true)}>
          {t('log.facetMore', { count: values.length - shown.length })}
        </button>
      )}
    </section>
  )
}

function useValueName(name: Facet): (value: string) => string {
  const t = useT()
  const words = useWords()
  const directory = useDirectory()
  return value => {
    if (name === 'event') return words(`eventName.${value}`, value)
    if (name === 'actor') return directory.agent(value) ?? t('chip.someone')
    if (name === 'department') return directory.department(value) ?? t('chip.department')
    if (name === 'bot') return directory.bot(value)?.name ?? t('chip.bot')
    if (name === 'actorKind') return words(`actor.${value}`, value)
    return words(`${name}.${value}`, value)
  }
}
