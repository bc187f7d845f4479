import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { useFilterWords } from '../../shared/filter-words.ts'
import { queryOf } from '../../shared/queries.ts'
import { ScheduleExport } from '../../shared/schedule-export.tsx'
import { useMay } from '../../shared/session.ts'
import { Time } from '../../shared/ui/time.tsx'
import classes from './exports.module.css'

/** Exports that are made again and again, of the day, week or month before. */
export function Schedules() {
  const t = useT()
  const may = useMay()
  const wordsOf = useFilterWords()
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
              {wordsOf(item.filter, item.words) || t('exports.everything')} · {t('exports.next')}{' '}
              <Time at={item.nextAt} show="brief" />
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
      {isAdding && <ScheduleExport filter={undefined} onClose={() => setAdding(false)} />}
    </section>
  )
}
