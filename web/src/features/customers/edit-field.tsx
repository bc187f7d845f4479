import { Textarea, TextInput } from '@mantine/core'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { EditorDialog } from '../../shared/editor-dialog.tsx'

type Field = QueryOutput<'field.list'>['items'][number]
/** Choices, one a line, each once. */
export const linesOf = (text: string) =>
  [...new Set(text.split('\n').map(line => line.trim()))].filter(Boolean)

/** Another name for a field, or other choices; values that were chosen stay. */
export function EditField({ field, onClose }: { field: Field; onClose: () => void }) {
  const t = useT()
  const [name, setName] = useState(field.name)
  const [options, setOptions] = useState(field.options.join('\n'))
  const change = useCommand('field.change', {
    announce: false,
    changes: [['field.list'], ['customer.get']],
    onDone: onClose,
  })
  return (
    <EditorDialog
      title={t('replies.editField')}
      isBusy={change.isPending}
      error={change.error}
      onClose={onClose}
      onSave={() =>
        change.mutate({
          fieldId: field.id,
          name: name.trim(),
          ...(field.kind === 'choice' && { options: linesOf(options) }),
        })
      }
    >
      <TextInput
        data-autofocus
        required
        maxLength={60}
        label={t('replies.title')}
        value={name}
        onChange={event => setName(event.currentTarget.value)}
      />
      {field.kind === 'choice' && (
        <Textarea
          required
          autosize
          label={t('replies.options')}
          description={t('replies.optionsStay')}
          value={options}
          onChange={event => setOptions(event.currentTarget.value)}
        />
      )}
    </EditorDialog>
  )
}
