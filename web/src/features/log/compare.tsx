import { useQuery } from '@tanstack/react-query'
import type { Entry } from '@tracedesk/contracts'
import { useT } from '../../i18n/index.ts'
import { EntrySentence } from '../../shared/entry/sentence.tsx'
import { useFormat } from '../../shared/format.ts'
import { queryOf } from '../../shared/queries.ts'
import { Dialog } from '../../shared/ui/dialog.tsx'
import { ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import classes from './explorer.module.css'

/** Everything an entry says, path by path. */
export function flatten(value: unknown, path = ''): [path: string, value: string][] {
  if (value === null || typeof value !== 'object') return [[path, value === null ? '–' : String(value)]]
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

function Table({ one, other }: { one: Entry; other: Entry }) {
  const t = useT()
  const format = useFormat()
  const pairs = pairsOf(one, other)
  const different = pairs.filter(pair => pair.one !== pair.other).length
  return (
    <>
      <p className={classes.densityNote}>{t('log.compare.different', { count: different })}</p>
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
        <tbody>
          {pairs.map(pair => (
            <tr key={pair.path} data-different={pair.one !== pair.other || undefined}>
              <th scope="row">
                <code>{pair.path}</code>
              </th>
              <td dir="auto">{pair.one ?? ''}</td>
              <td dir="auto">{pair.other ?? ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}
