import { Select, Textarea, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { EditorDialog } from '../../shared/editor-dialog.tsx'
import { queryOf } from '../../shared/queries.ts'
import { MESSAGE_TEXT_MAX } from '../../shared/roles.ts'
import { ReplyFiles } from './reply-files.tsx'
import { useSaveReply } from './use-save-reply.ts'

type Reply = QueryOutput<'canned_reply.list'>['items'][number]

/** What a template may name, beside the customer's fields. */
const VARIABLES =
  '{{customer.name}} {{customer.nickname}} {{customer.username}} {{agent.name}} {{bot.name}} {{field.…}}'

/** Writes a new canned reply, or the next version of one. */
export function ReplyEditor({ reply, onClose }: { reply: Reply | null; onClose: () => void }) {
  const t = useT()
  const departments = useQuery(queryOf('department.list', {}))
  const [title, setTitle] = useState(reply?.title ?? '')
  const [folder, setFolder] = useState(reply?.folder ?? '')
  const [shortcut, setShortcut] = useState(reply?.shortcut ?? '')
  const [departmentId, setDepartment] = useState<string | null>(reply?.departmentId ?? null)
  const [text, setText] = useState(reply?.text ?? '')
  const saving = useSaveReply(reply, onClose)
  const { isPending, error } = saving.save
  const save = () =>
    saving.save.mutate({
      title: title.trim(),
      folder: folder.trim() || null,
      shortcut: shortcut.trim().replace(/^\//, '').toLowerCase() || null,
      departmentId: departmentId as Reply['departmentId'], // an id from the list of departments
      text,
    })
  return (
    <EditorDialog
      title={t(reply ? 'replies.editCanned' : 'replies.addCanned')}
      isBusy={isPending}
      error={error}
      onSave={save}
      onClose={onClose}
    >
      <TextInput
        data-autofocus
        required
        label={t('replies.title')}
        maxLength={80}
        value={title}
        onChange={event => setTitle(event.currentTarget.value)}
      />
      <TextInput
        label={t('replies.shortcut')}
        description={t('replies.shortcutHint')}
        maxLength={33}
        value={shortcut}
        onChange={event => setShortcut(event.currentTarget.value)}
      />
      <TextInput
        label={t('replies.folder')}
        maxLength={80}
        value={folder}
        onChange={event => setFolder(event.currentTarget.value)}
      />
      <Select
        label={t('replies.department')}
        placeholder={t('replies.everybody')}
        clearable
        data={(departments.data?.items ?? []).map(({ id, name }) => ({ value: id as string, label: name }))}
        value={departmentId}
        onChange={setDepartment}
      />
      <Textarea
        required
        label={t('replies.text')}
        description={VARIABLES}
        autosize
        minRows={4}
        maxRows={12}
        maxLength={MESSAGE_TEXT_MAX}
        dir="auto"
        value={text}
        onChange={event => setText(event.currentTarget.value)}
      />
      <ReplyFiles saving={saving} />
    </EditorDialog>
  )
}
