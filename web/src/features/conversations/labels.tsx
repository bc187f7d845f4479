import { Button, Combobox, useCombobox } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { Conversation } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { useUndoable } from '../../shared/undo.tsx'
import { LABEL_FIELD } from './fields.ts'
import classes from './inbox.module.css'
import { LabelDot } from './label-dot.tsx'
import { MissingLabels } from './missing-labels.tsx'

/** Colours a new label takes in turn. */
const COLOURS = ['#4453b8', '#0f766e', '#b45309', '#be185d', '#15803d', '#7c3aed', '#b91c1c', '#475569']
const NAME_MAX = 40

/** The customer's labels. */
export function Labels({ conversation: { id, customer, labels } }: { conversation: Conversation }) {
  const t = useT()
  const may = useMay()
  const changes = [['conversation.get', { id }], ['conversation.list']]
  const remove = useUndoable('customer.remove_label', { changes })
  const add = useCommand('customer.add_label', { changes })
  const takeOff = ({ id: labelId, name }: Conversation['labels'][number]) => {
    const about = { customerId: customer.id, labelId }
    remove.run(about, t('undo.labelRemoved', { name }), () => add.mutate(about))
  }
  return (
    <section>
      <h3 className={classes.heading}>{t('side.labels')}</h3>
      <div className={classes.labels}>
        {labels.length === 0 && <span className={classes.quiet}>{t('side.noLabels')}</span>}
        {labels.map(label => (
          <span key={label.id} className={classes.label}>
            <LabelDot label={label} />
            {may('customer.remove_label') && (
              <button
                type="button"
                aria-label={t('side.removeLabel', { name: label.name })}
                disabled={remove.isPending}
                onClick={() => takeOff(label)}
              >
                <IconX size={13} aria-hidden />
              </button>
            )}
          </span>
        ))}
      </div>
      <MissingLabels labels={labels} />
      {may('customer.add_label') && (
        <AddLabel customerId={customer.id} taken={labels.map(label => label.id)} changes={changes} />
      )}
    </section>
  )
}

function AddLabel(props: { customerId: string; taken: readonly string[]; changes: readonly unknown[][] }) {
  const t = useT()
  const may = useMay()
  const [text, setText] = useState('')
  const box = useCombobox({ onDropdownClose: () => setText('') })
  const all = useQuery(queryOf('label.list', {}))
  const add = useCommand('customer.add_label', { changes: [...props.changes] })
  const attach = (labelId: string) => add.mutate({ customerId: props.customerId, labelId })
  const create = useCommand('label.create', {
    changes: [['label.list']],
    onDone: ({ label }) => attach(label.id),
  })
  const name = text.trim()
  const wanted = name.toLocaleLowerCase()
  const choices = (all.data?.items ?? []).filter(
    label => !props.taken.includes(label.id) && label.name.toLocaleLowerCase().includes(wanted),
  )
  const isKnown = all.data?.items.some(label => label.name.toLocaleLowerCase() === wanted)
  const canCreate = may('label.create') && name !== '' && name.length <= NAME_MAX && !isKnown
  const submit = (value: string) => {
    box.closeDropdown()
    if (value !== '') return attach(value)
    const colour = COLOURS[(all.data?.items.length ?? 0) % COLOURS.length]
    create.mutate({ name, ...(colour && { colour }) })
  }
  return (
    <Combobox store={box} onOptionSubmit={submit} width={240} position="bottom-start">
      <Combobox.Target withAriaAttributes={false}>
        <Button
          id={LABEL_FIELD}
          size="compact-xs"
          variant="subtle"
          color="gray"
          mt={6}
          loading={add.isPending || create.isPending}
          leftSection={<IconPlus size={13} aria-hidden />}
          onClick={() => box.toggleDropdown()}
        >
          {t('side.addLabel')}
        </Button>
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search
          value={text}
          aria-label={t('side.findLabel')}
          placeholder={t('side.findLabel')}
          ref={field => field?.focus()}
          onChange={event => {
            setText(event.currentTarget.value)
            box.updateSelectedOptionIndex()
          }}
        />
        <Combobox.Options mah={220} style={{ overflowY: 'auto' }}>
          {choices.map(label => (
            <Combobox.Option key={label.id} value={label.id}>
              <LabelDot label={label} />
            </Combobox.Option>
          ))}
          {canCreate && <Combobox.Option value="">{t('side.createLabel', { name })}</Combobox.Option>}
          {choices.length === 0 && !canCreate && <Combobox.Empty>{t('side.noLabels')}</Combobox.Empty>}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  )
}
