import { useT } from '../../i18n/index.ts'
import classes from './log.module.css'
import { useFilter } from './use-filter.ts'
import { fromLocal, toLocal } from './zoned.ts'

/** From and to, exactly. */
export function TimeRange() {
  const t = useT()
  const { search, change } = useFilter()
  const field = (name: 'from' | 'to') => (
    <label className={classes.instant}>
      <span>{t(`log.${name}`)}</span>
      <input
        key={`${search[name] ?? ''} ${search.zone ?? ''}`}
        type="datetime-local"
        step={1}
        defaultValue={toLocal(search[name], search.zone)}
        onBlur={event => {
          const value = fromLocal(event.currentTarget.value, search.zone)
          if (value !== search[name]) change({ [name]: value, range: undefined })
        }}
        onKeyDown={event => event.key === 'Enter' && event.currentTarget.blur()}
      />
    </label>
  )
  return (
    <>
      {field('from')}
      {field('to')}
    </>
  )
}
