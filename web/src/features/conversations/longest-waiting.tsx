import { IconMessages, IconPlayerPlay } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { Conversation } from '@tracedesk/contracts'
import { useT } from '../../i18n/index.ts'
import { useFormat } from '../../shared/format.ts'
import { useNow } from '../../shared/now.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { EmptyFace } from '../../shared/ui/faces.tsx'
import { LinkButton } from '../../shared/ui/link-button.tsx'
import { wantReply } from './fields.ts'

/** The first of those who wait: one is enough. */
const FIRST = { status: 'in_progress', order: 'waiting', snoozed: 'false', limit: 1 } as const

/** Where no conversation is open: the one click to whoever waits longest, of one's own or in the queue. */
export function Chooser() {
  const t = useT()
  const may = useMay()
  const enabled = may('message.send')
  const mine = useQuery({ ...queryOf('conversation.list', { ...FIRST, assignee: 'me' }), enabled })
  const queue = useQuery({ ...queryOf('conversation.list', { ...FIRST, assignee: 'none' }), enabled })
  const waiting = [mine, queue]
    .flatMap(({ data }) => data?.items ?? [])
    .filter(({ waitingSince }) => waitingSince !== null)
    .sort((a, b) => (a.waitingSince ?? '').localeCompare(b.waitingSince ?? ''))
  return (
    <EmptyFace
      icon={<IconMessages size={26} stroke={1.6} />}
      title={t('inbox.choose.title')}
      text={t('inbox.choose.text')}
      action={waiting[0] && <AnswerFirst conversation={waiting[0]} />}
    />
  )
}

function AnswerFirst({ conversation: { id, customer, waitingSince } }: { conversation: Conversation }) {
  const t = useT()
  const format = useFormat()
  const now = useNow()
  const name = customer.name ?? t('chip.customer')
  return (
    <LinkButton
      size="sm"
      to="/inbox/$conversationId"
      params={{ conversationId: id }}
      search={search => search}
      leftSection={<IconPlayerPlay size={16} aria-hidden />}
      onClick={() => wantReply(id)}
    >
      {t('inbox.choose.answer', { name, span: format.span(now - Date.parse(waitingSince ?? '')) })}
    </LinkButton>
  )
}
