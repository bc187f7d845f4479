import { IconAutomation, IconEyeOff, IconMessage, IconRobot, IconUser } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { Entry, Part } from '@tracedesk/contracts'
import type { ReactNode } from 'react'
import { useT } from '../../i18n/index.ts'
import { useDirectory } from '../directory.ts'
import { useMay } from '../session.ts'
import { useMachineName } from '../ui/author.ts'
import { PartFace, usePartText } from '../ui/part.tsx'
import { Face } from '../ui/person.tsx'
import classes from './entry.module.css'

export function Chip({ icon, children }: { icon?: ReactNode; children: ReactNode }) {
  return (
    <span className={classes.chip}>
      {icon}
      <bdi className={classes.chipText}>{children}</bdi>
    </span>
  )
}

/** A person named as they were then. */
export function PersonChip({
  id,
  name,
  fallback,
}: {
  id: string | null
  name: Part | null
  fallback: string
}) {
  const nameOf = usePartText()
  const t = useT()
  if (name?.state === 'withheld') {
    return (
      <span title={t('part.withheldWhy')}>
        <Chip icon={<IconEyeOff size={15} stroke={1.7} aria-hidden />}>{fallback}</Chip>
      </span>
    )
  }
  if (name && name.state !== 'open') return <PartFace part={name} />
  const words = name ? nameOf(name) : fallback
  return <Chip icon={<Face id={id} name={words} size={17} />}>{words}</Chip>
}

/** An agent of whom an entry only holds the id, named as today. */
export function AgentChip({ id }: { id: string }) {
  const t = useT()
  const name = useDirectory().agent(id)
  return (
    <PersonChip
      id={id}
      name={name === null ? null : { state: 'open', value: name }}
      fallback={t('chip.someone')}
    />
  )
}

export function ActorChip({ entry }: { entry: Entry }) {
  const t = useT()
  const machineName = useMachineName()
  const { kind, id, name } = entry.actor
  if (kind === 'agent' || kind === 'customer' || name) {
    return <PersonChip id={id} name={name} fallback={t(id ? `actor.${kind}` : 'actor.unknown')} />
  }
  return (
    <Chip icon={<IconAutomation size={15} stroke={1.7} aria-hidden />}>
      {machineName(kind, id) ?? t(`actor.${kind}`)}
    </Chip>
  )
}

/** The customer; a click opens the conversation the entry belongs to. */
export function CustomerChip({ entry }: { entry: Entry }) {
  const t = useT()
  const name = entry.customerName ?? (entry.subject.kind === 'customer' ? entry.subject.name : null)
  const chip = <PersonChip id={entry.customerId} name={name} fallback={t('chip.customer')} />
  return <ToConversation entry={entry}>{chip}</ToConversation>
}

export function ConversationChip({ entry }: { entry: Entry }) {
  const t = useT()
  const nameOf = usePartText()
  const words =
    entry.customerName?.state === 'open'
      ? t('chip.conversationWith', { name: nameOf(entry.customerName) })
      : t('chip.conversation')
  return (
    <ToConversation entry={entry}>
      <Chip icon={<IconMessage size={15} stroke={1.7} aria-hidden />}>{words}</Chip>
    </ToConversation>
  )
}

function ToConversation({ entry, children }: { entry: Entry; children: ReactNode }) {
  const may = useMay()
  const { conversationId } = entry
  if (conversationId === null || !may('conversation.view')) return children
  return (
    <Link
      to="/inbox/$conversationId"
      params={{ conversationId }}
      search={momentOf(entry)}
      className={classes.chipLink}
    >
      {children}
    </Link>
  )
}

/** Where in its conversation an entry leads: to its message, or to what was said when it happened. */
export const momentOf = ({ subject, at }: Entry): { view: 'all'; at: string; message?: string } => ({
  view: 'all',
  at,
  ...(subject.kind === 'message' && subject.id !== null && { message: subject.id }),
})

export function BotChip({ entry }: { entry: Entry }) {
  const t = useT()
  const id = entry.botId ?? (entry.subject.kind === 'bot' ? entry.subject.id : null)
  const bot = useDirectory().bot(id ?? '')
  const said = typeof entry.data.username === 'string' ? entry.data.username : null
  const username = bot?.username ?? said
  return (
    <Chip icon={<IconRobot size={15} stroke={1.7} aria-hidden />}>
      {username ? `@${username}` : t('chip.bot')}
    </Chip>
  )
}

/** What the entry is about, whatever it is. */
export function SubjectChip({ entry }: { entry: Entry }) {
  const t = useT()
  const directory = useDirectory()
  const { kind, id, name } = entry.subject
  if (kind === 'agent') {
    const known = directory.agent(id ?? '')
    return (
      <PersonChip
        id={id}
        name={name ?? (known ? { state: 'open', value: known } : null)}
        fallback={t('chip.someone')}
      />
    )
  }
  if (kind === 'department') {
    return (
      <Chip icon={<IconUser size={15} stroke={1.7} aria-hidden />}>
        {name ? <PartFace part={name} /> : (directory.department(id ?? '') ?? t('chip.department'))}
      </Chip>
    )
  }
  return <Chip>{name ? <PartFace part={name} /> : (id ?? kind).slice(0, 12)}</Chip>
}
