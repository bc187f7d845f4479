import { Button, Select, Textarea, TextInput } from '@mantine/core'
import { IconBan } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { Conversation, Part, QueryOutput } from '@tracedesk/contracts'
import { lazy, Suspense, useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { OpenDisputeButton } from '../../shared/open-dispute.tsx'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { Confirm } from '../../shared/ui/confirm.tsx'
import { ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { LinkButton } from '../../shared/ui/link-button.tsx'
import { PartFace } from '../../shared/ui/part.tsx'
import { Time } from '../../shared/ui/time.tsx'
import classes from './customer-details.module.css'
import inbox from './inbox.module.css'
import { OtherConversations } from './other-conversations.tsx'

const MergeCustomer = lazy(async () => ({ default: (await import('./merge-customer.tsx')).MergeCustomer }))

type Customer = QueryOutput<'customer.get'>['customer']
type Field = Customer['fields'][number]

/** What the desk knows of a customer beside what Telegram says, and where else they write. */
export function CustomerDetails({ conversation }: { conversation: Conversation }) {
  const t = useT()
  const may = useMay()
  const { id } = conversation.customer
  const details = useQuery(queryOf('customer.get', { id }))
  if (details.isPending) return <RowsSkeleton rows={2} />
  if (details.isError && !details.data)
    return <ErrorFace error={details.error} retry={() => void details.refetch()} />
  const { customer, conversations } = details.data
  const others = conversations.filter(each => each.id !== conversation.id)
  const account = conversations.find(each => each.id === conversation.id)?.accountId
  return (
    <>
      <Known customer={customer} />
      <OtherConversations conversation={conversation} account={account} others={others} />
      {may('customer.merge') && (
        <Suspense>
          <MergeCustomer customer={customer} />
        </Suspense>
      )}
      <Block customer={customer} />
      <OpenDisputeButton about={{ customerId: customer.id }}>{t('side.dispute')}</OpenDisputeButton>
      {may('privacy.open_request') && (
        <LinkButton
          to="/privacy"
          search={{ customer: customer.id }}
          size="xs"
          fullWidth
          variant="subtle"
          color="gray"
        >
          {t('side.privacy')}
        </LinkButton>
      )}
      {may('hold.place') && (
        <LinkButton
          to="/holds"
          search={{ customer: customer.id }}
          size="xs"
          fullWidth
          variant="subtle"
          color="gray"
        >
          {t('side.hold')}
        </LinkButton>
      )}
    </>
  )
}

function Known({ customer }: { customer: Customer }) {
  const t = useT()
  const may = useMay()
  const changes = [['customer.get']]
  const update = useCommand('customer.update_profile', { changes })
  const setField = useCommand('customer.set_field', { changes })
  const isFixed = !may('customer.update_profile')
  return (
    <section>
      <h3 className={inbox.heading}>{t('side.customer')}</h3>
      <div className={classes.fields}>
        <Saved
          label={t('side.nickname')}
          part={customer.nickname}
          isFixed={isFixed}
          onSave={nickname => update.mutate({ customerId: customer.id, nickname })}
        />
        <Saved
          label={t('side.remark')}
          part={customer.remark}
          isFixed={isFixed}
          isLong
          onSave={remark => update.mutate({ customerId: customer.id, remark })}
        />
        {customer.fields.map(field => (
          <Saved
            key={field.id}
            label={field.name}
            part={field.value}
            field={field}
            isFixed={!may('customer.set_field')}
            onSave={value => setField.mutate({ customerId: customer.id, fieldId: field.id, value })}
          />
        ))}
      </div>
    </section>
  )
}

interface SavedProps {
  label: string
  part: Part | null
  field?: Field
  isFixed: boolean
  isLong?: boolean
  onSave: (value: string | null) => void
}

/** A value that is saved when one leaves it or presses Enter; withheld or fixed ones are only shown. */
function Saved(props: SavedProps) {
  const { label, part, isFixed } = props
  if (part && part.state !== 'open')
    return (
      <p className={classes.fixed}>
        {label}: <PartFace part={part}>{value => value}</PartFace>
      </p>
    )
  const value = part?.value ?? ''
  if (isFixed)
    return (
      <p className={classes.fixed} dir="auto">
        {label}: {value || '–'}
      </p>
    )
  // a value saved elsewhere is shown anew, not kept under what was typed here
  return <Editor key={value} {...props} value={value} />
}

const INPUT_TYPES = { date: 'date', link: 'url', text: 'text', number: 'text', choice: 'text' } as const

function Editor({ label, field, isLong, onSave, value }: SavedProps & { value: string }) {
  const [text, setText] = useState(value)
  const save = () => {
    if (text.trim() !== value) onSave(text.trim() || null)
  }
  if (field?.kind === 'choice')
    return (
      <Select
        size="xs"
        label={label}
        clearable
        data={[...new Set([...field.options, ...(value ? [value] : [])])]}
        value={value || null}
        onChange={onSave}
      />
    )
  const shared = { size: 'xs', label, value: text, onBlur: save, dir: 'auto' } as const
  if (isLong)
    return (
      <Textarea
        {...shared}
        autosize
        minRows={2}
        maxRows={6}
        maxLength={4096}
        onChange={event => setText(event.currentTarget.value)}
      />
    )
  return (
    <TextInput
      {...shared}
      type={INPUT_TYPES[field?.kind ?? 'text']}
      maxLength={field ? 1000 : 80}
      onChange={event => setText(event.currentTarget.value)}
      onKeyDown={event => {
        if (event.key === 'Enter' && !event.nativeEvent.isComposing) save()
      }}
    />
  )
}

function Block({ customer }: { customer: Customer }) {
  const t = useT()
  const may = useMay()
  const [isAsking, setAsking] = useState(false)
  const changes = [['customer.get'], ['conversation.list'], ['conversation.get']]
  const block = useCommand('customer.block', { changes, announce: false, onDone: () => setAsking(false) })
  const unblock = useCommand('customer.unblock', { changes })
  const { id, blockedSince } = customer
  if (blockedSince !== null)
    return (
      <section>
        <p className={classes.fixed}>
          {t('side.blockedSince')} <Time at={blockedSince} show="exact" />
        </p>
        {may('customer.unblock') && (
          <Button
            size="xs"
            fullWidth
            variant="default"
            loading={unblock.isPending}
            onClick={() => unblock.mutate({ customerId: id })}
          >
            {t('side.unblock')}
          </Button>
        )}
      </section>
    )
  if (!may('customer.block')) return null
  return (
    <section>
      <Button
        size="xs"
        fullWidth
        variant="default"
        leftSection={<IconBan size={15} aria-hidden />}
        onClick={() => setAsking(true)}
      >
        {t('side.block')}
      </Button>
      {isAsking && (
        <Confirm
          title={t('side.block')}
          goes={t('side.blockGoes')}
          stays={t('side.blockStays')}
          confirm={t('side.block')}
          isBusy={block.isPending}
          error={block.error}
          onConfirm={() => block.mutate({ customerId: id })}
          onClose={() => setAsking(false)}
        />
      )}
    </section>
  )
}
