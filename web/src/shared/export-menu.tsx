import { Button, Menu } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import type { CommandInput } from '@tracedesk/contracts'
import i18next from 'i18next'
import { useState } from 'react'
import { LANGUAGES, useT } from '../i18n/index.ts'
import { useAnnounce, useCommand } from './command.ts'
import { ScheduleExport } from './schedule-export.tsx'
import { useMay } from './session.ts'
import { LinkButton } from './ui/link-button.tsx'

type Asked = CommandInput<'export.request'>
const FORMATS = ['csv', 'xlsx', 'ndjson', 'parquet', 'xes'] as const

/** Exports exactly what a filter shows: one click opens the choice of formats, the second asks for the file. */
export function ExportMenu({ filter }: { filter: Asked['filter'] }) {
  const t = useT()
  const may = useMay()
  const announce = useAnnounce()
  const [isScheduling, setScheduling] = useState(false)
  const ask = useCommand('export.request', {
    changes: [['export.list']],
    onDone: () => announce(t('exports.asked')),
  })
  if (!may('export.request')) return null
  const language = LANGUAGES.find(known => known === i18next.language) ?? 'en'
  const item = (format: Asked['format'], parts: 'open' | 'withheld') => (
    <Menu.Item
      key={`${format} ${parts}`}
      onClick={() =>
        ask.mutate({ format, parts, ...(filter ? { filter } : {}), language, bom: format === 'csv' })
      }
    >
      {t(`value.${format}`)}
    </Menu.Item>
  )
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button
            size="compact-sm"
            variant="default"
            loading={ask.isPending}
            leftSection={<IconDownload size={15} aria-hidden />}
          >
            {t('exports.what')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{t('exports.open')}</Menu.Label>
          {FORMATS.map(format => item(format, 'open'))}
          <Menu.Divider />
          <Menu.Label>{t('exports.withheld')}</Menu.Label>
          {FORMATS.map(format => item(format, 'withheld'))}
          <Menu.Divider />
          {may('export.schedule') && (
            <Menu.Item onClick={() => setScheduling(true)}>{t('exports.scheduleThis')}</Menu.Item>
          )}
          <LinkButton to="/exports" variant="subtle" size="compact-sm" fullWidth>
            {t('exports.list')}
          </LinkButton>
        </Menu.Dropdown>
      </Menu>
      {isScheduling && <ScheduleExport filter={filter} onClose={() => setScheduling(false)} />}
    </>
  )
}
