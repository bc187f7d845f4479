import { Button, Group, Select, TextInput } from '@mantine/core'
import { IconClockHour9 } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { useFormat } from '../../shared/format.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { Dialog } from '../../shared/ui/dialog.tsx'
import { Failure } from '../../shared/ui/failure.tsx'
import type { Bot } from './bot.ts'
import classes from './bots.module.css'
import { DAYS, type Day, type Hours, readClosedDays, readHours, readSpans, showSpans } from './hours-text.ts'

const KEY = 'desk.business_hours'
const ZONES = Intl.supportedValuesOf('timeZone')

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
      {isOpen && <HoursForm bot={bot} all={all} onClose={() => setOpen(false)} />}
    </p>
  )
}

interface HoursFormProps {
  bot: Bot
  all: Record<string, Hours>
  onClose: () => void
}

function HoursForm({ bot, all, onClose }: HoursFormProps) {
  const t = useT()
  const format = useFormat()
  const before = all[bot.id] ?? all.default
  const [zone, setZone] = useState(before?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone)
  const [week, setWeek] = useState(
    () => Object.fromEntries(DAYS.map(day => [day, showSpans(before?.week[day])])) as Record<Day, string>,
  )
  const [closed, setClosed] = useState(before?.closed.join(', ') ?? '')
  const change = useCommand('setting.change', {
    announce: false,
    changes: [['setting.list']],
    onDone: onClose,
  })
  const save = (hours: Record<string, Hours>) =>
    change.mutate({ key: KEY, value: Object.keys(hours).length === 0 ? '' : JSON.stringify(hours) })
  const { [bot.id]: _, ...others } = all
  const spans = DAYS.map(day => [day, readSpans(week[day])] as const)
  const days = readClosedDays(closed)
  const isWrong = days === null || spans.some(([, each]) => each === null)
  // branded elsewhere: here only the days that are open stand in the setting
  const own = (): Hours => ({
    zone,
    week: Object.fromEntries(spans.filter(([, each]) => each && each.length > 0)) as Hours['week'],
    closed: days ?? [],
  })
  return (
    <Dialog onClose={onClose} title={t('bots.hours.of', { name: bot.name })}>
      <form
        onSubmit={event => {
          event.preventDefault()
          save({ ...others, [bot.id]: own() })
        }}
      >
        <Select
          searchable
          size="xs"
          label={t('bots.hours.zone')}
          allowDeselect={false}
          data={ZONES.includes(zone) ? ZONES : [zone, ...ZONES]}
          value={zone}
          onChange={value => value && setZone(value)}
        />
        {DAYS.map((day, i) => (
          <TextInput
            key={day}
            mt={6}
            size="xs"
            label={format.weekday(i)}
            placeholder={t('bots.hours.closed')}
            error={readSpans(week[day]) === null && t('bots.hours.form')}
            value={week[day]}
            onChange={event => setWeek({ ...week, [day]: event.currentTarget.value })}
          />
        ))}
        <TextInput
          mt={6}
          size="xs"
          label={t('bots.hours.days')}
          placeholder="2026-12-25"
          error={days === null && t('bots.hours.daysForm')}
          value={closed}
          onChange={event => setClosed(event.currentTarget.value)}
        />
        <Failure error={change.error} />
        <Group mt="md" justify="space-between">
          <Button
            size="xs"
            variant="subtle"
            color="gray"
            disabled={!all[bot.id] || change.isPending}
            onClick={() => save(others)}
          >
            {t('bots.hours.remove')}
          </Button>
          <Button size="xs" type="submit" disabled={isWrong} loading={change.isPending}>
            {t('action.save')}
          </Button>
        </Group>
      </form>
    </Dialog>
  )
}
