import { Button, Modal, Select, TextInput } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { CommandInput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { Failure } from '../../shared/ui/failure.tsx'
import { Time } from '../../shared/ui/time.tsx'
import classes from './exports.module.css'

type Asked = CommandInput<'export.schedule'>
const FORMATS = ['csv', 'xlsx', 'ndjson', 'parquet', 'xes'] as const
const RHYTHMS = ['daily', 'weekly', 'monthly'] as const

/** Exports that are made again and again, of the day, week or month before. */
export function Schedules() {
  const t = useT()
  const may = useMay()
  const [isAdding, setAdding] = useState(false)
  const schedules = useQuery(queryOf('export.schedules', {}))
  const end = useCommand('export.unschedule', { changes: [['export.schedules']] })
  return (
    <section className={classes.section}>
      <h2>{t('exports.schedules')}</h2>
      {schedules.data?.items.length === 0 && <p>{t('exports.noSchedules')}</p>}
      <ul className={classes.schedules}>
        {schedules.data?.items.map(item => (
          <li key={item.id}>
            <span>
              <b>{item.name}</b> · {t(`value.${item.every}`)} · {t(`value.${item.format}`)} ·{' '}
              {t('exports.next')} <Time at={item.nextAt} show="brief" />
            </span>
            {may('export.unschedule') && (
              <Button size="compact-xs" variant="default" onClick={() => end.mutate({ id: item.id })}>
                {t('exports.end')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {may('export.schedule') && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() => setAdding(true)}
        >
          {t('exports.schedule')}
        </Button>
      )}
      {isAdding && <AddSchedule onClose={() => setAdding(false)} />}
    </section>
  )
}

function AddSchedule({ onClose }: { onClose: () => void }) {
  const t = useT()
  const [name, setName] = useState('')
  const [every, setEvery] = useState<Asked['every']>('weekly')
  const [format, setFormat] = useState<Asked['format']>('csv')
  const add = useCommand('export.schedule', {
    announce: false,
    changes: [['export.schedules']],
    onDone: onClose,
  })
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('exports.schedule')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <form
        className={classes.form}
        onSubmit={event => {
          event.preventDefault()
          add.mutate({ name, every, format })
        }}
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
        <Failure error={add.error} />
        <Button type="submit" loading={add.isPending}>
          {t('exports.schedule')}
        </Button>
      </form>
    </Modal>
  )
}
