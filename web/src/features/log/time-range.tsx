import { useT } from '../../i18n/index.ts'
import classes from './log.module.css'
import { useFilter } from './use-filter.ts'

/** An instant as a datetime-local field writes it: the reader's zone, to the second. */
export function toLocal(instant: string | undefined): string {
  if (instant === undefined) return ''
  const at = new Date(instant)
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 19)
}

/** The reverse; `undefined` while the field is not filled. */
export function fromLocal(local: string): string | undefined {
  const at = new Date(local)
  return local === '' || Number.isNaN(at.getTime()) ? undefined : at.toISOString()
}

/** From and to, exactly. */
export function TimeRange() {
  const t = useT()
  const { search, change } = useFilter()
  const field = (name: 'from' | 'to') => (
    <label className={classes.instant}>
      <span>{t(`log.${name}`)}</span>
      <input
        key={search[name] ?? ''}
        type="datetime-local"
        step={1}
        defaultValue={toLocal(search[name])}
        onBlur={event => {
          const value = fromLocal(event.currentTarget.value)
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
