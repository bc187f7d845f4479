import type { Entry, Part } from '@tracedesk/contracts'
import { RULE_IDS, sentenceVariant, spokenPart } from '@tracedesk/contracts'
import type { ReadDb } from '../../../db/database.ts'
import { createFormat, type WordingFormat } from './format.ts'
import { type EntryWords, loadEntryWords, type WordingLanguage } from './words.ts'

/** Whose names entries only point to, as they are called today. */
interface Directory {
  readonly agents: ReadonlyMap<string, string>
  readonly departments: ReadonlyMap<string, string>
  readonly bots: ReadonlyMap<string, string>
}

/** How entries are told in one language and zone, by the words of the console. */
export interface Wording {
  readonly format: WordingFormat
  /** The words of a key; without any, the fallback. */
  readonly words: (key: string, fallback?: string) => string
  /** An entry as a sentence. What people wrote goes through `quote`, which may mark where it begins and ends. */
  readonly sentence: (entry: Entry) => string
  readonly part: (part: Part | null) => string
}

export interface WordingOptions {
  readonly language: WordingLanguage
  /** An IANA zone; throws RangeError for an unknown one. */
  readonly timeZone: string
  /** What a person wrote or is called, ready to stand in a line of ours. */
  readonly quote: (text: string) => string
}

/** Reads what the sentences of a workspace's entries need. */
export async function createWording(
  db: ReadDb,
  workspaceId: string,
  { language, timeZone, quote }: WordingOptions,
): Promise<Wording> {
  const teller: Teller = {
    words: await loadEntryWords(language),
    directory: await readDirectory(db, workspaceId),
    format: createFormat(language, timeZone),
    quote,
  }
  return {
    format: teller.format,
    words: (key, fallback = key) => teller.words.get(key) ?? fallback,
    sentence: entry => tellEntry(teller, entry),
    part: part => tellPart(teller, part),
  }
}

async function readDirectory(db: ReadDb, workspaceId: string): Promise<Directory> {
  const [agents, departments, bots] = await Promise.all([
    db
      .selectFrom('agent')
      .select(['agent_id as id', 'name'])
      .where('workspace_id', '=', workspaceId)
      .execute(),
    db
      .selectFrom('department')
      .select(['department_id as id', 'name'])
      .where('workspace_id', '=', workspaceId)
      .execute(),
    db
      .selectFrom('bot')
      .select(['bot_id as id', 'username as name'])
      .where('workspace_id', '=', workspaceId)
      .execute(),
  ])
  const byId = (rows: { id: string; name: string }[]) => new Map(rows.map(({ id, name }) => [id, name]))
  return { agents: byId(agents), departments: byId(departments), bots: byId(bots) }
}

interface Teller {
  readonly words: EntryWords
  readonly directory: Directory
  readonly format: WordingFormat
  readonly quote: (text: string) => string
}

/** The same sentence that the console makes of chips; see `web/src/shared/entry/sentence.tsx`. */
function tellEntry(teller: Teller, entry: Entry): string {
  const { words } = teller
  const general = words.get(`event.${entry.event}`) ?? `{{actor}} · ${entry.event}`
  const variant = sentenceVariant(entry)
  const template = (variant && words.get(`variant.${variant}`)) ?? general
  return template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => tellGap(teller, entry, name)).trim()
}

function tellGap(teller: Teller, entry: Entry, name: string): string {
  // words of a case lie in one of two places
  if (entry.event.startsWith('dispute.') && /^(own)?(text|title)$/i.test(name) && !entry.parts[name])
    return ''
  if (name === 'actor') return `${tellActor(teller, entry)}${tellInNameOf(teller, entry)}`
  if (name === 'customer') return tellCustomer(teller, entry)
  if (name === 'conversation') return tellConversation(teller, entry)
  if (name === 'bot') return tellBot(teller, entry)
  if (name === 'subject') return tellSubject(teller, entry)
  if (name === 'text' || name === 'email' || entry.parts[name] || isFileName(entry, name))
    return tellQuote(teller, entry, name)
  return tellFact(teller, entry.event, name, entry.data[name] ?? null)
}

/** A photo has no name of its own: it is told by its kind. */
const isFileName = ({ event }: Entry, name: string): boolean => name === 'name' && event.startsWith('file.')

const wordOr = ({ words }: Teller, key: string): string => words.get(key) ?? key

function tellPart(teller: Teller, part: Part | null): string {
  if (part === null) return wordOr(teller, 'part.none')
  return part.state === 'open' ? teller.quote(part.value) : `[${wordOr(teller, `part.${part.state}`)}]`
}

function tellPerson(teller: Teller, name: Part | null, fallback: string): string {
  return name ? tellPart(teller, name) : wordOr(teller, fallback)
}

function tellActor(teller: Teller, { actor: { kind, id, name } }: Entry): string {
  if (name) return tellPart(teller, name)
  const rule = Object.entries(RULE_IDS).find(([, ruleId]) => ruleId === id)?.[0]
  if (kind === 'rule' && rule)
    return wordOr(teller, 'actor.ruleNamed').replace('{{rule}}', wordOr(teller, `value.${rule}`))
  const isPerson = kind === 'agent' || kind === 'customer'
  return wordOr(teller, isPerson && !id ? 'actor.unknown' : `actor.${kind}`)
}

