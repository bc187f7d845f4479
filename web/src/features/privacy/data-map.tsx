import { Table } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { QueryOutput } from '@tracedesk/contracts'
import { useT, useWords } from '../../i18n/index.ts'
import { queryOf } from '../../shared/queries.ts'
import { ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { SaveJson } from '../../shared/ui/save-json.tsx'
import { Sheet } from '../../shared/ui/sheet.tsx'
import classes from './privacy.module.css'

type DataMapAnswer = QueryOutput<'privacy.data_map'>

/** Records of processing: which personal pieces the log knows, whose they are, why and how long; where they lie. */
export function DataMap() {
  const t = useT()
  const map = useQuery(queryOf('privacy.data_map', {}))
  if (map.isPending) return <RowsSkeleton rows={6} />
  if (map.isError) return <ErrorFace error={map.error} retry={() => void map.refetch()} />
  const partsHead = ['field.part', 'privacy.whose', 'privacy.why', 'privacy.kept', 'privacy.events'] as const
  const placesHead = ['privacy.place', 'field.what', 'privacy.protection', 'privacy.atErasure'] as const
  return (
    <>
      <h2 className={classes.heading}>{t('privacy.mapParts')}</h2>
      <Sheet label={t('privacy.mapParts')} head={partsHead.map(each => t(each))} dense>
        {map.data.parts.map(part => (
          <PartRow key={`${part.owner} ${part.name}`} part={part} />
        ))}
      </Sheet>
      <h2 className={classes.heading}>{t('privacy.mapPlaces')}</h2>
      <Sheet label={t('privacy.mapPlaces')} head={placesHead.map(each => t(each))} dense>
        {map.data.places.map(place => (
          <PlaceRow key={place.code} place={place} />
        ))}
      </Sheet>
      <SaveJson value={map.data} name="records-of-processing.json" label={t('privacy.saveMap')} />
    </>
  )
}

function PartRow({ part }: { part: DataMapAnswer['parts'][number] }) {
  const t = useT()
  const words = useWords()
  const { shortest, longest } = part.kept
  const days = (count: number | null) =>
    count === null ? t('retention.forEver') : t('retention.days', { count })
  return (
    <Table.Tr>
      <Table.Td>{words(`partName.${part.name}`, part.name)}</Table.Td>
      <Table.Td>
        {t(`privacy.owner.${part.owner}`)}
        {part.erasable && <small className={classes.quiet}>{t('privacy.erasable')}</small>}
      </Table.Td>
      <Table.Td>{t(`privacy.purpose.${part.owner}`)}</Table.Td>
      <Table.Td>{shortest === longest ? days(longest) : `${days(shortest)} – ${days(longest)}`}</Table.Td>
      <Table.Td className={classes.events}>
        {part.events.map(event => words(`eventName.${event}`, event)).join(', ')}
      </Table.Td>
    </Table.Tr>
  )
}

function PlaceRow({ place: { code, tables } }: { place: DataMapAnswer['places'][number] }) {
  const t = useT()
  return (
    <Table.Tr>
      <Table.Td>
        {t(`privacy.places.${code}.name`)}
        {tables.length > 0 && (
          <small className={classes.quiet}>
            <code>{tables.join(', ')}</code>
          </small>
        )}
      </Table.Td>
      <Table.Td>{t(`privacy.places.${code}.what`)}</Table.Td>
      <Table.Td>{t(`privacy.places.${code}.protection`)}</Table.Td>
      <Table.Td>{t(`privacy.places.${code}.erasure`)}</Table.Td>
    </Table.Tr>
  )
}
