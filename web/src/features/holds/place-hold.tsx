import { Select, TextInput } from '@mantine/core'
import type { CommandInput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { ReasonDialog } from '../../shared/reason-dialog.tsx'
import classes from './holds.module.css'

type Asked = CommandInput<'hold.place'>
const CAUSES = ['legal', 'authority', 'dispute', 'inquiry'] as const

/** What came with the address; without either a span of time is asked for. */
export interface HeldThing {
  customer?: string
  conversation?: string
}

/** An instant of a datetime-local field, in the browser's zone. */
const instantOf = (local: string) => (local === '' ? undefined : new Date(local).toISOString())

/** Places a hold on a customer, a conversation or a span of time. */
export function PlaceHold({ thing, onClose }: { thing: HeldThing; onClose: () => void }) {
  const t = useT()
  const [cause, setCause] = useState<Asked['cause']>('legal')
  const [ends, setEnds] = useState({ from: '', to: '' })
  const kind = thing.customer ? 'customer' : thing.conversation ? 'conversation' : 'range'
  const place = useCommand('hold.place', { announce: false, changes: [['hold.list']], onDone: onClose })
  const what = (): Partial<Asked> => {
    // ids from an address: the server checks them
    if (thing.customer) return { customerId: thing.customer as NonNullable<Asked['customerId']> }
    if (thing.conversation)
      return { conversationId: thing.conversation as NonNullable<Asked['conversationId']> }
    const [from, to] = [instantOf(ends.from), instantOf(ends.to)]
    return { ...(from ? { from } : {}), ...(to ? { to } : {}) }
  }
  const end = (name: 'from' | 'to') => (
    <TextInput
      type="datetime-local"
      label={t(`holds.${name}`)}
      value={ends[name]}
      onChange={event => setEnds({ ...ends, [name]: event.currentTarget.value })}
    />
  )
  return (
    <ReasonDialog
      title={t('holds.placeTitle')}
      label={t('holds.reason')}
      submit={t('holds.place')}
      isReady={kind !== 'range' || ends.from !== '' || ends.to !== ''}
      isBusy={place.isPending}
      error={place.error}
      onConfirm={reason => place.mutate({ cause, reason, ...what() })}
      onClose={onClose}
    >
      <TextInput label={t('holds.what')} value={t(`holds.${kind}`)} readOnly />
      {kind === 'range' && (
        <>
          <div className={classes.ends}>
            {end('from')}
            {end('to')}
          </div>
          <small className={classes.quiet}>{t('holds.ends')}</small>
        </>
      )}
      <Select
        label={t('holds.cause')}
        allowDeselect={false}
        value={cause}
        data={CAUSES.map(value => ({ value, label: t(`value.${value}`) }))}
        onChange={value => value && setCause(value)}
      />
    </ReasonDialog>
  )
}
