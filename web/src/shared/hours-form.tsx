import { Button, Group, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useT } from '../i18n/index.ts'
import { useCommand } from './command.ts'
import { useFormat } from './format.ts'
import { DAYS, type Day, type Hours, readClosedDays, readSpans, showSpans } from './hours-text.ts'
import { Dialog } from './ui/dialog.tsx'
import { Failure } from './ui/failure.tsx'

const ZONES = Intl.supportedValuesOf('timeZone')

interface HoursFormProps {
  /** The setting that holds the hours. */
  settingKey: string
  /** Whose hours in it: a bot's id, or `default`. */
  of: string
  title: string
  /** What the button says that takes these hours away. */
  removeWords: string
  all: Record<string, Hours>
  onClose: () => void
}

/** Hours of a week in a zone, with days that are closed, as a setting holds them. */
export function HoursForm({ settingKey, of, title, removeWords, all, onClose }: HoursFormProps) {
  const t = useT()
  const format = useFormat()
  const before = all[of] ?? all.default
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
    change.mutate({ key: settingKey, value: Object.keys(hours).length === 0 ? '' : JSON.stringify(hours) })
  const { [of]: _, ...others } = all
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
    <Dialog onClose={onClose} title={title}>
      <form
        onSubmit={event => {
          event.preventDefault()
          save({ ...others, [of]: own() })
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
            disabled={!all[of] || change.isPending}
            onClick={() => save(others)}
          >
            {removeWords}
          </Button>
          <Button size="xs" type="submit" disabled={isWrong} loading={change.isPending}>
            {t('action.save')}
          </Button>
        </Group>
      </form>
    </Dialog>
  )
}
