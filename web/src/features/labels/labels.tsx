import { Button, ColorInput, ColorSwatch, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import classes from '../../shared/kept-list.module.css'
import { KeptList } from '../../shared/kept-list.tsx'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { Failure } from '../../shared/ui/failure.tsx'

type Label = QueryOutput<'label.list'>['items'][number]
const COLOURS = ['#4453b8', '#0f766e', '#b45309', '#be185d', '#15803d', '#7c3aed', '#b91c1c', '#475569']
const CHANGES = [['label.list'], ['conversation.list'], ['conversation.get']]

/** The labels of the workspace: shown to all, changed by those who may. */
export function LabelList() {
  const t = useT()
  const may = useMay()
  const found = useQuery(queryOf('label.list', {}))
  const remove = useCommand('label.delete', { announce: false, changes: CHANGES })
  return (
    <KeptList
      title={t('side.labels')}
      empty={t('side.noLabels')}
      found={found}
      nameOf={label => label.name}
      row={label => (
        <span className={classes.fields}>
          {may('label.change_colour') ? <Colour label={label} /> : <Dot colour={label.colour} />}
          {may('label.rename') ? <Name label={label} /> : <bdi>{label.name}</bdi>}
        </span>
      )}
      removal={
        may('label.delete')
          ? {
              goes: t('labels.goes'),
              isBusy: remove.isPending,
              error: remove.error,
              run: ({ id }, done) => remove.mutate({ labelId: id }, done),
            }
          : undefined
      }
    >
      {may('label.create') && <AddLabel next={(found.data?.items.length ?? 0) % COLOURS.length} />}
    </KeptList>
  )
}

const Dot = ({ colour }: { colour: string }) => <ColorSwatch size={14} color={colour} aria-hidden />

function Colour({ label }: { label: Label }) {
  const t = useT()
  const recolour = useCommand('label.change_colour', { changes: CHANGES })
  return (
    <ColorInput
      size="xs"
      w={118}
      aria-label={t('labels.colourOf', { name: label.name })}
      format="hex"
      swatches={COLOURS}
      withPicker={false}
      withEyeDropper={false}
      disabled={recolour.isPending}
      value={label.colour}
      onChangeEnd={colour => colour !== label.colour && recolour.mutate({ labelId: label.id, colour })}
    />
  )
}

function Name({ label }: { label: Label }) {
  const t = useT()
  const [name, setName] = useState(label.name)
  const rename = useCommand('label.rename', { changes: CHANGES })
  const save = () => {
    const wanted = name.trim()
    if (wanted === '') setName(label.name)
    else if (wanted !== label.name) rename.mutate({ labelId: label.id, name: wanted })
  }
  return (
    <TextInput
      size="xs"
      flex={1}
      miw={140}
      aria-label={t('labels.nameOf', { name: label.name })}
      maxLength={40}
      value={name}
      onChange={event => setName(event.currentTarget.value)}
      onBlur={save}
      onKeyDown={event => event.key === 'Enter' && event.currentTarget.blur()}
    />
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
