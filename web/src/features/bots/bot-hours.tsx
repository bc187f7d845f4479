import { Button } from '@mantine/core'
import { IconClockHour9 } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { HoursForm } from '../../shared/hours-form.tsx'
import { readHours } from '../../shared/hours-text.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import type { Bot } from './bot.ts'
import classes from './bots.module.css'

const KEY = 'desk.business_hours'

/** When a bot is open: outside these hours the rules give its conversations to nobody. */
export function BotHours({ bot }: { bot: Bot }) {
  const t = useT()
  const may = useMay()
  const [isOpen, setOpen] = useState(false)
  const settings = useQuery({ ...queryOf('setting.list', {}), enabled: may('setting.view') })
  const setting = settings.data?.items.find(({ key }) => key === KEY)
  if (!setting) return null
  const all = readHours(String(setting.value))
  const words = all[bot.id] ? 'bots.hours.own' : all.default ? 'bots.hours.asOthers' : 'bots.hours.always'
  if (!may('setting.change'))
    return (
      <p className={classes.hours}>
        <IconClockHour9 size={14} aria-hidden /> {t('bots.hours.title')}: {t(words)}
      </p>
    )
  return (
    <p>
      <Button
        size="compact-xs"
        variant="subtle"
        leftSection={<IconClockHour9 size={14} aria-hidden />}
        onClick={() => setOpen(true)}
      >
        {t('bots.hours.title')}: {t(words)}
      </Button>
      {isOpen && (
        <HoursForm
          settingKey={KEY}
          of={bot.id}
          title={t('bots.hours.of', { name: bot.name })}
          removeWords={t('bots.hours.remove')}
          all={all}
          onClose={() => setOpen(false)}
        />
      )}
    </p>
  )
}
