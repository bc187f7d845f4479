import { ActionIcon, Button } from '@mantine/core'
import { IconCheck, IconPencil } from '@tabler/icons-react'
import type { Message } from '@tracedesk/contracts'
import { useEffect, useRef, useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { Failure } from '../../shared/ui/failure.tsx'
import { ComposeField, type Draft } from './compose-field.tsx'
import { setComposing } from './composing.ts'
import { editable } from './entities.ts'
import { REPLY_FIELD } from './fields.ts'
import { FormatBar } from './format-bar.tsx'
import { HeldBack } from './held-back.tsx'
import classes from './inbox.module.css'
import media from './media.module.css'
import { isHeldBack } from './moderation-flags.ts'

const CAPTION_MAX = 1024
const TEXT_MAX = 4096

/** Writes a message anew that Telegram has; the reply that was begun waits meanwhile. */
export function EditForm({ message }: { message: Message }) {
  const t = useT()
  const { id, conversationId } = message
  const field = useRef<HTMLTextAreaElement>(null)
  const [draft, setDraft] = useState<Draft>(() => ({
    text: message.text?.state === 'open' ? message.text.value : '',
    entities: editable(message.entities),
  }))
  // what is to be mended stands mostly at the end
  useEffect(() => field.current?.setSelectionRange(TEXT_MAX, TEXT_MAX), [])
  const close = () => setComposing(conversationId, null)
  const edit = useCommand('message.edit', {
    announce: false,
    changes: [['conversation.messages', { id: conversationId }]],
    onDone: close,
  })
  const max = message.kind === 'text' ? TEXT_MAX : CAPTION_MAX
  const isSendable = draft.text.trim() !== '' && draft.text.length <= max
  const submit = (confirm?: string[]) => {
    if (!isSendable) return
    edit.mutate({
      messageId: id,
      text: draft.text.toWellFormed(),
      entities: draft.entities,
      ...(confirm && { confirm }),
    })
  }
  return (
    <form
      className={classes.composer}
      onSubmit={event => {
        event.preventDefault()
        submit()
      }}
    >
      <div className={media.above}>
        <IconPencil size={16} aria-hidden />
        <div>
          <b>{t('media.editing')}</b>
          <bdi>{message.text?.state === 'open' ? message.text.value : t(`kind.${message.kind}`)}</bdi>
        </div>
        <Button size="compact-xs" variant="subtle" color="gray" onClick={close}>
          {t('action.cancel')}
        </Button>
      </div>
      {isHeldBack(edit.error) ? (
        <HeldBack
          conversationId={conversationId}
          text={draft.text}
          error={edit.error}
          onConfirm={submit}
          onGiveUp={() => edit.reset()}
        />
      ) : (
        <Failure error={edit.error} />
      )}
      <div className={media.tools}>
        <FormatBar
          field={field}
          entities={draft.entities}
          onChange={entities => setDraft({ ...draft, entities })}
        />
      </div>
      <ComposeField
        field={field}
        id={REPLY_FIELD}
        aria-label={t('media.editing')}
        draft={draft}
        onDraft={setDraft}
        autoFocus
        error={draft.text.length > max && t('thread.tooLong', { max })}
        onKeyDown={event => {
          if (event.key === 'Escape') {
            event.stopPropagation()
            close()
          }
          if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
          event.preventDefault()
          submit()
        }}
      />
      <div className={classes.sendColumn}>
        <ActionIcon
          type="submit"
          variant="filled"
          color="ink"
          size={36}
          aria-label={t('media.saveEdit')}
          loading={edit.isPending}
          disabled={!isSendable}
        >
          <IconCheck size={19} stroke={1.8} />
        </ActionIcon>
      </div>
    </form>
  )
}
