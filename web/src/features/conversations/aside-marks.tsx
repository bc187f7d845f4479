import { IconAlarmSnooze, IconFlag3Filled, IconPinFilled } from '@tabler/icons-react'
import type { Conversation } from '@tracedesk/contracts'
import { useT } from '../../i18n/index.ts'

/** What sets a conversation apart in a list: urgency, a pin, a sleep. */
export function AsideMarks({ conversation }: { conversation: Conversation }) {
  const t = useT()
  const { priority, pinned, snoozedUntil } = conversation
  return (
    <>
      {(priority === 'urgent' || priority === 'high') && (
        <span title={t(`value.${priority}`)}>
          <IconFlag3Filled
            size={13}
            color={priority === 'urgent' ? 'var(--td-bad)' : 'var(--td-warn)'}
            aria-hidden
          />
          <span className="visually-hidden">{t(`value.${priority}`)}</span>
        </span>
      )}
      {(pinned.own || pinned.shared) && (
        <span title={t('inbox.view.pinned')}>
          <IconPinFilled size={13} aria-hidden />
          <span className="visually-hidden">{t('inbox.view.pinned')}</span>
        </span>
      )}
      {snoozedUntil && (
        <span title={t('inbox.view.snoozed')}>
          <IconAlarmSnooze size={13} aria-hidden />
          <span className="visually-hidden">{t('inbox.view.snoozed')}</span>
        </span>
      )}
    </>
  )
}
