import type { ReactNode } from 'react'
import { useT, useWords } from '../../i18n/index.ts'
import { useDirectory } from '../directory.ts'
import { useFormat } from '../format.ts'
import { hoursIn, tellHours } from '../hours-text.ts'
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
const HANDOVERS = new Set([
  'conversation.assigned',
  'conversation.transferred',
  'conversation.accepted',
  'conversation.declined',
])
const HOLDERS = new Set(['from', 'to', 'offered'])
/** Fields that hold an instant. */
const INSTANTS = new Set(['until', 'previous', 'since', 'dueAt', 'lastSignInAt', 'waitingSince'])

/** One fact of an entry in the reader's words: an id as who it is, an enum as what it means, a number by language. */
export function Fact({ event, field, value }: FactProps): ReactNode {
  const t = useT()
  const format = useFormat()
  const words = useWords()
  if (HANDOVERS.has(event) && HOLDERS.has(field)) return <Holder value={value} />
  if (typeof value === 'string' && AGENT_FIELDS.has(field)) return <AgentChip id={value} />
  if (value === null && event === 'agent.bots_set') return <em>{t('team.allBots')}</em>
  if (
    value === null &&
    (event === 'agent.serving_set' || event === 'agent.granted' || event === 'agent.revoked')
  )
    return <em className={classes.quiet}>{t('team.access.asRole')}</em>
  if (value === null || isEmpty(value)) return <em className={classes.quiet}>{t('part.none')}</em>
  if (typeof value === 'boolean') return t(value ? 'chip.yes' : 'chip.no')
  if (typeof value === 'number' && field === 'telegramDate')
    return format.exact(new Date(value * 1000).toISOString())
  if (typeof value === 'number') return <span className="tabular">{formatNumber(format, field, value)}</span>
  if (field === 'candidates' && Array.isArray(value)) return <Candidates value={value} />
  if (event === 'agent.bots_set' && Array.isArray(value)) return <BotsFact ids={value} />
  if (event.startsWith('oidc.') && typeof value === 'object' && 'issuer' in value)
    return <b className={classes.value}>{String(value.issuer)}</b>
  if (event.startsWith('role.') && typeof value === 'object') return <RoleFact value={value} />
  if (event === 'agent.desk_changed' && typeof value === 'object') return <DeskFact value={value} />
  if (event === 'bot.routing_changed' && typeof value === 'object' && 'mode' in value)
    return <b className={classes.value}>{words(`value.${value.mode}`, String(value.mode))}</b>
  if (typeof value === 'object' && 'name' in value && typeof value.name === 'string')
    return <Chip>{value.name}</Chip>
  if (Array.isArray(value)) return format.list(value.map(String))
  if (typeof value === 'object') return <code>{JSON.stringify(value)}</code>
  const text = String(value)
  if (text === '') return <em className={classes.quiet}>{t('part.none')}</em>
  const hours = event === 'setting.changed' ? hoursIn(text) : null
  if (hours) return <HoursFact hours={hours} />
  if (INSTANTS.has(field) && !Number.isNaN(Date.parse(text)))
    return <span className="tabular">{format.exact(text)}</span>
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

/** Hours of a week as they read, for all and for bots that have their own. */
function HoursFact({ hours }: { hours: NonNullable<ReturnType<typeof hoursIn>> }) {
  const format = useFormat()
  const directory = useDirectory()
  return (
    <b className={classes.value}>
      {hours
        .map(([of, each]) => {
          const said = tellHours(each, format.weekday)
          return of === 'default' ? said : `${directory.bot(of)?.name ?? of}: ${said}`
        })
        .join(' / ')}
    </b>
  )
}

/** A list or an object with nothing in it. */
const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0

const ROLE_EVENTS = new Set(['agent.invited', 'agent.role_changed', 'api_token.created'])
/** Fields that hold somebody's words, never a word of ours. */
const FREE_FIELDS = new Set(['description', 'issuer', 'activity', 'username', 'version', 'query'])
/** An enum's word: a status, a role, or one of the smaller lists. */
function wordsOf(words: (key: string, fallback: string) => string, event: string, text: string): string {
  if (!/^\w+$/.test(text)) return text
  // `agent` is a kind of actor elsewhere and a role here.
  if (ROLE_EVENTS.has(event)) return words(`role.${text}`, words(`value.${text}`, text))
  return words(`status.${text}`, words(`value.${text}`, words(`role.${text}`, words(`kind.${text}`, text))))
}

function formatNumber(format: ReturnType<typeof useFormat>, field: string, value: number): string {
  if (field === 'downSeconds') return format.span(value * 1000)
  if (field === 'latencyMs') return value < 10_000 ? format.milliseconds(value) : format.span(value)
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

/** Whom a rule considered, in its order, each with what they held of what they can hold. */
function Candidates({ value }: { value: unknown[] }) {
  return value.map(each => {
    if (typeof each !== 'object' || each === null || !('id' in each) || typeof each.id !== 'string')
      return null
    const { load, capacity } = each as { load?: number; capacity?: number }
    return (
      <span key={each.id} className="tabular">
        <AgentChip id={each.id} /> {load}/{capacity}{' '}
      </span>
    )
  })
}

/** The bots somebody serves, as they are called now. */
function BotsFact({ ids }: { ids: unknown[] }) {
  const format = useFormat()
  const directory = useDirectory()
  const names = ids.map(id => directory.bot(String(id))?.name ?? String(id).slice(0, 8))
  return <b className={classes.value}>{names.length > 0 ? format.list(names) : '—'}</b>
}

/** A role's name and scope. */
function RoleFact({ value }: { value: object }) {
  const words = useWords()
  const { name, scope } = value as { name?: string; scope?: string }
  return (
    <b className={classes.value}>
      {[name, scope && words(`team.roles.scopeOf.${scope}`, scope)].filter(Boolean).join(' · ')}
    </b>
  )
}

/** How many conversations somebody takes from the rules, and in which languages. */
function DeskFact({ value }: { value: object }) {
  const t = useT()
  const format = useFormat()
  const { capacity, languages } = value as { capacity?: number | null; languages?: string[] }
  const number = typeof capacity === 'number' ? format.number(capacity) : t('settings.none')
  return <b className={classes.value}>{[number, ...(languages ?? [])].join(' · ')}</b>
}
