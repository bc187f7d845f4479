import { Button, ColorInput, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { Confirm } from '../../shared/ui/confirm.tsx'
import { ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { Failure } from '../../shared/ui/failure.tsx'
import classes from './labels.module.css'

type Label = QueryOutput<'label.list'>['items'][number]
const COLOURS = ['#4453b8', '#0f766e', '#b45309', '#be185d', '#15803d', '#7c3aed', '#b91c1c', '#475569']
const CHANGES = [['label.list'], ['conversation.list'], ['conversation.get']]

/** The labels of the workspace: shown to all, changed by those who may. */
export function LabelList() {
  const t = useT()
  const may = useMay()
  const labels = useQuery(queryOf('label.list', {}))
  return (
    <section className={classes.section}>
      <h2>{t('side.labels')}</h2>
      {labels.isPending && <RowsSkeleton rows={3} />}
      {labels.isError && !labels.data && (
        <ErrorFace error={labels.error} retry={() => void labels.refetch()} />
      )}
      {labels.data?.items.length === 0 && <p>{t('side.noLabels')}</p>}
      <ul className={classes.list}>
        {labels.data?.items.map(label => (
          <LabelRow key={label.id} label={label} />
        ))}
      </ul>
      {may('label.create') && <AddLabel next={(labels.data?.items.length ?? 0) % COLOURS.length} />}
    </section>
  )
}

function LabelRow({ label }: { label: Label }) {
  const t = useT()
  const may = useMay()
  const [name, setName] = useState(label.name)
  const [isRemoved, setRemoved] = useState(false)
  const rename = useCommand('label.rename', { changes: CHANGES })
  const recolour = useCommand('label.change_colour', { changes: CHANGES })
  const remove = useCommand('label.delete', { announce: false, changes: CHANGES })
  const save = () => {
    const wanted = name.trim()
    if (wanted === '') setName(label.name)
    else if (wanted !== label.name) rename.mutate({ labelId: label.id, name: wanted })
  }
  return (
    <li>
      <ColorInput
        size="xs"
        w={118}
        aria-label={t('labels.colourOf', { name: label.name })}
        format="hex"
        swatches={COLOURS}
        withPicker={false}
        withEyeDropper={false}
        disabled={!may('label.change_colour') || recolour.isPending}
        value={label.colour}
        onChangeEnd={colour => colour !== label.colour && recolour.mutate({ labelId: label.id, colour })}
      />
      <TextInput
        size="xs"
        className={classes.grow}
        aria-label={t('labels.nameOf', { name: label.name })}
        maxLength={40}
        disabled={!may('label.rename')}
        value={name}
        onChange={event => setName(event.currentTarget.value)}
        onBlur={save}
        onKeyDown={event => event.key === 'Enter' && event.currentTarget.blur()}
      />
      {may('log.view') && (
        <Link to="/log" search={{ subject: label.id }}>
          {t('labels.history')}
        </Link>
      )}
      {may('label.delete') && (
        <Button size="compact-xs" variant="subtle" color="gray" onClick={() => setRemoved(true)}>
          {t('replies.remove')}
        </Button>
      )}
      {isRemoved && (
        <Confirm
          title={t('replies.removeTitle', { name: label.name })}
          goes={t('labels.goes')}
          stays={t('replies.stays')}
          confirm={t('replies.remove')}
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate({ labelId: label.id })}
          onClose={() => setRemoved(false)}
        />
      )}
    </li>
  )
}

function AddLabel({ next }: { next: number }) {
  const t = useT()
  const [name, setName] = useState('')
  const create = useCommand('label.create', {
    announce: false,
    changes: CHANGES,
    onDone: () => setName(''),
  })
  return (
    <form
      className={classes.form}
      onSubmit={event => {
        event.preventDefault()
        create.mutate({ name: name.trim(), colour: COLOURS[next] ?? '#475569' })
      }}
    >
      <TextInput
        size="xs"
        required
        maxLength={40}
        label={t('labels.add')}
        value={name}
        onChange={event => setName(event.currentTarget.value)}
      />
      <Button size="xs" type="submit" variant="default" loading={create.isPending}>
        {t('labels.create')}
      </Button>
      <Failure error={create.error} />
    </form>
  )
}
