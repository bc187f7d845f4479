import type { PresenceState } from '@tracedesk/contracts'
import { useT } from '../../i18n/index.ts'
import classes from './presence-dot.module.css'

/** Whether somebody is there: by colour, by shape, and in words for who sees neither. */
export function PresenceDot({ state }: { state: PresenceState }) {
  const t = useT()
  return (
    <span className={classes.dot} data-state={state}>
      <span className="visually-hidden">{t(`value.${state}`)}</span>
    </span>
  )
}
