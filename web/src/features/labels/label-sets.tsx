import { Button, Group, Modal, MultiSelect, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { Confirm } from '../../shared/ui/confirm.tsx'
import { Failure } from '../../shared/ui/failure.tsx'
import classes from './labels.module.css'

type LabelSet = QueryOutput<'label_set.list'>['items'][number]
const CHANGES = [['label_set.list']]

/** Sets of labels of which a conversation should have one before it ends. */
export function LabelSets() {
  const t = useT()
  const may = useMay()
  const [edited, setEdited] = useState<LabelSet | 'new' | null>(null)
  const [removed, setRemoved] = useState<LabelSet | null>(null)
  const sets = useQuery(queryOf('label_set.list', {}))
  const labels = useQuery(queryOf('label.list', {}))
  const nameOf = (id: string) => labels.data?.items.find(label => label.id === id)?.name ?? ''
  const remove = useCommand('label_set.delete', {
    announce: false,
    changes: CHANGES,
    onDone: () => setRemoved(null),
  })
  return (
    <section className={classes.section}>
      <h2>{t('labels.sets')}</h2>
      <p>{t('labels.setsText')}</p>
      <ul className={classes.list}>
        {sets.data?.items.map(set => (
          <li key={set.id}>
            <span className={classes.grow}>
              <b>{set.name}</b>: {set.labelIds.map(nameOf).join(' · ')}
            </span>
            {may('label_set.change') && (
              <Button size="compact-xs" variant="default" onClick={() => setEdited(set)}>
                {t('replies.edit')}
              </Button>
            )}
            {may('label_set.delete') && (
              <Button size="compact-xs" variant="subtle" color="gray" onClick={() => setRemoved(set)}>
                {t('replies.remove')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {may('label_set.create') && (
        <Button size="xs" variant="default" onClick={() => setEdited('new')}>
          {t('labels.addSet')}
        </Button>
      )}
      {edited && <SetEditor set={edited === 'new' ? null : edited} onClose={() => setEdited(null)} />}
      {removed && (
        <Confirm
          title={t('replies.removeTitle', { name: removed.name })}
          goes={t('labels.setGoes')}
          stays={t('labels.setStays')}
          confirm={t('replies.remove')}
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate({ labelSetId: removed.id })}
          onClose={() => setRemoved(null)}
        />
      )}
    </section>
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
    <Modal
      opened
      onClose={onClose}
      title={t(set ? 'labels.editSet' : 'labels.addSet')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <form
        onSubmit={event => {
          event.preventDefault()
          if (set) change.mutate({ labelSetId: set.id, ...facts })
          else create.mutate(facts)
        }}
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
          mt="sm"
          searchable
          label={t('side.labels')}
          data={(labels.data?.items ?? []).map(({ id, name: label }) => ({ value: id as string, label }))}
          value={chosen}
          onChange={setChosen}
        />
        <Failure error={create.error ?? change.error} />
        <Group mt="md" justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button
            type="submit"
            disabled={labelIds.length === 0}
            loading={create.isPending || change.isPending}
          >
            {t('action.save')}
          </Button>
        </Group>
      </form>
    </Modal>
  )
}
