import { Button, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconCircleCheck, IconCircleMinus, IconUsersGroup } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { queryOf } from '../../shared/queries.ts'
import { Dialog } from '../../shared/ui/dialog.tsx'
import { Failure } from '../../shared/ui/failure.tsx'
import { Face } from '../../shared/ui/person.tsx'
import classes from './inbox.module.css'

type Customer = QueryOutput<'customer.get'>['customer']
type CustomerId = Customer['id']

/** Another account of the same person: chosen, looked at beside this one, and joined. */
export function MergeCustomer({ customer }: { customer: Customer }) {
  const t = useT()
  const [isOpen, setOpen] = useState(false)
  return (
    <section>
      <Button
        size="compact-xs"
        variant="subtle"
        color="gray"
        leftSection={<IconUsersGroup size={14} aria-hidden />}
        onClick={() => setOpen(true)}
      >
        {t('merge.open')}
      </Button>
      {isOpen && (
        <Dialog onClose={() => setOpen(false)} title={t('merge.title')}>
          <Choose customer={customer} onClose={() => setOpen(false)} />
        </Dialog>
      )}
    </section>
  )
}

function Choose({ customer, onClose }: { customer: Customer; onClose: () => void }) {
  const t = useT()
  const [text, setText] = useState('')
  const [other, setOther] = useState<CustomerId | null>(null)
  const [q] = useDebouncedValue(text.trim(), 180)
  const found = useQuery({ ...queryOf('conversation.list', { q, limit: 30 }), enabled: q !== '' })
  const people = new Map(
    (found.data?.items ?? [])
      .filter(each => each.customer.id !== customer.id)
      .map(each => [each.customer.id, each.customer]),
  )
  if (other) return <Preview from={other} into={customer} onBack={() => setOther(null)} onClose={onClose} />
  return (
    <>
      <TextInput
        data-autofocus
        size="xs"
        type="search"
        label={t('merge.find')}
        value={text}
        onChange={event => setText(event.currentTarget.value)}
      />
      <ul className={classes.savedViews}>
        {[...people.values()].slice(0, 8).map(each => (
          <li key={each.id}>
            <Button
              size="compact-sm"
              variant="subtle"
              leftSection={<Face id={each.id} name={each.name ?? ''} size={20} />}
              onClick={() => setOther(each.id)}
            >
              <bdi>{each.name}</bdi>
              {each.username && <small>&nbsp;@{each.username}</small>}
            </Button>
          </li>
        ))}
      </ul>
      {q !== '' && found.data && people.size === 0 && <p className={classes.quiet}>{t('palette.nothing')}</p>}
    </>
  )
}

interface PreviewProps {
  from: CustomerId
  into: Customer
  onBack: () => void
  onClose: () => void
}

/** What of the other account is taken over, and where both say something and this one's words stay. */
function compare(t: ReturnType<typeof useT>, from: Customer, into: Customer) {
  const said = (part: Customer['nickname'] | undefined) => (part?.state === 'open' ? part.value : '')
  const rows = [
    { name: t('side.nickname'), other: said(from.nickname), kept: said(into.nickname) },
    { name: t('side.remark'), other: said(from.remark), kept: said(into.remark) },
    ...from.fields.map(({ id, name, value }) => ({
      name,
      other: said(value),
      kept: said(into.fields.find(field => field.id === id)?.value),
    })),
  ].filter(({ other, kept }) => other && other !== kept)
  return {
    taken: rows.filter(({ kept }) => !kept).map(({ name, other }) => `${name} (${other})`),
    conflicts: rows.filter(({ kept }) => kept).map(row => t('merge.twoValues', row)),
  }
}

/** What joining changes, before it is done. */
function Preview({ from, into, onBack, onClose }: PreviewProps) {
  const t = useT()
  const details = useQuery(queryOf('customer.get', { id: from }))
  const merge = useCommand('customer.merge', {
    announce: false,
    changes: [['customer.get'], ['conversation.get'], ['conversation.list']],
    onDone: onClose,
  })
  if (!details.data) return <Failure error={details.error} />
  const { customer, conversations } = details.data
  const names = { from: customer.name ?? '', into: into.name ?? '' }
  const newLabels = customer.labels.filter(({ id }) => !into.labels.some(label => label.id === id))
  const { taken, conflicts } = compare(t, customer, into)
  const changes = [
    t('merge.shown', names),
    t('merge.conversations', { count: conversations.length }),
    ...(newLabels.length > 0
      ? [t('merge.labels', { labels: newLabels.map(({ name }) => name).join(', ') })]
      : []),
    ...(taken.length > 0 ? [t('merge.taken', { ...names, values: taken.join(', ') })] : []),
    ...(conflicts.length > 0 ? [t('merge.conflict', { ...names, values: conflicts.join(', ') })] : []),
  ]
  const stays = [t('merge.messagesStay')]
  return (
    <>
      <ul className={classes.mergeList}>
        {changes.map(words => (
          <li key={words}>
            <IconCircleMinus size={18} stroke={1.7} color="var(--td-warn)" aria-hidden />
            {words}
          </li>
        ))}
        {stays.map(words => (
          <li key={words}>
            <IconCircleCheck size={18} stroke={1.7} color="var(--td-good)" aria-hidden />
            {words}
          </li>
        ))}
      </ul>
      <Failure error={merge.error} />
      <div className={classes.noteActions}>
        <Button variant="default" onClick={onBack}>
          {t('action.cancel')}
        </Button>
        <Button
          color="red.8"
          loading={merge.isPending}
          onClick={() => merge.mutate({ customerId: from, intoCustomerId: into.id })}
        >
          {t('merge.confirm')}
        </Button>
      </div>
    </>
  )
}
