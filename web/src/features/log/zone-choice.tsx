import { Select } from '@mantine/core'
import { useMemo } from 'react'
import { useT } from '../../i18n/index.ts'
import { useFilter } from './use-filter.ts'

/** In which zone times are shown; it stands in the address, so that whoever gets it reads the same times. */
export function ZoneChoice() {
  const t = useT()
  const { search, change } = useFilter()
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone
  const zones = useMemo(() => [...new Set([own, 'UTC', ...Intl.supportedValuesOf('timeZone')])], [own])
  return (
    <Select
      size="xs"
      w={160}
      searchable
      allowDeselect={false}
      limit={60}
      aria-label={t('log.zoneLabel')}
      nothingFoundMessage={t('palette.nothing')}
      value={search.zone ?? own}
      data={zones}
      onChange={zone => change({ zone: zone === null || zone === own ? undefined : zone })}
    />
  )
}
