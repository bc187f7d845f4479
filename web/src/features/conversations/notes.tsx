import { Button, Checkbox, Textarea } from '@mantine/core'
import { IconLock } from '@tabler/icons-react'
import type { Note } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { MESSAGE_TEXT_MAX } from '../../shared/roles.ts'
import { useMay } from '../../shared/session.ts'
import { Failure } from '../../shared/ui/failure.tsx'
import { PartFace } from '../../shared/ui/part.tsx'
import { Person } from '../../shared/ui/person.tsx'
import { Time } from '../../shared/ui/time.tsx'
import { CustomerText } from './customer-text.tsx'
import { NOTE_FIELD } from './fields.ts'
import classes from './inbox.module.css'

/** What colleagues noted beside the conversation; the customer never sees it. */
export function Notes({ conversationId, notes }: { conversationId: string; notes: Note[] }) {
  const t = useT()
  const may = useMay()
  return (
    <section>
      <h3 className={classes.heading}>{t('side.notes')}</h3>
      {notes.length === 0 && <p className={classes.quiet}>{t('side.noNotes')}</p>}
      <ul className={classes.notes}>
        {notes.map(note => (
          <li key={note.id} className={classes.note}>
            <div className={classes.noteHead}>
              <Person id={note.author.id} name={note.author.name} size={18} />
              {note.scope === 'private' && <IconLock size={13} role="img" aria-label={t('side.private')} />}
              <Time at={note.at} show="brief" />
            </div>
            <PartFace part={note.text}>{value => <CustomerText text={value} />}</PartFace>
          </li>
        ))}
      </ul>
      {may('note.add') && <AddNote conversationId={conversationId} />}
    </section>
  )
}

function AddNote({ conversationId }: { conversationId: string }) {
  const t = useT()
  const [text, setText] = useState('')
  const [isPrivate, setPrivate] = useState(false)
  const add = useCommand('note.add', {
    announce: false,
    changes: [['conversation.get', { id: conversationId }]],
    onDone: () => setText(''),
  })
  const submit = () => {
    if (text.trim() === '' || add.isPending) return
    add.mutate({ conversationId, text: text.toWellFormed(), scope: isPrivate ? 'private' : 'team' })
  }
  const onKeyDown = (event: React.KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === 'Escape') event.currentTarget.blur()
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit()
  }
  return (
    <div className={classes.addNote}>
      <Textarea
        id={NOTE_FIELD}
        size="xs"
        aria-label={t('side.notePlaceholder')}
        placeholder={t('side.notePlaceholder')}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={MESSAGE_TEXT_MAX}
        dir="auto"
        value={text}
        onChange={event => setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <Failure error={add.error} />
      <div className={classes.noteActions}>
        <Checkbox
          size="xs"
          label={t('side.private')}
          checked={isPrivate}
          onChange={event => setPrivate(event.currentTarget.checked)}
        />
        <Button
          size="compact-sm"
          variant="light"
          loading={add.isPending}
          disabled={!text.trim()}
          onClick={submit}
        >
          {t('side.addNote')}
        </Button>
      </div>
    </div>
  )
}
