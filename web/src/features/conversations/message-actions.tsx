import { ActionIcon, Menu, Popover } from '@mantine/core'
import {
  IconArrowBackUp,
  IconDots,
  IconHistory,
  IconMoodPlus,
  IconPencil,
  IconSticker,
  IconTrash,
} from '@tabler/icons-react'
import type { Message } from '@tracedesk/contracts'
import { lazy, Suspense, useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { useMay } from '../../shared/session.ts'
import { Confirm } from '../../shared/ui/confirm.tsx'
import { setComposing } from './composing.ts'
import { REPLY_FIELD } from './fields.ts'
import media from './media.module.css'
import { isThere, isTooOld, useMessageRules } from './own-messages.ts'

const VersionsDialog = lazy(async () => ({ default: (await import('./versions-dialog.tsx')).VersionsDialog }))

/** The first of those Telegram takes; all are on the server. */
const EMOJI = '👍 ❤ 🔥 👏 🎉 🙏 😁 🤔 👌 💯 🤝 😢 👀 🤗 ⚡ 👎'.split(' ')

/** What can be done with one message, beside its bubble. */
export function MessageActions({ message }: { message: Message }) {
  const t = useT()
  const may = useMay()
  const [isOpen, setOpen] = useState(false)
  const [shown, setShown] = useState(false)
  const answer = () => {
    setComposing(message.conversationId, { mode: 'reply', message })
    requestAnimationFrame(() => document.getElementById(REPLY_FIELD)?.focus())
  }
  return (
    <div className={media.bar} data-open={isOpen || undefined}>
      {isThere(message) && may('message.react') && <React message={message} onOpen={setOpen} />}
      {isThere(message) && may('message.send') && (
        <ActionIcon size="sm" aria-label={t('media.reply')} title={t('media.reply')} onClick={answer}>
          <IconArrowBackUp size={16} stroke={1.7} />
        </ActionIcon>
      )}
      <More message={message} onOpen={setOpen} onVersions={() => setShown(true)} />
      {shown && (
        <Suspense>
          <VersionsDialog message={message} onClose={() => setShown(false)} />
        </Suspense>
      )}
    </div>
  )
}

function More({
  message,
  onOpen,
  onVersions,
}: {
  message: Message
  onOpen: (isOpen: boolean) => void
  onVersions: () => void
}) {
  const t = useT()
  const may = useMay()
  const { mayEdit, mayRecall } = useMessageRules()
  const [isAsked, setAsked] = useState(false)
  const changes = [['conversation.messages', { id: message.conversationId }]]
  const recall = useCommand('message.recall', { changes, announce: false, onDone: () => setAsked(false) })
  const send = useCommand('message.send', { changes })
  const tooOld = isTooOld(message)
  const items = [
    mayEdit(message) && (
      <Menu.Item
        key="edit"
        leftSection={<IconPencil size={15} aria-hidden />}
        disabled={tooOld}
        onClick={() => setComposing(message.conversationId, { mode: 'edit', message })}
      >
        {t('media.edit')}
      </Menu.Item>
    ),
    mayRecall(message) && (
      <Menu.Item
        key="recall"
        color="red"
        leftSection={<IconTrash size={15} aria-hidden />}
        disabled={tooOld}
        onClick={() => setAsked(true)}
      >
        {t('media.recall')}…
      </Menu.Item>
    ),
    tooOld && (mayEdit(message) || mayRecall(message)) && (
      <Menu.Label key="tooOld">{t('error.message.too_old')}</Menu.Label>
    ),
    message.direction === 'in' && message.kind === 'sticker' && may('message.send') && (
      <Menu.Item
        key="sticker"
        leftSection={<IconSticker size={15} aria-hidden />}
        onClick={() => send.mutate({ conversationId: message.conversationId, stickerOf: message.id })}
      >
        {t('media.sendSticker')}
      </Menu.Item>
    ),
    message.version > 1 && (
      <Menu.Item key="versions" leftSection={<IconHistory size={15} aria-hidden />} onClick={onVersions}>
        {t('media.versions')}
      </Menu.Item>
    ),
  ].filter(Boolean)
  if (items.length === 0) return null
  return (
    <>
      <Menu onChange={onOpen} position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon size="sm" aria-label={t('media.more')} title={t('media.more')}>
            <IconDots size={16} stroke={1.7} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>{items}</Menu.Dropdown>
      </Menu>
      {isAsked && (
        <Confirm
          title={t('media.recall')}
          goes={t('media.recallGoes')}
          stays={t('media.recallStays')}
          confirm={t('media.recall')}
          isBusy={recall.isPending}
          error={recall.error}
          onConfirm={() => recall.mutate({ messageId: message.id })}
          onClose={() => setAsked(false)}
        />
      )}
    </>
  )
}

function React({ message, onOpen }: { message: Message; onOpen: (isOpen: boolean) => void }) {
  const t = useT()
  const [isOpen, setOpen] = useState(false)
  const react = useCommand('message.react', {
    changes: [['conversation.messages', { id: message.conversationId }]],
  })
  const show = (next: boolean) => {
    setOpen(next)
    onOpen(next)
  }
  const own = message.reactions.own
  return (
    <Popover opened={isOpen} onChange={show} position="top" trapFocus returnFocus withinPortal>
      <Popover.Target>
        <ActionIcon
          size="sm"
          aria-label={t('media.react')}
          title={t('media.react')}
          aria-expanded={isOpen}
          onClick={() => show(!isOpen)}
        >
          <IconMoodPlus size={16} stroke={1.7} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('media.react')}>
        <div className={media.emoji}>
          {EMOJI.map(emoji => (
            <button
              key={emoji}
              type="button"
              aria-label={emoji}
              aria-pressed={own === emoji}
              onClick={() => {
                react.mutate({ messageId: message.id, emoji: own === emoji ? null : emoji })
                show(false)
              }}
            >
              {emoji}
            </button>
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}
