import { Button, Checkbox } from '@mantine/core'
import type { Note } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { useMay } from '../../shared/session.ts'
import { Failure } from '../../shared/ui/failure.tsx'
import { keepDraft, readDraft } from './drafts.ts'
import { NOTE_FIELD } from './fields.ts'
import classes from './inbox.module.css'
import { MentionField, mentionedIn, useColleagues } from './mention-field.tsx'
import { NoteCard } from './note-card.tsx'

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
          <NoteCard key={note.id} conversationId={conversationId} note={note} />
        ))}
      </ul>
      {may('note.add') && <AddNote key={conversationId} conversationId={conversationId} />}
    </section>
  )
}

function AddNote({ conversationId }: { conversationId: string }) {
  const t = useT()
  const colleagues = useColleagues()
  const [text, setText] = useState(() => readDraft(conversationId, 'note'))
  const [isPrivate, setPrivate] = useState(false)
  const change = (next: string) => {
    setText(next)
    keepDraft(conversationId, next, 'note')
  }
  const add = useCommand('note.add', {
    announce: false,
    changes: [['conversation.get', { id: conversationId }]],
    onDone: () => change(''),
  })
  const submit = () => {
    if (text.trim() === '' || add.isPending) return
    add.mutate({
      conversationId,
      text: text.toWellFormed(),
      scope: isPrivate ? 'private' : 'team',
      mentions: isPrivate ? [] : mentionedIn(text, colleagues),
    })
  }
  return (
    <div className={classes.addNote}>
      <MentionField
        id={NOTE_FIELD}
        label={t('side.notePlaceholder')}
        text={text}
        canMention={!isPrivate}
        colleagues={colleagues}
        onText={change}
        onSubmit={submit}
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
