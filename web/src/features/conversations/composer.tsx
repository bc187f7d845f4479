import { ActionIcon, Button, FileButton } from '@mantine/core'
import { IconArrowBackUp, IconLock, IconPaperclip, IconSend2, IconX } from '@tabler/icons-react'
import type { Conversation, Message } from '@tracedesk/contracts'
import { useEffect, useRef, useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useFormat } from '../../shared/format.ts'
import { MESSAGE_TEXT_MAX } from '../../shared/roles.ts'
import { useMay } from '../../shared/session.ts'
import { useAuthor } from '../../shared/ui/author.ts'
import { usePartText } from '../../shared/ui/part.tsx'
import { useFileDrop } from '../../shared/use-file-drop.ts'
import { AttachmentTray } from './attachment-tray.tsx'
import { CANNED_MENU, CannedMenu, cannedOption } from './canned-menu.tsx'
import { ComposeField, type Draft } from './compose-field.tsx'
import { setComposing, useComposing } from './composing.ts'
import { keepDraft, onDraftReturned, readDraft } from './drafts.ts'
import { EditForm } from './edit-form.tsx'
import { REPLY_FIELD, takeWantedReply } from './fields.ts'
import { FormatBar } from './format-bar.tsx'
import classes from './inbox.module.css'
import media from './media.module.css'
import { useLastOwn } from './own-messages.ts'
import { useSend } from './sending.ts'
import { type Attachments, type Batch, batchesOf, useAttachments } from './use-attachments.ts'
import { useCanned } from './use-canned.ts'
import { useConversationCommands } from './use-conversation-commands.ts'
import { VoiceRecorder } from './voice-recorder.tsx'

/** From here on the number of characters is worth a look. */
const COUNTER_FROM = 3500
/** Words under a file (Bot API, sendPhoto). */
const CAPTION_MAX = 1024

/** Where an agent writes, or the reason why nothing can be written. */
export function Composer({ conversation }: { conversation: Conversation }) {
  const t = useT()
  const may = useMay()
  const commands = useConversationCommands(conversation)
  const composing = useComposing(conversation.id)
  // kept here, so that files wait while another message is edited
  const attachments = useAttachments(conversation.id)
  if (!may('message.send')) return <Notice text={t('thread.readOnly')} />
  if (conversation.status === 'resolved') {
    return (
      <Notice text={t('thread.resolvedHint')}>
        <Button
          size="xs"
          variant="default"
          loading={commands.isBusy}
          onClick={() => commands.setStatus('in_progress')}
        >
          {t('status.in_progress')}
        </Button>
      </Notice>
    )
  }
  return (
    <>
      {conversation.customer.blockedBot && <Notice text={t('thread.blocked')} />}
      {composing?.mode === 'edit' ? (
        <EditForm key={composing.message.id} message={composing.message} />
      ) : (
        <ReplyForm
          conversation={conversation}
          answered={composing?.message ?? null}
          attachments={attachments}
        />
      )}
    </>
  )
}

function Notice({ text, children }: { text: string; children?: React.ReactNode }) {
  return (
    <div className={classes.notice}>
      <IconLock size={16} stroke={1.7} aria-hidden />
      <span>{text}</span>
      {children}
    </div>
  )
}

