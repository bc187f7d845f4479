import { ActionIcon, Button, Modal, SegmentedControl, Textarea, TextInput, Tooltip } from '@mantine/core'
import { IconGavel } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import type { CommandInput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../i18n/index.ts'
import { useActions } from './actions.ts'
import { useCommand } from './command.ts'
import { useMay } from './session.ts'
import { Failure } from './ui/failure.tsx'

interface About {
  conversationId?: string
  customerId?: string
}

type Kind = 'conversation' | 'customer' | 'range'

/** The button beside a conversation; in the palette as well. */
export function OpenDisputeIcon({ about }: { about: About }) {
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
        <ActionIcon size="lg" aria-label={t('dispute.open.button')} onClick={() => setOpening(true)}>
          <IconGavel size={19} stroke={1.7} />
        </ActionIcon>
      </Tooltip>
      {isOpening && <OpenDispute about={about} onClose={() => setOpening(false)} />}
    </>
  )
}

const localNow = (hours: number) => {
  const at = new Date(Date.now() - hours * 3_600_000)
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

/** Asks what the complaint is and opens the case; the reader then stands in it. */
export function OpenDispute({ about, onClose }: { about: About; onClose: () => void }) {
  const t = useT()
  const navigate = useNavigate()
  const kinds: Kind[] = [
    ...(about.conversationId ? ['conversation' as const] : []),
    ...(about.customerId ? ['customer' as const] : []),
    'range',
  ]
  const [kind, setKind] = useState<Kind>(kinds[0] ?? 'range')
  const [title, setTitle] = useState('')
  const [text, setText] = useState('')
  const [from, setFrom] = useState(localNow(24))
  const [to, setTo] = useState(localNow(0))
  const open = useCommand('dispute.open', {
    announce: false,
    changes: [['dispute.list']],
    onDone: ({ dispute }) => {
      onClose()
      void navigate({ to: '/disputes/$disputeId', params: { disputeId: dispute.id } })
    },
  })
  const submit = (event: React.FormEvent) => {
    event.preventDefault()
    const what =
      kind === 'conversation'
        ? { conversationId: about.conversationId }
        : kind === 'customer'
          ? { customerId: about.customerId }
          : { from: new Date(from).toISOString(), to: new Date(to).toISOString() }
    // branded ids come from where they were shown
    open.mutate({
      ...what,
      title,
      ...(text.trim() ? { text } : {}),
    } as CommandInput<'dispute.open'>)
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('dispute.open.button')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <form onSubmit={submit} style={{ display: 'grid', gap: 12 }}>
        {kinds.length > 1 && (
          <SegmentedControl
            role="radiogroup"
            aria-label={t('dispute.open.about')}
            value={kind}
            onChange={value => setKind(value as Kind)} // one of the values it was given
            data={kinds.map(value => ({ value, label: t(`dispute.open.${value}`) }))}
          />
        )}
        {kind === 'range' && (
          <div style={{ display: 'flex', gap: 12 }}>
            <TextInput
              type="datetime-local"
              label={t('dispute.open.from')}
              value={from}
              onChange={event => setFrom(event.currentTarget.value)}
              required
            />
            <TextInput
              type="datetime-local"
              label={t('dispute.open.to')}
              value={to}
              onChange={event => setTo(event.currentTarget.value)}
              required
            />
          </div>
        )}
        <TextInput
          data-autofocus
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
        <Failure error={open.error} />
        <Button type="submit" loading={open.isPending} disabled={!title.trim()}>
          {t('dispute.open.button')}
        </Button>
      </form>
    </Modal>
  )
}