function tellInNameOf({ words, directory, quote }: Teller, { onBehalfOf }: Entry): string {
  if (!onBehalfOf) return ''
  const name = directory.agents.get(onBehalfOf)
  const told = words.get('chip.inNameOf') ?? '{{agent}}'
  return ` (${told.replace('{{agent}}', name ? quote(name) : onBehalfOf)})`
}

function tellCustomer(teller: Teller, { customerName, subject }: Entry): string {
  return tellPerson(
    teller,
    customerName ?? (subject.kind === 'customer' ? subject.name : null),
    'chip.customer',
  )
}

function tellConversation(teller: Teller, { customerName }: Entry): string {
  return customerName?.state === 'open'
    ? wordOr(teller, 'chip.conversationWith').replace('{{name}}', () => teller.quote(customerName.value))
    : wordOr(teller, 'chip.conversation')
}

function tellBot(teller: Teller, { botId, subject, data }: Entry): string {
  const known = teller.directory.bots.get(botId ?? (subject.kind === 'bot' ? subject.id : null) ?? '')
  const username = known ?? (typeof data.username === 'string' ? data.username : null)
  return username ? `@${username}` : wordOr(teller, 'chip.bot')
}

function tellSubject(teller: Teller, { subject: { kind, id, name } }: Entry): string {
  if (name) return tellPart(teller, name)
  if (kind === 'agent') return tellAgent(teller, id ?? '')
  if (kind === 'department') return tellDepartment(teller, id ?? '')
  return (id ?? kind).slice(0, 12)
}

function tellAgent(teller: Teller, id: string): string {
  const name = teller.directory.agents.get(id)
  return name ? teller.quote(name) : wordOr(teller, 'chip.someone')
}

function tellDepartment(teller: Teller, id: string): string {
  const name = teller.directory.departments.get(id)
  return name ? teller.quote(name) : wordOr(teller, 'chip.department')
}

function tellQuote(teller: Teller, { parts, data: { kind } }: Entry, name: string): string {
  const part = parts[name]
  // a case and an export have kinds as well, which are no kinds of message
  const word = kind === 'text' ? undefined : teller.words.get(`kind.${String(kind)}`)
  const isText = word === undefined
  const lead = isText ? '' : `${word} `
  if (!part) return isText ? wordOr(teller, 'chip.noText') : lead.trim()
  if (part.state !== 'open') return `${lead}${tellPart(teller, part)}`
  const value = spokenPart(name, part.value)
  return `${lead}${value === '' ? wordOr(teller, 'part.none') : `“${teller.quote(value)}”`}`
}

const HANDOVERS = /^conversation[.](assigned|transferred|accepted|declined)$/
const INSTANTS = new Set(['until', 'previous', 'since', 'dueAt', 'lastSignInAt'])
/** Numbers that name something; they are not counted, and not grouped. */
const PLAIN_NUMBER = /Id$|Date$|errorCode|^epoch$/

function tellFact(teller: Teller, event: string, field: string, value: unknown): string {
  const { format } = teller
  if (HANDOVERS.test(event) && /^(from|to|offered)$/.test(field)) return tellHolder(teller, value)
  if (typeof value === 'string' && field === 'agentId') return tellAgent(teller, value)
  if (value === null) return wordOr(teller, 'part.none')
  if (typeof value === 'boolean') return wordOr(teller, value ? 'chip.yes' : 'chip.no')
  if (typeof value === 'number') return tellNumber(format, field, value)
  if (Array.isArray(value)) return format.list(value.map(each => tellElement(each)))
  if (typeof value === 'object') return tellObject(teller, value)
  const text = String(value)
  if (INSTANTS.has(field) && !Number.isNaN(Date.parse(text))) return format.exact(text)
  if (field === 'key' && event === 'setting.changed') return wordOr(teller, `settings.key.${text}`)
  if (field === 'code') return (teller.words.get(`error.${text}`) ?? text).split(/[.。]/)[0] ?? text
  return /^\w+$/.test(text) ? wordOf(teller, text) : teller.quote(text)
}

function tellNumber(format: WordingFormat, field: string, value: number): string {
  if (field === 'telegramDate') return format.exact(new Date(value * 1000).toISOString())
  if (field === 'downSeconds') return format.seconds(value)
  if (field === 'latencyMs')
    return value < 10_000 ? format.milliseconds(value) : format.seconds(Math.round(value / 1000))
  return PLAIN_NUMBER.test(field) ? String(value) : format.number(value)
}

const tellElement = (value: unknown): string =>
  typeof value === 'object' ? JSON.stringify(value) : String(value)

/** An object by its name or mode, as the console shows it; else as it is written. */
function tellObject(teller: Teller, value: object): string {
  if ('name' in value && typeof value.name === 'string') return teller.quote(value.name)
  if ('mode' in value && typeof value.mode === 'string') return wordOf(teller, value.mode)
  return teller.quote(JSON.stringify(value))
}

function wordOf({ words, quote }: Teller, text: string): string {
  for (const group of ['status', 'value', 'role', 'kind']) {
    const found = words.get(`${group}.${text}`)
    if (found) return found
  }
  return quote(text)
}

/** Who holds a conversation: an agent, a department, or the queue. */
function tellHolder(teller: Teller, value: unknown): string {
  if (typeof value === 'string') return tellAgent(teller, value)
  if (typeof value === 'object' && value !== null) {
    if ('agentId' in value && typeof value.agentId === 'string') return tellAgent(teller, value.agentId)
    if ('departmentId' in value && typeof value.departmentId === 'string')
      return tellDepartment(teller, value.departmentId)
  }
  return wordOr(teller, 'chip.nobody')
}
