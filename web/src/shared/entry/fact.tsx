import type { ReactNode } from 'react'
import { useT, useWords } from '../../i18n/index.ts'
import { useDirectory } from '../directory.ts'
import { useFormat } from '../format.ts'
import { AgentChip, Chip } from './chips.tsx'
import classes from './entry.module.css'

interface FactProps {
  event: string
  field: string
  value: unknown
}

const AGENT_FIELDS = new Set(['agentId'])
const CODE_FIELDS = new Set([
  'leafSha256',
  'entryId',
  'token',
  'fingerprint',
  'fileSha256',
  'vkey',
  'origin',
  'key',
  'permission',
])
const isHandover = (event: string) =>
  event === 'conversation.assigned' || event === 'conversation.transferred'

/** One fact of an entry in the reader's words: an id as who it is, an enum as what it means, a number by language. */
export function Fact({ event, field, value }: FactProps): ReactNode {
  const t = useT()
  const format = useFormat()
  const words = useWords()
  if (isHandover(event) && (field === 'from' || field === 'to')) return <Holder value={value} />
  if (typeof value === 'string' && AGENT_FIELDS.has(field)) return <AgentChip id={value} />
  if (value === null) return <em className={classes.quiet}>{t('part.none')}</em>
  if (typeof value === 'boolean') return t(value ? 'chip.yes' : 'chip.no')
  if (typeof value === 'number' && field === 'telegramDate')
    return format.exact(new Date(value * 1000).toISOString())
  if (typeof value === 'number') return <span className="tabular">{formatNumber(format, field, value)}</span>
  if (Array.isArray(value)) return format.list(value.map(String))
  if (typeof value === 'object') return <code>{JSON.stringify(value)}</code>
  const text = String(value)
  if (field === 'key' && event === 'setting.changed') {
    return <b className={classes.value}>{words(`settings.key.${text}`, text)}</b>
  }
  // The first sentence says what it was; the rest is advice to whoever met it.
  if (field === 'code') return words(`error.${text}`, text).split(/[.。]/)[0]
  if (CODE_FIELDS.has(field) || event === 'bot.token_rotated')
    return <code className={classes.code}>{text}</code>
  if (field === 'name' && (event.startsWith('command.') || event.startsWith('permission.'))) {
    return <code className={classes.code}>{text}</code>
  }
  if (field === 'name' || field === 'labelName') return <Chip>{text}</Chip>
  return FREE_FIELDS.has(field) ? (
    <bdi>{text}</bdi>
  ) : (
    <b className={classes.value}>{wordsOf(words, event, text)}</b>
  )
}

const ROLE_EVENTS = new Set(['agent.invited', 'agent.role_changed', 'api_token.created'])
/** Fields that hold somebody's words, never a word of ours. */
const FREE_FIELDS = new Set(['description', 'activity', 'username', 'version', 'query'])
/** An enum's word: a status, a role, or one of the smaller lists. */
function wordsOf(words: (key: string, fallback: string) => string, event: string, text: string): string {
  if (!/^\w+$/.test(text)) return text
  // `agent` is a kind of actor elsewhere and a role here.
  if (ROLE_EVENTS.has(event)) return words(`role.${text}`, words(`value.${text}`, text))
  return words(`status.${text}`, words(`value.${text}`, words(`role.${text}`, words(`kind.${text}`, text))))
}

function formatNumber(format: ReturnType<typeof useFormat>, field: string, value: number): string {
  if (field === 'downSeconds') return format.span(value * 1000)
  if (field === 'latencyMs') return value < 10_000 ? `${format.number(value)} ms` : format.span(value)
  if (/Id$|Date$|errorCode|^epoch$/.test(field)) return String(value)
  return format.number(value)
}

/** Who holds a conversation: an agent, a department, or the queue. */
function Holder({ value }: { value: unknown }) {
  const t = useT()
  const directory = useDirectory()
  if (typeof value === 'string') return <AgentChip id={value} />
  if (typeof value === 'object' && value !== null) {
    if ('agentId' in value && typeof value.agentId === 'string') return <AgentChip id={value.agentId} />
    if ('departmentId' in value && typeof value.departmentId === 'string') {
      return <Chip>{directory.department(value.departmentId) ?? t('chip.department')}</Chip>
    }
  }
  return <Chip>{t('chip.nobody')}</Chip>
}
