import { IconArrowForward, IconRobot } from '@tabler/icons-react'
import type { Conversation } from '@tracedesk/contracts'
import { memo } from 'react'
import { useT } from '../../i18n/index.ts'
import { usePartText } from '../../shared/ui/part.tsx'
import { Face } from '../../shared/ui/person.tsx'
import { Time } from '../../shared/ui/time.tsx'
import { Waiting } from '../../shared/ui/waiting.tsx'
import { AsideMarks } from './aside-marks.tsx'
import { useChatPlace } from './chat-place.ts'
import { useHasDraft } from './drafts.ts'
import classes from './inbox.module.css'
import { LabelDot } from './label-dot.tsx'

const LABELS_SHOWN = 2

interface RowProps {
  conversation: Conversation
  index: number
  isOpen: boolean
  /** where a click leads, without loading the page anew */
  href: string
  onOpen: (id: string, byMouse: boolean) => void
}

/**
 * One conversation of the list. A plain link and not the router's: that one would be drawn anew in every row whenever
 * another conversation is opened.
 */
export const ConversationRow = memo(function ConversationRow(props: RowProps) {
  const t = useT()
  const { id, customer, bot, lastMessage, labels, waitingSince, unread } = props.conversation
  const place = useChatPlace()(props.conversation)
  const hasDraft = useHasDraft(id)
  return (
    <a
      href={props.href}
      aria-current={props.isOpen ? 'page' : undefined}
      data-row={props.index}
      data-unread={unread > 0 || undefined}
      className={classes.row}
      onClick={event => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
        event.preventDefault()
        props.onOpen(id, event.detail > 0)
      }}
    >
      <Face id={customer.id} name={customer.name ?? t('chip.customer')} size={36} />
      <span className={classes.rowBody}>
        <span className={classes.rowLine}>
          <span className={classes.rowName}>
            <bdi>{customer.name ?? t('chip.customer')}</bdi>
          </span>
          {lastMessage && <Time at={lastMessage.at} show="brief" className={classes.rowTime} />}
        </span>
        <span className={classes.rowLine}>
          {hasDraft && <b className={classes.draft}>{t('inbox.draft')}</b>}
          <Preview message={lastMessage} />
          {unread > 0 && (
            <span className={classes.badge} data-unread title={t('inbox.unread', { count: unread })}>
              <span className="visually-hidden">{t('inbox.unread', { count: unread })}</span>
              <span aria-hidden>{unread > 99 ? '99+' : unread}</span>
            </span>
          )}
        </span>
        <span className={classes.rowLine}>
          <span className={classes.rowTags}>
            <span className={classes.tag}>
              <IconRobot size={13} stroke={1.7} aria-hidden />
              <bdi>{bot.username}</bdi>
              {place && ` · ${place}`}
            </span>
            <AsideMarks conversation={props.conversation} />
            {labels.slice(0, LABELS_SHOWN).map(label => (
              <LabelDot key={label.id} label={label} />
            ))}
            {labels.length > LABELS_SHOWN && (
              <span className={classes.tag}>+{labels.length - LABELS_SHOWN}</span>
            )}
          </span>
          {waitingSince && <Waiting since={waitingSince} />}
        </span>
      </span>
    </a>
  )
})

function Preview({ message }: { message: Conversation['lastMessage'] }) {
  const t = useT()
  const textOf = usePartText()
  if (!message) return <span className={classes.preview} />
  const words = message.preview ? textOf(message.preview) : ''
  return (
    <span className={classes.preview}>
      {message.direction === 'out' && (
        <span className={classes.answer}>
          <IconArrowForward size={14} stroke={1.9} aria-hidden />
          <span className="visually-hidden">{t('inbox.answer')}</span>
        </span>
      )}
      {message.kind !== 'text' && <b>{t(`kind.${message.kind}`)} </b>}
      <bdi>{words}</bdi>
    </span>
  )
}
