import { Button } from '@mantine/core'
import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconFile,
  IconMapPin,
  IconMicrophone,
  IconMoodSmile,
  IconPhoto,
  IconPuzzle,
  IconVideo,
} from '@tabler/icons-react'
import type { Message } from '@tracedesk/contracts'
import { memo } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { useMay } from '../../shared/session.ts'
import { PartFace, usePartText } from '../../shared/ui/part.tsx'
import { Time } from '../../shared/ui/time.tsx'
import { CustomerText } from './customer-text.tsx'
import { DeliveryMark } from './delivery-mark.tsx'
import classes from './inbox.module.css'

interface MessageRowProps {
  message: Message
  isFirst: boolean
  quoted: Message | null
  onJump: (messageId: string) => void
}

/** One message as a bubble: customers at the start of the line, the desk at its end. */
export const MessageRow = memo(function MessageRow({ message, isFirst, quoted, onJump }: MessageRowProps) {
  const t = useT()
  const { direction, author, text, deletedByCustomer, version } = message
  const isDesk = direction === 'out'
  return (
    <article className={classes.message} data-direction={direction} data-first={isFirst || undefined}>
      {isFirst && (
        <bdi className={classes.author} data-quiet={!isDesk || undefined}>
          {author.name ?? t('chip.someone')}
        </bdi>
      )}
      <div className={classes.bubble} data-deleted={deletedByCustomer || undefined}>
        {message.replyTo && <ReplyQuote message={quoted} onJump={onJump} />}
        {message.kind !== 'text' && <KindFace kind={message.kind} />}
        {text && <PartFace part={text}>{value => <CustomerText text={value} />}</PartFace>}
        <span className={classes.meta}>
          {deletedByCustomer && <b>{t('thread.deleted')}</b>}
          {version > 1 && <span>{t('thread.edited', { version })}</span>}
          <Time at={message.at} />
          {isDesk && <DeliveryMark message={message} />}
        </span>
      </div>
      {(message.state === 'refused' || message.state === 'unreachable') && <Problem message={message} />}
    </article>
  )
})

function ReplyQuote({ message, onJump }: { message: Message | null; onJump: (messageId: string) => void }) {
  const t = useT()
  const textOf = usePartText()
  if (!message) {
    return (
      <span className={classes.quoted}>
        <IconArrowBackUp size={14} aria-hidden /> {t('thread.replyTo')} …
      </span>
    )
  }
  return (
    <button type="button" className={classes.quoted} onClick={() => onJump(message.id)}>
      <b>{message.author.name ?? t('chip.someone')}</b>
      <bdi>{message.text ? textOf(message.text) : t(`kind.${message.kind}`)}</bdi>
    </button>
  )
}

const KIND_ICONS: Partial<Record<Message['kind'], typeof IconPhoto>> = {
  photo: IconPhoto,
  animation: IconPhoto,
  video: IconVideo,
  video_note: IconVideo,
  voice: IconMicrophone,
  audio: IconMicrophone,
  sticker: IconMoodSmile,
  location: IconMapPin,
  venue: IconMapPin,
  document: IconFile,
}

/** Says what came where the content itself cannot be shown yet. */
function KindFace({ kind }: { kind: Message['kind'] }) {
  const t = useT()
  const Icon = KIND_ICONS[kind] ?? IconPuzzle
  return (
    <span className={classes.kind}>
      <Icon size={18} stroke={1.6} aria-hidden />
      {t(`kind.${kind}`)}
    </span>
  )
}

/** Why it did not reach the customer, and the way to try again. */
function Problem({ message }: { message: Message }) {
  const t = useT()
  const may = useMay()
  const { id, conversationId, state, problem } = message
  const retry = useCommand('message.retry', {
    changes: [['conversation.messages', { id: conversationId }]],
  })
  return (
    <div className={classes.problem} role="note">
      <IconAlertTriangle size={16} stroke={1.8} aria-hidden />
      <div>
        <b>{t(state === 'refused' ? 'thread.refused' : 'thread.unreachable')}</b>
        <ProblemWords problem={problem} />
      </div>
      {may('message.retry') && (
        <Button
          size="compact-xs"
          variant="default"
          loading={retry.isPending}
          onClick={() => retry.mutate({ messageId: id })}
        >
          {t('action.retry')}
        </Button>
      )}
    </div>
  )
}

function ProblemWords({ problem }: { problem: Message['problem'] }) {
  const t = useT()
  if (!problem) return null
  const code = problem.errorCode === null ? problem.code : `${problem.code} ${problem.errorCode}`
  return (
    <span>
      {problem.code === 'not_sent' || problem.code === 'unknown'
        ? t(`problem.${problem.code}`)
        : problem.description}{' '}
      <small>{code}</small>
    </span>
  )
}
