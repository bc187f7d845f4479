import { Button, Select, Textarea, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import classes from '../../shared/kept-list.module.css'
import { KeptList } from '../../shared/kept-list.tsx'
import { queryOf } from '../../shared/queries.ts'
import { Failure } from '../../shared/ui/failure.tsx'
import { EditField, linesOf } from './edit-field.tsx'

type Field = QueryOutput<'field.list'>['items'][number]
const KINDS = ['text', 'number', 'date', 'choice', 'link'] as const

/** The fields customers have; for those who may define them. */
export function Fields() {
  const t = useT()
  const found = useQuery(queryOf('field.list', {}))
  const remove = useCommand('field.delete', {
    announce: false,
    changes: [['field.list'], ['customer.get']],
  })
  return (
    <KeptList
      title={t('replies.fields')}
      empty={t('replies.fieldsEmpty')}
      found={found}
      nameOf={field => field.name}
      row={field => (
        <>
          <b>{field.name}</b> <small>{t(`replies.fieldKind.${field.kind}`)}</small>
          <p>
            <code>{`{{field.${field.key}}}`}</code> {field.options.join(' · ')}
          </p>
        </>
      )}
      editor={(field, close) => field && <EditField field={field} onClose={close} />}
      removal={{
        goes: t('replies.fieldGoes'),
        isBusy: remove.isPending,
        error: remove.error,
        run: ({ id }, done) => remove.mutate({ fieldId: id }, done),
      }}
    >
      <DefineField />
    </KeptList>
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
      className={classes.form}
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
      <Button size="xs" type="submit" variant="default" loading={define.isPending}>
        {t('replies.addField')}
      </Button>
      <Failure error={define.error} />
    </form>
  )
}