function ReplyForm({
  conversation: { id, customer },
  answered,
  attachments,
}: {
  conversation: Conversation
  answered: Message | null
  attachments: Attachments
}) {
  const t = useT()
  const field = useRef<HTMLTextAreaElement>(null)
  const [draft, setDraft] = useState<Draft>(() => ({ text: readDraft(id), entities: [] }))
  const { text } = draft
  const [asFiles, setAsFiles] = useState(false)
  const send = useSend(id)
  const hasFiles = attachments.items.length > 0
  // JavaScript counts as Telegram does: in UTF-16 units.
  const max = hasFiles ? CAPTION_MAX : MESSAGE_TEXT_MAX
  const isTooLong = text.length > max
  const change = (next: Draft) => {
    setDraft(next)
    keepDraft(id, next.text)
  }
  const canned = useCanned(id, text, {
    onText: next => change({ text: next, entities: [] }),
    onFiles: attachments.addCopied,
  })
  useEffect(() => onDraftReturned(id, next => setDraft({ text: next, entities: [] })), [id])
  useEffect(() => {
    if (takeWantedReply(id)) field.current?.focus()
  }, [id])
  const isSendable = !isTooLong && attachments.isReady && (hasFiles || text.trim() !== '')
  const submit = () => {
    if (!isSendable) return
    const use = canned.takeUse()
    const batches: (Batch[] | null)[] = hasFiles ? batchesOf(attachments.items, asFiles) : [null]
    batches.forEach((batch, index) => {
      // the words and what they answer stand with the first
      const isFirst = index === 0
      const words = isFirst && text.trim() !== '' ? text.toWellFormed() : ''
      send.mutate({
        key: crypto.randomUUID(),
        text: words,
        replyTo: isFirst ? (answered?.id ?? null) : null,
        at: Date.now(),
        ...(words !== '' && draft.entities.length > 0 && { entities: draft.entities }),
        ...(batch && { attachments: batch }),
        ...(isFirst && words !== '' && use && { canned: use }),
      })
    })
    attachments.clear()
    setComposing(id, null)
    change({ text: '', entities: [] })
  }
  const lastOwn = useLastOwn(id)
  const onKeyDown = (event: React.KeyboardEvent<HTMLTextAreaElement>) => {
    if (canned.onKey(event)) return
    const last = event.key === 'ArrowUp' && text === '' && !hasFiles ? lastOwn() : null
    if (last) {
      event.preventDefault()
      setComposing(id, { mode: 'edit', message: last })
    }
    if (event.key === 'Escape') event.currentTarget.blur()
    // An Enter that ends the choice of a character (Chinese, Japanese …) sends nothing.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    submit()
  }
  const give = (files: readonly File[]) =>
    attachments.add(files.map(file => ({ blob: file, name: file.name })))
  const isOver = useFileDrop(give)
  return (
    <form
      className={`${classes.composer} ${isOver ? media.drop : ''}`}
      onSubmit={event => {
        event.preventDefault()
        submit()
      }}
    >
      {canned.isOpen && (
        <CannedMenu replies={canned.replies} active={canned.active} onChoose={canned.choose} />
      )}
      {answered && <Answered message={answered} onForget={() => setComposing(id, null)} />}
      <AttachmentTray attachments={attachments} asFiles={asFiles} onAsFiles={setAsFiles} />
      <div className={media.tools}>
        <AttachButton onFiles={give} />
        <VoiceRecorder
          onRecorded={blob => attachments.add([{ blob, name: 'voice.ogg', wantsVoice: true }])}
        />
        <FormatBar
          field={field}
          entities={draft.entities}
          onChange={entities => change({ text, entities })}
        />
      </div>
      <ComposeField
        field={field}
        id={REPLY_FIELD}
        aria-label={t('thread.write')}
        placeholder={t('thread.placeholder', { name: customer.name ?? t('chip.customer') })}
        draft={draft}
        onDraft={next => {
          if (next.text === '') canned.forget()
          change(next)
        }}
        onPaste={event => {
          const files = [...event.clipboardData.files]
          if (files.length === 0) return
          event.preventDefault()
          give(files)
        }}
        {...(canned.isOpen && {
          'aria-haspopup': 'listbox' as const,
          'aria-autocomplete': 'list' as const,
          'aria-controls': CANNED_MENU,
          ...(canned.active && { 'aria-activedescendant': cannedOption(canned.active.id) }),
        })}
        onKeyDown={onKeyDown}
        error={isTooLong && t(hasFiles ? 'media.captionTooLong' : 'thread.tooLong', { max })}
      />
      <div className={classes.sendColumn}>
        <ActionIcon
          type="submit"
          variant="filled"
          color="ink"
          size={36}
          aria-label={t('thread.send')}
          disabled={!isSendable}
        >
          <IconSend2 size={19} stroke={1.8} />
        </ActionIcon>
      </div>
      {text.length >= COUNTER_FROM && <Counter length={text.length} isTooLong={isTooLong} />}
    </form>
  )
}

/** What the text is going to answer. */
function Answered({ message, onForget }: { message: Message; onForget: () => void }) {
  const t = useT()
  const textOf = usePartText()
  const authorOf = useAuthor()
  return (
    <div className={media.above}>
      <IconArrowBackUp size={16} aria-hidden />
      <div>
        <b>{authorOf(message)}</b>
        <bdi>{message.text ? textOf(message.text) : t(`kind.${message.kind}`)}</bdi>
      </div>
      <ActionIcon size="sm" aria-label={t('media.noReply')} onClick={onForget}>
        <IconX size={15} />
      </ActionIcon>
    </div>
  )
}

function AttachButton({ onFiles }: { onFiles: (files: File[]) => void }) {
  const t = useT()
  return (
    <FileButton multiple onChange={onFiles}>
      {props => (
        <ActionIcon size="md" aria-label={t('media.attach')} title={t('media.attach')} {...props}>
          <IconPaperclip size={18} stroke={1.7} />
        </ActionIcon>
      )}
    </FileButton>
  )
}

function Counter({ length, isTooLong }: { length: number; isTooLong: boolean }) {
  const t = useT()
  const format = useFormat()
  return (
    <output className={classes.counter} data-over={isTooLong || undefined}>
      {t('thread.counter', { count: length, max: format.number(MESSAGE_TEXT_MAX) })}
    </output>
  )
}
