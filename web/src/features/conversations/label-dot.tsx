import type { Conversation } from '@tracedesk/contracts'
import classes from './inbox.module.css'

/** A label as its colour and name; the colour is never the only sign. */
export function LabelDot({ label }: { label: Conversation['labels'][number] }) {
  return (
    <span className={classes.tag}>
      <i className={classes.dot} style={{ background: label.colour }} aria-hidden />
      <bdi>{label.name}</bdi>
    </span>
  )
}
