import { useQuery } from '@tanstack/react-query'
import type { Entry } from '@tracedesk/contracts'
import { useT, useWords } from '../../i18n/index.ts'
import { Fact } from '../../shared/entry/fact.tsx'
import { EntrySentence } from '../../shared/entry/sentence.tsx'
import { useFormat } from '../../shared/format.ts'
import { queryOf } from '../../shared/queries.ts'
import { Dialog } from '../../shared/ui/dialog.tsx'
import { ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import classes from './explorer.module.css'

/** Everything an entry says, path by path. */
export function flatten(value: unknown, path = ''): [path: string, value: string][] {
  if (value === null || typeof value !== 'object') return [[path, value === null ? '–' : String(value)]]
  // a part is what it says, or why it says nothing
  if ('state' in value) return [[path, 'value' in value ? String(value.value) : String(value.state)]]
  const inner = Object.entries(value)
  if (inner.length === 0) return []
  return inner.flatMap(([key, each]) => flatten(each, path === '' ? key : `${path}.${key}`))
}

/** The paths of two entries, in the order of the first, with both values. */
export function pairsOf(
  one: Entry,
  other: Entry,
): { path: string; one: string | null; other: string | null }[] {
  const [a, b] = [new Map(flatten(one)), new Map(flatten(other))]
  return [...new Set([...a.keys(), ...b.keys()])].map(path => ({
    path,
    one: a.get(path) ?? null,
    other: b.get(path) ?? null,
  }))
}

/** Two entries beside each other; what differs is marked. */
export function Compare(props: { one: string; other: string; onClose: () => void }) {
  const t = useT()
  const one = useQuery(queryOf('log.entry', { id: props.one }))
  const other = useQuery(queryOf('log.entry', { id: props.other }))
  const error = one.error ?? other.error
  return (
    <Dialog onClose={props.onClose} size="xl" title={t('log.compare.title')}>
      {error && <ErrorFace error={error} />}
      {!error && (!one.data || !other.data) && <RowsSkeleton rows={8} height={30} />}
      {one.data && other.data && <Table one={one.data.entry} other={other.data.entry} />}
    </Dialog>
  )
}

/** Different in any two entries: no news to whoever compares them. */
const ALWAYS = new Set(['id', 'position', 'at', 'recordedAt', 'via.requestId'])

function Table({ one, other }: { one: Entry; other: Entry }) {
  const t = useT()
  const format = useFormat()
  const pairs = pairsOf(one, other)
  const isTelling = (pair: Pair) => pair.one !== pair.other && !ALWAYS.has(pair.path)
  const different = pairs.filter(isTelling)
  const rows = (those: Pair[]) =>
    those.map(pair => <PairRow key={pair.path} pair={pair} entries={[one, other]} />)
  return (
    <>
      <p className={classes.densityNote}>{t('log.compare.different', { count: different.length })}</p>
      <table className={classes.compare}>
        <thead>
          <tr>
            <th scope="col">{t('log.compare.field')}</th>
            {[one, other].map((entry, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: an entry may be compared with itself
              <th key={index} scope="col">
                <time dateTime={entry.at}>{format.exact(entry.at)}</time>
                <EntrySentence entry={entry} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{rows(different)}</tbody>
      </table>
      <details className={classes.compareRest}>
        <summary>{t('log.compare.rest')}</summary>
        <table className={classes.compare}>
          <tbody>{rows(pairs.filter(pair => !isTelling(pair)))}</tbody>
        </table>
      </details>
    </>
  )
}

type Pair = ReturnType<typeof pairsOf>[number]

function PairRow({ pair, entries }: { pair: Pair; entries: readonly [Entry, Entry] }) {
  const name = useFieldName(pair.path)
  return (
    <tr data-different={pair.one !== pair.other || undefined}>
      <th scope="row" title={pair.path}>
        {name ?? <code>{pair.path}</code>}
      </th>
      <td dir="auto">
        <Side entry={entries[0]} path={pair.path} value={pair.one} />
      </td>
      <td dir="auto">
        <Side entry={entries[1]} path={pair.path} value={pair.other} />
      </td>
    </tr>
  )
}

/** What a path is called in the reader's language, where it has a name. */
function useFieldName(path: string): string | null {
  const t = useT()
  const words = useWords()
  const [where = '', field = '', ...deeper] = path.split('.')
  if (where === 'data' && deeper.length === 0) return words(`field.${field}`, '') || null
  if (where === 'parts') return words(`partName.${field}`, '') || null
  switch (path) {
    case 'at':
      return t('log.detail.occurred')
    case 'recordedAt':
      return t('log.detail.recorded')
    case 'event':
      return t('log.event')
    case 'outcome':
      return t('log.outcomeLabel')
    case 'actor.name':
      return t('log.detail.actor')
    case 'actor.role':
      return t('log.detail.role')
    case 'onBehalfOf':
      return t('log.detail.onBehalfOf')
    case 'causedBy':
      return t('log.detail.causedBy')
    case 'customerName':
      return t('chip.customer')
    case 'position':
      return t('log.detail.position')
    case 'via.source':
      return t('log.detail.source')
    case 'via.ip':
      return t('log.detail.ip')
    case 'via.userAgent':
      return t('log.detail.userAgent')
    default:
      return null
  }
}

/** One value, told as the detail of an entry tells it. */
function Side({ entry, path, value }: { entry: Entry; path: string; value: string | null }) {
  const t = useT()
  const words = useWords()
  const format = useFormat()
  if (value === null || value === '–') return value
  const [where, field = '', ...deeper] = path.split('.')
  if (where === 'data' && deeper.length === 0)
    return <Fact event={entry.event} field={field} value={entry.data[field]} />
  if (path === 'at' || path === 'recordedAt') return format.exact(value)
  if (path === 'event') return words(`eventName.${value}`, value)
  if (path === 'outcome') return t(`outcome.${entry.outcome}`)
  if (path === 'actor.kind') return t(`actor.${entry.actor.kind}`)
  if (path === 'via.source') return t(`source.${entry.via.source}`)
  return path === 'actor.role' ? words(`role.${value}`, value) : value
}
