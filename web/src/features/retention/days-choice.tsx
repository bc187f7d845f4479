import { NumberInput, Select } from '@mantine/core'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import styles from './retention.module.css'

const DAYS = [30, 90, 180, 365, 730, 1825, 3650]
const DAYS_MAX = 36_500

interface DaysChoiceProps {
  /** Null: for ever. */
  days: number | null
  onChange: (days: number | null) => void
  /** What a screen reader calls it in a list. There a number counts once it is left; in a form, as it is typed. */
  about?: string
  disabled?: boolean
}

/** For how long something is kept: the usual spans, any other number of days, or for ever. */
export function DaysChoice({ days, onChange, about, disabled = false }: DaysChoiceProps) {
  const t = useT()
  const [isOther, setOther] = useState(false)
  const [typed, setTyped] = useState<number | ''>(days ?? '')
  const label = t('retention.keptFor')
  const known = days === null || DAYS.includes(days) || isOther ? DAYS : [...DAYS, days].sort((a, b) => a - b)
  return (
    <div className={styles.days}>
      <Select
        size="xs"
        w={150}
        {...(about ? { 'aria-label': `${label}: ${about}` } : { label })}
        disabled={disabled}
        allowDeselect={false}
        data={[
          ...known.map(each => ({ value: String(each), label: t('retention.days', { count: each }) })),
          { value: 'ever', label: t('retention.forEver') },
          { value: 'other', label: t('retention.otherDays') },
        ]}
        value={isOther ? 'other' : days === null ? 'ever' : String(days)}
        onChange={value => {
          setOther(value === 'other')
          if (value === 'other') setTyped(days ?? '')
          else if (value) onChange(value === 'ever' ? null : Number(value))
        }}
      />
      {isOther && (
        <NumberInput
          size="xs"
          w={110}
          data-autofocus
          aria-label={t('retention.numberOfDays')}
          min={1}
          max={DAYS_MAX}
          allowDecimal={false}
          value={typed}
          required={!about}
          onChange={value => {
            setTyped(typeof value === 'number' ? value : '')
            if (!about && typeof value === 'number') onChange(value)
          }}
          onBlur={() => {
            if (about && typed !== '' && typed !== days) onChange(typed)
          }}
        />
      )}
    </div>
  )
}
