import { Table } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useT, useWords } from '../../i18n/index.ts'
import { queryOf } from '../../shared/queries.ts'
import { ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import classes from './privacy.module.css'

/** Records of processing: which personal pieces the log knows, whose they are, and where else personal data lies. */
export function DataMap() {
  const t = useT()
  const words = useWords()
  const map = useQuery(queryOf('privacy.data_map', {}))
  if (map.isPending) return <RowsSkeleton rows={6} />
  if (map.isError) return <ErrorFace error={map.error} retry={() => void map.refetch()} />
  return (
    <>
      <h2 className={classes.heading}>{t('privacy.mapParts')}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scroller must be reachable by keyboard */}
      <section className={classes.scroll} tabIndex={0} aria-label={t('privacy.mapParts')}>
        <Table verticalSpacing={4}>
          <Table.Tbody>
            {map.data.parts.map(part => (
              <Table.Tr key={`${part.owner} ${part.name}`}>
                <Table.Td>{words(`partName.${part.name}`, part.name)}</Table.Td>
                <Table.Td>{t(`privacy.owner.${part.owner}`)}</Table.Td>
                <Table.Td>{part.erasable ? t('privacy.erasable') : ''}</Table.Td>
                <Table.Td className={classes.events}>
                  {part.events.map(event => words(`eventName.${event}`, event)).join(', ')}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </section>
      <h2 className={classes.heading}>{t('privacy.mapPlaces')}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: as above */}
      <section className={classes.scroll} tabIndex={0} aria-label={t('privacy.mapPlaces')} lang="en">
        <Table verticalSpacing={4}>
          <Table.Tbody>
            {map.data.places.map(({ place, what, protection, erasure }) => (
              <Table.Tr key={place}>
                <Table.Td>
                  <code>{place}</code>
                </Table.Td>
                <Table.Td>{what}</Table.Td>
                <Table.Td>{protection}</Table.Td>
                <Table.Td>{erasure}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </section>
    </>
  )
}
