import { ActionIcon, Button, Menu } from '@mantine/core'
import { IconDots, IconLock } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { Note } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { useMay, useMe } from '../../shared/session.ts'
import { useAuthor } from '../../shared/ui/author.ts'
import { Confirm } from '../../shared/ui/confirm.tsx'
import { Failure } from '../../shared/ui/failure.tsx'
import { PartFace } from '../../shared/ui/part.tsx'
import { Person } from '../../shared/ui/person.tsx'
import { Time } from '../../shared/ui/time.tsx'
import { CustomerText } from './customer-text.tsx'
import classes from './inbox.module.css'
import { MentionField, mentionedIn, useColleagues } from './mention-field.tsx'

/** Roles that may take away what a colleague noted for the team. */
const TIDYING = new Set(['owner', 'admin', 'supervisor'])

/** A note with what its reader may do to it; earlier versions are in the log. */
export function NoteCard({ conversationId, note }: { conversationId: string; note: Note }) {
  const t = useT()
  const may = useMay()
  const authorOf = useAuthor()
  const [state, setState] = useState<'shown' | 'edited' | 'removed'>('shown')
  return (
    <li className={classes.note}>
      <div className={classes.noteHead}>
        <Person id={note.author.id} name={note.author.name} label={authorOf(note)} size={18} />
        {note.scope === 'private' && <IconLock size={13} role="img" aria-label={t('side.private')} />}
        <Time at={note.at} show="brief" />
        <NoteMenu note={note} onEdit={() => setState('edited')} onRemove={() => setState('removed')} />
      </div>
      {state === 'edited' && note.text.state === 'open' ? (
        <EditNote
          conversationId={conversationId}
          note={note}
          before={note.text.value}
          onDone={() => setState('shown')}
        />
      ) : (
        <PartFace part={note.text}>{value => <CustomerText text={value} />}</PartFace>
      )}
      {note.version > 1 && may('log.view') && (
        <Link to="/log" search={{ subject: note.id }} className={classes.toLog}>
          {t('side.noteVersions', { version: note.version })}
        </Link>
      )}
      {state === 'removed' && (
        <RemoveNote conversationId={conversationId} note={note} onClose={() => setState('shown')} />
      )}
    </li>
  )
}

function NoteMenu({ note, onEdit, onRemove }: { note: Note; onEdit: () => void; onRemove: () => void }) {
  const t = useT()
  const may = useMay()
  const me = useMe()
  const isMine = note.author.id === me.agent.id
  const canEdit = isMine && may('note.edit') && note.text.state === 'open'
  const canRemove = may('note.delete') && (isMine || TIDYING.has(me.agent.role))
  if (!canEdit && !canRemove) return null
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon size="sm" aria-label={t('side.noteMenu', { name: note.author.name })}>
          <IconDots size={15} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {canEdit && <Menu.Item onClick={onEdit}>{t('replies.edit')}</Menu.Item>}
        {canRemove && <Menu.Item onClick={onRemove}>{t('replies.remove')}</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  )
}

interface EditNoteProps {
  conversationId: string
  note: Note
  before: string
  onDone: () => void
}

function EditNote({ conversationId, note, before, onDone }: EditNoteProps) {
  const t = useT()
  const colleagues = useColleagues()
  const [text, setText] = useState(before)
  const edit = useCommand('note.edit', {
    announce: false,
    changes: [['conversation.get', { id: conversationId }]],
    onDone,
  })
  const submit = () => {
    if (text.trim() === '' || edit.isPending) return
    if (text === before) return onDone()
    const mentions = note.scope === 'private' ? [] : mentionedIn(text, colleagues)
    edit.mutate({ noteId: note.id, text: text.toWellFormed(), mentions })
  }
  return (
    <div className={classes.addNote}>
      <MentionField
        label={t('replies.edit')}
        text={text}
        canMention={note.scope === 'team'}
        colleagues={colleagues}
        onText={setText}
        onSubmit={submit}
      />
      <Failure error={edit.error} />
      <div className={classes.noteActions}>
        <Button size="compact-xs" variant="default" onClick={onDone}>
          {t('action.cancel')}
        </Button>
        <Button size="compact-xs" loading={edit.isPending} disabled={!text.trim()} onClick={submit}>
          {t('action.save')}
        </Button>
      </div>
    </div>
  )
}

function RemoveNote(props: { conversationId: string; note: Note; onClose: () => void }) {
  const t = useT()
  const remove = useCommand('note.delete', {
    announce: false,
    changes: [['conversation.get', { id: props.conversationId }]],
    onDone: props.onClose,
  })
  return (
    <Confirm
      title={t('side.removeNote')}
      goes={t('side.removeNoteGoes')}
      stays={t('side.removeNoteStays')}
      confirm={t('replies.remove')}
      isBusy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate({ noteId: props.note.id })}
      onClose={props.onClose}
    />
  )
}
