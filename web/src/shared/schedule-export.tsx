import { Select, TextInput } from '@mantine/core'
import type { CommandInput } from '@tracedesk/contracts'
import i18next from 'i18next'
import { useState } from 'react'
import { LANGUAGES, useT } from '../i18n/index.ts'
import { useCommand } from './command.ts'
import { EditorDialog } from './editor-dialog.tsx'
import classes from './schedule-export.module.css'

type Asked = CommandInput<'export.schedule'>
const FORMATS = ['csv', 'xlsx', 'ndjson', 'parquet', 'xes'] as const
const RHYTHMS = ['daily', 'weekly', 'monthly'] as const

/** Asks for an export of what a filter finds, again and again. Of which days is left to the rhythm. */
export function ScheduleExport({ filter, onClose }: { filter: Asked['filter']; onClose: () => void }) {
  const t = useT()
  const { from: _from, to: _to, ...lasting } = filter ?? {}
  const [name, setName] = useState('')
  const [every, setEvery] = useState<Asked['every']>('weekly')
  const [parts, setParts] = useState<NonNullable<Asked['parts']>>('open')
  const [format, setFormat] = useState<Asked['format']>('csv')
  const add = useCommand('export.schedule', {
    announce: false,
    changes: [['export.schedules']],
    onDone: onClose,
  })
  const language = LANGUAGES.find(known => known === i18next.language) ?? 'en'
  return (
    <EditorDialog
      title={t('exports.schedule')}
      submit={t('exports.schedule')}
      isBusy={add.isPending}
      error={add.error}
      onSave={() =>
        add.mutate({ name, every, format, parts, filter: lasting, language, bom: format === 'csv' })
      }
      onClose={onClose}
    >
      <TextInput
        label={t('exports.name')}
        required
        maxLength={80}
        data-autofocus
        value={name}
        onChange={event => setName(event.currentTarget.value)}
      />
      <Select
        label={t('field.every')}
        allowDeselect={false}
        value={every}
        data={RHYTHMS.map(value => ({ value, label: t(`value.${value}`) }))}
        onChange={value => value && setEvery(value)}
      />
      <Select
        label={t('field.format')}
        allowDeselect={false}
        value={format}
        data={FORMATS.map(value => ({ value, label: t(`value.${value}`) }))}
        onChange={value => value && setFormat(value)}
      />
      <Select
        label={t('streams.parts')}
        allowDeselect={false}
        value={parts}
        data={[
          { value: 'open', label: t('exports.open') },
          { value: 'withheld', label: t('exports.withheld') },
        ]}
        onChange={value => value && setParts(value)}
      />
      <p className={classes.note}>{t(filter ? 'exports.scheduleFilter' : 'exports.scheduleAll')}</p>
    </EditorDialog>
  )
}
