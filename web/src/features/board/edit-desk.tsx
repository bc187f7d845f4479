import { ActionIcon, NumberInput, TextInput } from '@mantine/core'
import { IconPencil } from '@tabler/icons-react'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { EditorDialog } from '../../shared/editor-dialog.tsx'

type Seat = QueryOutput<'desk.board'>['people'][number]
const codesOf = (text: string) => [...new Set(text.toLowerCase().match(/[a-z]{2,3}/g))]

/** How many conversations the rules may give somebody at once, and in which languages. */
export function EditDesk({ seat }: { seat: Seat }) {
  const t = useT()
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <ActionIcon
        size="sm"
        aria-label={t('board.editDesk', { name: seat.name })}
        onClick={() => setOpen(true)}
      >
        <IconPencil size={14} aria-hidden />
      </ActionIcon>
      {isOpen && <DeskForm seat={seat} onClose={() => setOpen(false)} />}
    </>
  )
}

function DeskForm({ seat, onClose }: { seat: Seat; onClose: () => void }) {
  const t = useT()
  const [capacity, setCapacity] = useState<number | null>(seat.capacity)
  const [languages, setLanguages] = useState(seat.languages.join(', '))
  const change = useCommand('agent.change_desk', {
    announce: false,
    changes: [['desk.board'], ['presence.list']],
    onDone: onClose,
  })
  return (
    <EditorDialog
      title={t('board.editDesk', { name: seat.name })}
      isBusy={change.isPending}
      error={change.error}
      onSave={() => change.mutate({ agentId: seat.id, capacity, languages: codesOf(languages) })}
      onClose={onClose}
    >
      <NumberInput
        data-autofocus
        label={t('board.capacity')}
        description={t('board.capacityHint')}
        min={0}
        max={1000}
        allowDecimal={false}
        value={capacity ?? ''}
        onChange={value => setCapacity(typeof value === 'number' ? value : null)}
      />
      <TextInput
        label={t('board.languages')}
        description={t('board.languagesHint')}
        value={languages}
        onChange={event => setLanguages(event.currentTarget.value)}
      />
    </EditorDialog>
  )
}
