import { ActionIcon, Button, Textarea } from '@mantine/core'
import { IconLock, IconSend2 } from '@tabler/icons-react'
import type { Conversation } from '@tracedesk/contracts'
import { useEffect, useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useFormat } from '../../shared/format.ts'
import { MESSAGE_TEXT_MAX } from '../../shared/roles.ts'
import { useMay } from '../../shared/session.ts'
import { CANNED_MENU, CannedMenu, cannedOption } from './canned-menu.tsx'
import { keepDraft, onDraftReturned, readDraft } from './drafts.ts'
import { REPLY_FIELD } from './fields.ts'
import classes from './inbox.module.css'
import { useSend } from './sending.ts'
import { useCanned } from './use-canned.ts'
import { useConversationCommands } from './use-conversation-commands.ts'

/** From here on the number of characters is worth a look. */
const COUNTER_FROM = 3500

/** Where an agent writes, or the reason why nothing can be written. */
export function Composer({ conversation }: { conversation: Conversation }) {
  const t = useT()
  const may = useMay()
  const commands = useConversationCommands(conversation)
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
      <ReplyForm conversation={conversation} />
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

function ReplyForm({ conversation: { id, customer } }: { conversation: Conversation }) {
  const t = useT()
  const [text, setText] = useState(() => readDraft(id))
  const send = useSend(id)
  // JavaScript counts as Telegram does: in UTF-16 units.
  const isTooLong = text.length > MESSAGE_TEXT_MAX
  const change = (next: string) => {
    setText(next)
    keepDraft(id, next)
  }
  const canned = useCanned(id, text, change)
  useEffect(() => onDraftReturned(id, setText), [id])
  const submit = () => {
    if (text.trim() === '' || isTooLong) return
    const use = canned.takeUse()
    send.mutate({
      key: crypto.randomUUID(),
      text: text.toWellFormed(),
      replyTo: null,
      at: Date.now(),
      ...(use && { canned: use }),
    })
    change('')
  }
  const onKeyDown = (event: React.KeyboardEvent<HTMLTextAreaElement>) => {
    if (canned.onKey(event)) return
    if (event.key === 'Escape') event.currentTarget.blur()
    // An Enter that ends the choice of a character (Chinese, Japanese …) sends nothing.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    submit()
  }
  return (
    <form
      className={classes.composer}
      onSubmit={event => {
        event.preventDefault()
        submit()
      }}
    >
      {canned.isOpen && (
        <CannedMenu replies={canned.replies} active={canned.active} onChoose={canned.choose} />
      )}
      <Textarea
        id={REPLY_FIELD}
        aria-label={t('thread.write')}
        placeholder={t('thread.placeholder', { name: customer.name ?? t('chip.customer') })}
        autosize
        minRows={1}
        maxRows={10}
        value={text}
        dir="auto"
        onChange={event => {
          if (event.currentTarget.value === '') canned.forget()
          change(event.currentTarget.value)
        }}
        {...(canned.isOpen && {
          'aria-haspopup': 'listbox' as const,
          'aria-autocomplete': 'list' as const,
          'aria-controls': CANNED_MENU,
          ...(canned.active && { 'aria-activedescendant': cannedOption(canned.active.id) }),
        })}
        onKeyDown={onKeyDown}
        className={classes.field}
        error={isTooLong && t('thread.tooLong', { max: MESSAGE_TEXT_MAX })}
      />
      <div className={classes.sendColumn}>
        <ActionIcon
          type="submit"
          variant="filled"
          color="ink"
          size={36}
          aria-label={t('thread.send')}
          disabled={text.trim() === '' || isTooLong}
        >
          <IconSend2 size={19} stroke={1.8} />
        </ActionIcon>
      </div>
      {text.length >= COUNTER_FROM && <Counter length={text.length} isTooLong={isTooLong} />}
    </form>
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
