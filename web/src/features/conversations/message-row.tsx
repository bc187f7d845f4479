import { Button } from '@mantine/core'
import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconClick,
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
import { useAuthor } from '../../shared/ui/author.ts'
import { PartFace, usePartText } from '../../shared/ui/part.tsx'
import { Time } from '../../shared/ui/time.tsx'
import { DeliveryMark } from './delivery-mark.tsx'
import { FormattedText } from './formatted-text.tsx'
import classes from './inbox.module.css'
import media from './media.module.css'
import { MessageActions } from './message-actions.tsx'
import { MessageContent } from './message-content.tsx'
import { MessageFiles } from './message-files.tsx'

interface MessageRowProps {
  message: Message
  /** The other messages of its album, in order. */
  album: readonly Message[]
  isFirst: boolean
  quoted: Message | null
  onJump: (messageId: string) => void
}

/** One message as a bubble: customers at the start of the line, the desk at its end. */
export const MessageRow = memo(function MessageRow({
  message,
  album,
  isFirst,
  quoted,
  onJump,
}: MessageRowProps) {
  const t = useT()
  const authorOf = useAuthor()
  const { direction, author, deletedByCustomer, recalledAt } = message
  const isDesk = direction === 'out'
  const name = author.kind === 'business' ? t('media.business') : authorOf(message)
  return (
    <article className={classes.message} data-direction={direction} data-first={isFirst || undefined}>
      {isFirst && (
        <bdi className={classes.author} data-quiet={!isDesk || undefined}>
          {name}
        </bdi>
      )}
      <div className={media.line} data-direction={direction}>
        {isDesk && <MessageActions message={message} />}
        <div className={classes.bubble} data-deleted={deletedByCustomer || recalledAt !== null || undefined}>
          {message.forwardedFrom !== null && (
            <bdi className={media.forwarded}>
              {t('media.forwarded', { name: message.forwardedFrom || t('chip.someone') })}
            </bdi>
          )}
          {message.replyTo && <ReplyQuote message={quoted} quote={message.quote} onJump={onJump} />}
          <Body message={message} album={album} />
          <Reactions message={message} />
          <Meta message={message} />
        </div>
        {!isDesk && <MessageActions message={message} />}
      </div>
      {(message.state === 'refused' || message.state === 'unreachable') && <Problem message={message} />}
    </article>
  )
})

function Body({ message, album }: { message: Message; album: readonly Message[] }) {
  const { kind, content } = message
  const all = [message, ...album]
  const files = all.flatMap(each => each.files)
  const isBare = files.length === 0 && content === null && kind !== 'text'
  return (
    <>
      {isBare && <KindFace kind={kind} />}
      {files.length > 0 && <MessageFiles files={files} />}
      {content && <MessageContent content={content} />}
      {all.map(
        each =>
          each.text && (
            <PartFace key={each.id} part={each.text}>
              {value => <FormattedText text={value} entities={each.entities} />}
            </PartFace>
          ),
      )}
    </>
  )
}

function Reactions({ message: { reactions } }: { message: Message }) {
  const t = useT()
  if (reactions.own === null && reactions.customer.length === 0) return null
  return (
    <div className={media.reactions}>
      {reactions.customer.map(emoji => (
        <span key={emoji} role="img" aria-label={t('media.customerReacted', { emoji })}>
          {emoji}
        </span>
      ))}
      {reactions.own && (
        <span data-own role="img" aria-label={t('media.deskReacted', { emoji: reactions.own })}>
          {reactions.own}
        </span>
      )}
    </div>
  )
}

function Meta({ message }: { message: Message }) {
  const t = useT()
  const { deletedByCustomer, recalledAt, change } = message
  // a version Telegram does not have (yet) is not what the customer reads
  const pending = change?.operation === 'edit' ? 1 : 0
  const version = message.version - pending
  return (
    <span className={classes.meta}>
      {deletedByCustomer && <b>{t('thread.deleted')}</b>}
      {recalledAt !== null && <b>{t('media.recalled')}</b>}
      {version > 1 && <span>{t('thread.edited', { version })}</span>}
      {change && (
        <b data-bad={change.state !== 'queued' || undefined} title={change.description ?? undefined}>
          {t(`media.change.${change.operation}.${change.state}`)}
          {change.errorCode !== null && ` ${change.errorCode}`}
        </b>
      )}
      <Time at={message.at} />
      {message.direction === 'out' && message.state !== 'received' && <DeliveryMark message={message} />}
    </span>
  )
}

function ReplyQuote({
  message,
  quote,
  onJump,
}: {
  message: Message | null
  quote: string | null
  onJump: (messageId: string) => void
}) {
  const t = useT()
  const textOf = usePartText()
  const authorOf = useAuthor()
  if (!message) {
    return (
      <span className={classes.quoted}>
        <IconArrowBackUp size={14} aria-hidden /> {t('thread.replyTo')} …
      </span>
    )
  }
  return (
    <button type="button" className={classes.quoted} onClick={() => onJump(message.id)}>
      <b>{authorOf(message)}</b>
      <bdi>{quote ?? (message.text ? textOf(message.text) : t(`kind.${message.kind}`))}</bdi>
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
  button: IconClick,
}

/** Says what came where the content itself cannot be shown. */
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
