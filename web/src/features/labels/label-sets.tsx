import { MultiSelect, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { EditorDialog } from '../../shared/editor-dialog.tsx'
import { KeptList } from '../../shared/kept-list.tsx'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'

type LabelSet = QueryOutput<'label_set.list'>['items'][number]
const CHANGES = [['label_set.list']]

/** Sets of labels of which a conversation should have one before it ends. */
export function LabelSets() {
  const t = useT()
  const may = useMay()
  const found = useQuery(queryOf('label_set.list', {}))
  const labels = useQuery(queryOf('label.list', {}))
  const nameOf = (id: string) => labels.data?.items.find(label => label.id === id)?.name ?? ''
  const remove = useCommand('label_set.delete', { announce: false, changes: CHANGES })
  return (
    <KeptList
      title={t('labels.sets')}
      text={t('labels.setsText')}
      empty={t('labels.setsEmpty')}
      found={found}
      nameOf={set => set.name}
      row={set => (
        <>
          <b>{set.name}</b>: {set.labelIds.map(nameOf).join(' · ')}
        </>
      )}
      add={may('label_set.create') ? t('labels.addSet') : undefined}
      editor={may('label_set.change') ? (set, close) => <SetEditor set={set} onClose={close} /> : undefined}
      removal={
        may('label_set.delete')
          ? {
              goes: t('labels.setGoes'),
              stays: t('labels.setStays'),
              isBusy: remove.isPending,
              error: remove.error,
              run: ({ id }, done) => remove.mutate({ labelSetId: id }, done),
            }
          : undefined
      }
    />
  )
}

function SetEditor({ set, onClose }: { set: LabelSet | null; onClose: () => void }) {
  const t = useT()
  const [name, setName] = useState(set?.name ?? '')
  const [chosen, setChosen] = useState<string[]>(set?.labelIds ?? [])
  const labels = useQuery(queryOf('label.list', {}))
  const callbacks = { announce: false, changes: CHANGES, onDone: onClose }
  const create = useCommand('label_set.create', callbacks)
  const change = useCommand('label_set.change', callbacks)
  const labelIds = (labels.data?.items ?? []).flatMap(({ id }) => (chosen.includes(id) ? [id] : []))
  const facts = { name: name.trim(), labelIds }
  return (
    <EditorDialog
      title={t(set ? 'labels.editSet' : 'labels.addSet')}
      isBusy={create.isPending || change.isPending}
      error={create.error ?? change.error}
      isReady={labelIds.length > 0}
      onSave={() => (set ? change.mutate({ labelSetId: set.id, ...facts }) : create.mutate(facts))}
      onClose={onClose}
    >
      <TextInput
        data-autofocus
        required
        maxLength={60}
        label={t('replies.title')}
        value={name}
        onChange={event => setName(event.currentTarget.value)}
      />
      <MultiSelect
        searchable
        label={t('side.labels')}
        data={(labels.data?.items ?? []).map(({ id, name: label }) => ({ value: id as string, label }))}
        value={chosen}
        onChange={setChosen}
      />
    </EditorDialog>
  )
}
