import { Button, Select, Textarea, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { queryOf } from '../../shared/queries.ts'
import { Confirm } from '../../shared/ui/confirm.tsx'
import { Failure } from '../../shared/ui/failure.tsx'
import { EditField } from './edit-field.tsx'
import classes from './fields.module.css'

type Field = QueryOutput<'field.list'>['items'][number]
const KINDS = ['text', 'number', 'date', 'choice', 'link'] as const
const linesOf = (text: string) => [...new Set(text.split('\n').map(line => line.trim()))].filter(Boolean)

/** The fields customers have; for those who may define them. */
export function Fields() {
  const t = useT()
  const [edited, setEdited] = useState<Field | null>(null)
  const [removed, setRemoved] = useState<Field | null>(null)
  const fields = useQuery(queryOf('field.list', {}))
  const remove = useCommand('field.delete', {
    announce: false,
    changes: [['field.list'], ['customer.get']],
    onDone: () => setRemoved(null),
  })
  return (
    <section className={classes.section}>
      <h2>{t('replies.fields')}</h2>
      <ul className={classes.list}>
        {fields.data?.items.map(field => (
          <li key={field.id}>
            <div>
              <b>{field.name}</b> <small>{t(`replies.fieldKind.${field.kind}`)}</small>
              <p>
                <code>{`{{field.${field.key}}}`}</code> {field.options.join(' · ')}
              </p>
            </div>
            <Button size="compact-xs" variant="default" onClick={() => setEdited(field)}>
              {t('replies.edit')}
            </Button>
            <Button size="compact-xs" variant="subtle" color="gray" onClick={() => setRemoved(field)}>
              {t('replies.remove')}
            </Button>
          </li>
        ))}
      </ul>
      <DefineField />
      {edited && <EditField field={edited} onClose={() => setEdited(null)} />}
      {removed && (
        <Confirm
          title={t('replies.removeTitle', { name: removed.name })}
          goes={t('replies.fieldGoes')}
          stays={t('replies.stays')}
          confirm={t('replies.remove')}
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate({ fieldId: removed.id })}
          onClose={() => setRemoved(null)}
        />
      )}
    </section>
  )
}

function DefineField() {
  const t = useT()
  const [name, setName] = useState('')
  const [key, setKey] = useState('')
  const [kind, setKind] = useState<Field['kind']>('text')
  const [options, setOptions] = useState('')
  const define = useCommand('field.define', {
    announce: false,
    changes: [['field.list'], ['customer.get']],
    onDone: () => {
      setName('')
      setKey('')
      setOptions('')
    },
  })
  return (
    <form
      onSubmit={event => {
        event.preventDefault()
        define.mutate({
          name: name.trim(),
          key: key.trim(),
          kind,
          ...(kind === 'choice' && { options: linesOf(options) }),
        })
      }}
    >
      <TextInput
        size="xs"
        required
        label={t('replies.title')}
        maxLength={60}
        value={name}
        onChange={event => setName(event.currentTarget.value)}
      />
      <TextInput
        size="xs"
        required
        label={t('replies.key')}
        pattern="[a-z][a-z0-9_]{0,31}"
        value={key}
        onChange={event => setKey(event.currentTarget.value)}
      />
      <Select
        size="xs"
        label={t('replies.kind')}
        allowDeselect={false}
        data={KINDS.map(value => ({ value, label: t(`replies.fieldKind.${value}`) }))}
        value={kind}
        onChange={value => setKind(KINDS.find(each => each === value) ?? 'text')}
      />
      {kind === 'choice' && (
        <Textarea
          size="xs"
          required
          label={t('replies.options')}
          autosize
          value={options}
          onChange={event => setOptions(event.currentTarget.value)}
        />
      )}
      <Failure error={define.error} />
      <Button mt={8} size="xs" type="submit" variant="default" loading={define.isPending}>
        {t('replies.addField')}
      </Button>
    </form>
  )
}
