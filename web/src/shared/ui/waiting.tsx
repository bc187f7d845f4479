import { Tooltip } from '@mantine/core'
import { IconClock } from '@tabler/icons-react'
import { useT } from '../../i18n/index.ts'
import { useFormat } from '../format.ts'
import { useNow } from '../now.ts'
import { useMe } from '../session.ts'
import classes from './waiting.module.css'

/** How long a customer has waited: within the target, past it, or long past it. */
export function Waiting({ since }: { since: string }) {
  const t = useT()
  const format = useFormat()
  const target = useMe().targets.firstResponseSeconds * 1000
  const waited = useNow() - Date.parse(since)
  const level = waited < target ? 'good' : waited < 2 * target ? 'warn' : 'bad'
  const span = format.span(waited)
  const hint = t('inbox.waitingHint', { at: format.exact(since), target: format.span(target) })
  return (
    <Tooltip label={hint}>
      <span className={classes.waiting} data-level={level}>
        <IconClock size={13} stroke={1.9} aria-hidden />
        <span className="visually-hidden">{t('inbox.waiting', { span })}</span>
        <span aria-hidden>{span}</span>
      </span>
    </Tooltip>
  )
}
