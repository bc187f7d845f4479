import { Button, NumberInput, PasswordInput, Switch, Textarea } from '@mantine/core'
import { IconHistory } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { QueryOutput } from '@tracedesk/contracts'
import { useId, useState } from 'react'
import { useT, useWords } from '../../i18n/index.ts'
import { useAnnounce, useCommand } from '../../shared/command.ts'
import { useFormat } from '../../shared/format.ts'
import { HoursForm } from '../../shared/hours-form.tsx'
import { readHours, tellHours } from '../../shared/hours-text.ts'
import { useMay } from '../../shared/session.ts'
import { Failure } from '../../shared/ui/failure.tsx'
import classes from './settings.module.css'

type Setting = QueryOutput<'setting.list'>['items'][number]
type Value = Setting['value']

/** One setting: what it is, its limits, its value, and a button that appears once it differs. */
export function SettingRow({ setting }: { setting: Setting }) {
  const t = useT()
  const words = useWords()
  const may = useMay()
  const id = useId()
  const announce = useAnnounce()
  const [value, setValue] = useState<Value>(setting.value)
  const change = useCommand('setting.change', {
    announce: false,
    changes: [['setting.list']],
    onDone: () => announce(t('settings.changed')),
  })
  // a text may be nothing; where that is not possible the server says so
  const isChanged = value !== setting.value && (value !== '' || setting.default === '')
  return (
    <form
      className={classes.row}
      onSubmit={event => {
        event.preventDefault()
        if (isChanged) change.mutate({ key: setting.key, value })
      }}
    >
      <div className={classes.about}>
        <label htmlFor={id}>{words(`settings.key.${setting.key}`, setting.key)}</label>
        <Limits setting={setting} />
        {may('log.view') && (
          <Link
            to="/log"
            search={{ subject: setting.key, event: ['setting.changed'] }}
            className={classes.history}
          >
            <IconHistory size={14} aria-hidden />
            {t('settings.history')}
          </Link>
        )}
      </div>
      <div className={classes.control}>
        <Control
          id={id}
          setting={setting}
          value={value}
          onChange={setValue}
          isFixed={!may('setting.change')}
        />
        {isChanged && (
          <>
            <Button type="submit" size="xs" loading={change.isPending}>
              {t('action.save')}
            </Button>
            <Button size="xs" variant="subtle" color="gray" onClick={() => setValue(setting.value)}>
              {t('action.cancel')}
            </Button>
          </>
        )}
      </div>
      {change.error && <Failure error={change.error} />}
    </form>
  )
}

function Limits({ setting: { key, kind, min, max, default: initial } }: { setting: Setting }) {
  const t = useT()
  const format = useFormat()
  const wordsOf = useValueWords()
  return (
    <p>
      {t('settings.default', { value: HOURS.has(key) ? t('settings.always') : wordsOf(initial) })}
      {kind === 'integer' && min !== null && max !== null && (
        <> · {t('settings.range', { min: format.number(min), max: format.number(max) })}</>
      )}
    </p>
  )
}

/** A value in words; nothing at all is said to be nothing. */
function useValueWords() {
  const t = useT()
  const format = useFormat()
  return (value: Value): string => {
    if (value === null || value === '') return t('settings.none')
    if (typeof value === 'boolean') return t(value ? 'settings.on' : 'settings.off')
    return typeof value === 'number' ? format.number(value) : value
  }
}

/** Settings that hold hours of a week; each bot may have its own of the first. */
const HOURS: ReadonlySet<string> = new Set(['desk.business_hours', 'alert.hours'])

/** Hours by the day instead of the text that holds them. */
function HoursControl({ id, setting, isFixed }: Pick<ControlProps, 'id' | 'setting' | 'isFixed'>) {
  const t = useT()
  const words = useWords()
  const format = useFormat()
  const [isOpen, setOpen] = useState(false)
  const all = readHours(String(setting.value))
  const own = all.default
  const said = own ? tellHours(own, format.weekday) : t('settings.always')
  if (isFixed) return <output id={id}>{said}</output>
  return (
    <>
      <Button id={id} size="xs" variant="default" className={classes.hours} onClick={() => setOpen(true)}>
        {said}
      </Button>
      {isOpen && (
        <HoursForm
          settingKey={setting.key}
          of="default"
          title={words(`settings.key.${setting.key}`, setting.key)}
          removeWords={t('settings.always')}
          all={all}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  )
}

interface ControlProps {
  id: string
  setting: Setting
  value: Value
  onChange: (value: Value) => void
  isFixed: boolean
}

function Control({ id, setting, value, onChange, isFixed }: ControlProps) {
  const { kind, min, max } = setting
  const wordsOf = useValueWords()
  if (HOURS.has(setting.key)) return <HoursControl id={id} setting={setting} isFixed={isFixed} />
  if (isFixed) return <output id={id}>{wordsOf(value)}</output>
  if (kind === 'boolean') {
    return (
      <Switch id={id} checked={value === true} onChange={event => onChange(event.currentTarget.checked)} />
    )
  }
  if (kind === 'integer') {
    return (
      <NumberInput
        id={id}
        size="xs"
        w={120}
        value={typeof value === 'number' ? value : ''}
        allowDecimal={false}
        // The server says what is not possible; a value changed behind the reader's back would be worse.
        clampBehavior="none"
        {...(min !== null && { min })}
        {...(max !== null && { max })}
        onChange={next => onChange(typeof next === 'number' ? next : setting.value)}
      />
    )
  }
  if (kind === 'secret') {
    return (
      <PasswordInput
        id={id}
        size="xs"
        w={240}
        autoComplete="new-password"
        value={typeof value === 'string' ? value : ''}
        onFocus={event => event.currentTarget.select()}
        onChange={event => onChange(event.currentTarget.value)}
      />
    )
  }
  return (
    <Textarea
      id={id}
      size="xs"
      w={240}
      autosize
      maxRows={8}
      value={typeof value === 'string' ? value : ''}
      disabled={isFixed}
      onChange={event => onChange(event.currentTarget.value)}
    />
  )
}
