import { ActionIcon, Button, SegmentedControl, Textarea, TextInput, Tooltip } from '@mantine/core'
import { IconGavel } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import type { CommandInput } from '@tracedesk/contracts'
import { type ReactNode, useState } from 'react'
import { useT } from '../i18n/index.ts'
import { useActions } from './actions.ts'
import { ChooseCustomer } from './choose-customer.tsx'
import { useCommand } from './command.ts'
import { EditorDialog } from './editor-dialog.tsx'
import { useMay } from './session.ts'

/** What a case may be about where it is opened, and the times shown there. */
export interface DisputeAbout {
  conversationId?: string | undefined
  customerId?: string | undefined
  from?: string | undefined
  to?: string | undefined
}

type Kind = 'conversation' | 'customer' | 'range'

/** The button beside a conversation and over the log; in the palette as well. */
export function OpenDisputeIcon({ about, size = 'lg' }: { about: DisputeAbout; size?: 'md' | 'lg' }) {
  const t = useT()
  const may = useMay()
  const [isOpening, setOpening] = useState(false)
  useActions(
    may('dispute.open')
      ? [{ id: 'open dispute', label: t('dispute.open.button'), run: () => setOpening(true) }]
      : [],
  )
  if (!may('dispute.open')) return null
  return (
    <>
      <Tooltip label={t('dispute.open.button')}>
        <ActionIcon
          size={size}
          variant={size === 'md' ? 'default' : 'subtle'}
          aria-label={t('dispute.open.button')}
          onClick={() => setOpening(true)}
        >
          <IconGavel size={size === 'md' ? 16 : 19} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
      {isOpening && <OpenDispute about={about} onClose={() => setOpening(false)} />}
    </>
  )
}

/** The button among those of a customer. */
export function OpenDisputeButton({ about, children }: { about: DisputeAbout; children: ReactNode }) {
  const may = useMay()
  const [isOpening, setOpening] = useState(false)
  if (!may('dispute.open')) return null
  return (
    <>
      <Button size="xs" fullWidth variant="subtle" color="gray" onClick={() => setOpening(true)}>
        {children}
      </Button>
      {isOpening && <OpenDispute about={about} onClose={() => setOpening(false)} />}
    </>
  )
}

/** An instant as a `datetime-local` field in the browser's zone has it, to the minute. */
const localOf = (at: Date) =>
  new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
const localBefore = (hours: number) => localOf(new Date(Date.now() - hours * 3_600_000))
const localOfGiven = (at: string | undefined) => (at ? localOf(new Date(at)) : '')

interface Times {
  from: string
  to: string
}

/** A span of time must have both ends; beside a customer or a conversation each is a choice. */
function timesOf(kind: Kind, { from, to }: Times) {
  const end = (local: string) => new Date(local).toISOString()
  if (kind === 'range') return { from: end(from || localBefore(24)), to: end(to || localBefore(0)) }
  return { ...(from ? { from: end(from) } : {}), ...(to ? { to: end(to) } : {}) }
}

/**
 * Asks what the complaint is and opens the case; the reader then stands in it. Where nothing is before them (`about` is
 * not given), they say which customer complains.
 */
export function OpenDispute({ about, onClose }: { about?: DisputeAbout; onClose: () => void }) {
  const t = useT()
  const navigate = useNavigate()
  const isAsked = about === undefined
  const [chosen, setChosen] = useState<string | null>(null)
  const customerId = isAsked ? chosen : about.customerId
  const kinds: Kind[] = [
    ...(about?.conversationId ? ['conversation' as const] : []),
    ...(isAsked || about?.customerId ? ['customer' as const] : []),
    'range',
  ]
  const [kind, setKind] = useState<Kind>(kinds[0] ?? 'range')
  const [title, setTitle] = useState('')
  const [text, setText] = useState('')
  const [times, setTimes] = useState<Times>({ from: localOfGiven(about?.from), to: localOfGiven(about?.to) })
  const open = useCommand('dispute.open', {
    announce: false,
    changes: [['dispute.list']],
    onDone: ({ dispute }) => {
      onClose()
      void navigate({ to: '/disputes/$disputeId', params: { disputeId: dispute.id } })
    },
  })
  const submit = () => {
    const what =
      kind === 'conversation'
        ? { conversationId: about?.conversationId }
        : kind === 'customer'
          ? { customerId }
          : {}
    // branded ids come from where they were shown
    open.mutate({
      ...what,
      ...timesOf(kind, times),
      title,
      ...(text.trim() ? { text } : {}),
    } as CommandInput<'dispute.open'>)
  }
  return (
    <EditorDialog
      title={t('dispute.open.button')}
      submit={t('dispute.open.button')}
      isReady={title.trim() !== '' && (kind !== 'customer' || Boolean(customerId))}
      isBusy={open.isPending}
      error={open.error}
      onSave={submit}
      onClose={onClose}
    >
      {kinds.length > 1 && (
        <SegmentedControl
          role="radiogroup"
          aria-label={t('dispute.open.about')}
          value={kind}
          onChange={value => setKind(value as Kind)} // one of the values it was given
          data={kinds.map(value => ({
            value,
            label: t(isAsked && value === 'customer' ? 'dispute.open.someone' : `dispute.open.${value}`),
          }))}
        />
      )}
      {isAsked && kind === 'customer' && (
        <ChooseCustomer label={t('dispute.open.who')} value={chosen} onChange={setChosen} />
      )}
      <TimeFields kind={kind} times={times} onChange={setTimes} />
      <TextInput
        data-autofocus={!(isAsked && kind === 'customer') || undefined}
        label={t('dispute.open.title')}
        maxLength={120}
        required
        value={title}
        onChange={event => setTitle(event.currentTarget.value)}
      />
      <Textarea
        label={t('dispute.open.words')}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={4096}
        value={text}
        onChange={event => setText(event.currentTarget.value)}
      />
      <p style={{ margin: 0, fontSize: 13 }}>{t('dispute.open.hold')}</p>
    </EditorDialog>
  )
}

function TimeFields({
  kind,
  times,
  onChange,
}: {
  kind: Kind
  times: Times
  onChange: (times: Times) => void
}) {
  const t = useT()
  return (
    <div style={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(210px, 1fr))', gap: 12 }}>
      {(['from', 'to'] as const).map(end => (
        <TextInput
          key={end}
          type="datetime-local"
          label={t(kind === 'range' ? `dispute.open.${end}` : `dispute.open.${end}Optional`)}
          value={times[end] || (kind === 'range' ? localBefore(end === 'from' ? 24 : 0) : '')}
          onChange={event => onChange({ ...times, [end]: event.currentTarget.value })}
          required={kind === 'range'}
        />
      ))}
    </div>
  )
}
