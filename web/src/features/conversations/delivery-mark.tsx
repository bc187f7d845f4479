import { Tooltip } from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconClock } from '@tabler/icons-react'
import type { Message } from '@tracedesk/contracts'
import { useT } from '../../i18n/index.ts'
import { useFormat } from '../../shared/format.ts'
import classes from './inbox.module.css'

/** What became of a message of ours: never a check before Telegram has said so. */
export function DeliveryMark({ message: { state, deliveredAt } }: { message: Message }) {
  const t = useT()
  const format = useFormat()
  const words = {
    received: t('thread.received'),
    queued: t('thread.queued'),
    delivered: t('thread.deliveredAt', { at: deliveredAt ? format.exact(deliveredAt) : '' }),
    refused: t('thread.refused'),
    unreachable: t('thread.unreachable'),
  }[state]
  const Icon = state === 'delivered' ? IconCheck : state === 'queued' ? IconClock : IconAlertTriangle
  return (
    <Tooltip label={words}>
      <span className={classes.mark} data-state={state} role="img" aria-label={words}>
        <Icon size={15} stroke={2} aria-hidden />
      </span>
    </Tooltip>
  )
}
