import type { Entry } from '@tracedesk/contracts'
import { cellOf } from './columns.ts'

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
}
// biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 has no way to write these
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g
const escapeXml = (text: string): string =>
  text
    .toWellFormed()
    .replace(FORBIDDEN, '\ufffd')
    .replace(/[&<>"\n\r\t]/g, each => ESCAPES[each] ?? each)

const text = (key: string, value: string | null | undefined): string =>
  value === null || value === undefined ? '' : `<string key="${key}" value="${escapeXml(value)}"/>`
const id = (key: string, uuid: string): string => `<id key="${key}" value="${uuid}"/>`
const NOBODY = '00000000-0000-0000-0000-000000000000'

/**
 * The head of a log of IEEE 1849-2016: a case is a conversation, an event an entry. Extensions, globals, classifiers and
 * attributes stand in the order the standard's schema asks for; what a classifier names is declared for every event.
 */
export const XES_HEAD = `<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<extension name="Identity" prefix="identity" uri="http://www.xes-standard.org/identity.xesext"/>
<global scope="trace">${text('concept:name', '')}${id('identity:id', NOBODY)}</global>
<global scope="event">${text('concept:name', '')}<date key="time:timestamp" value="1970-01-01T00:00:00.000Z"/>${text('org:resource', '')}${text('lifecycle:transition', 'complete')}${id('identity:id', NOBODY)}</global>
<classifier name="Activity" keys="concept:name lifecycle:transition"/>
<classifier name="Event" keys="concept:name"/>
<classifier name="Resource" keys="org:resource"/>
${text('concept:name', 'Behaviour log')}
`
/** Attributes of the log stand before its traces: a file that is cut off says so in the room that is left for it here. */
const ROOM = '<int key="truncated" value="9007199254740991"/>'.length
export const XES_ROOM = `${' '.repeat(ROOM)}\n`
export const XES_END = '</log>\n'
/** Stands in the room, and fills it. */
export const describeTruncation = (rows: number): string =>
  `<int key="truncated" value="${rows}"/>`.padEnd(ROOM)

export const openTrace = (conversationId: string, customerName: string | null): string =>
  `<trace>${text('concept:name', conversationId)}${id('identity:id', conversationId)}${text('customer', customerName)}\n`
export const CLOSE_TRACE = '</trace>\n'

const openOf = (part: Entry['customerName'] | undefined): string | null =>
  part?.state === 'open' ? part.value : null

/** What a fact or a kept column is called here: a name of XML without a colon, which would ask for an extension. */
const PLAIN_NAME = /^[\p{L}\p{N}_.-]+$/u

function attribute(key: string, value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'boolean') return `<boolean key="${key}" value="${value}"/>`
  if (Number.isSafeInteger(value)) return `<int key="${key}" value="${value}"/>`
  return text(key, typeof value === 'string' ? value : JSON.stringify(value))
}
const date = (key: string, instant: string): string => `<date key="${key}" value="${instant}"/>`

/** Each fact as an attribute of its own, so that a process map can be filtered and coloured by it. */
const factsOf = ({ data }: Entry): string =>
  Object.entries(data)
    .map(([name, value]) => attribute(`data.${name}`, value))
    .join('')

/** The words of XES itself, which an import keeps under their own keys: they go back to their places. */
const STANDARD = ['concept:name', 'lifecycle:transition', 'org:role', 'org:group'] as const
type Standard = Partial<Record<(typeof STANDARD)[number], string>>

/** What an import kept beside the words and people of an activity; null where it is not open, or nothing was kept. */
function keptOf({ event, parts }: Entry): Record<string, unknown> | null {
  const detail = event === 'import.activity' ? openOf(parts.detail) : null
  const kept: unknown = detail === null ? null : JSON.parse(detail)
  return typeof kept === 'object' && !Array.isArray(kept) ? (kept as Record<string, unknown> | null) : null
}

function standardOf(kept: Record<string, unknown> | null): Standard {
  const found = STANDARD.filter(key => typeof kept?.[key] === 'string' && kept[key] !== '')
  return Object.fromEntries(found.map(key => [key, kept?.[key]]))
}

/** Kept columns as attributes; those with names that XML cannot have stand together in one. */
function describeKept(kept: Record<string, unknown>): string {
  const others: Record<string, unknown> = {}
  let plain = ''
  for (const [name, value] of Object.entries(kept))
    if (STANDARD.some(key => key === name)) continue
    else if (PLAIN_NAME.test(name)) plain += attribute(`detail.${name}`, value)
    else others[name] = value
  return `${plain}${Object.keys(others).length === 0 ? '' : attribute('detail', others)}`
}

/** Every part but the text and whole updates; the kept columns of an import apart from each other. */
function partsOf({ parts }: Entry, kept: Record<string, unknown> | null): string {
  return Object.entries(parts)
    .filter(([name]) => name !== 'text' && name !== 'update')
    .map(([name, part]) =>
      name === 'detail' && kept ? describeKept(kept) : text(`part.${name}`, cellOf(part)),
    )
    .join('')
}

/** An activity of another system keeps its own name. */
const activityOf = ({ event, data }: Entry): string =>
  event === 'import.activity' && typeof data.activity === 'string' ? data.activity : event

const groupOf = ({ actor }: Entry): string | null =>
  actor.departments.map(each => each.name ?? each.id).join('; ') || null

/** One event of a trace: everything that the rows of the other formats hold. */
export function describeXesEvent(entry: Entry): string {
  const { actor, subject, via, position } = entry
  const kept = keptOf(entry)
  const own = standardOf(kept)
  return `<event>${[
    text('concept:name', own['concept:name'] ?? activityOf(entry)),
    date('time:timestamp', entry.at),
    text('org:resource', openOf(actor.name) ?? actor.id ?? actor.kind),
    text('org:role', own['org:role'] ?? actor.role),
    text('org:group', own['org:group'] ?? groupOf(entry)),
    text('lifecycle:transition', own['lifecycle:transition'] ?? 'complete'),
    id('identity:id', entry.id),
    attribute('position', position),
    date('recordedAt', entry.recordedAt),
    text('event', entry.event),
    text('outcome', entry.outcome),
    text('actorKind', actor.kind),
    text('actorId', actor.id),
    text('onBehalfOf', entry.onBehalfOf),
    text('subjectKind', subject.kind),
    text('subjectId', subject.id),
    text('subjectName', cellOf(subject.name)),
    text('botId', entry.botId),
    text('reason', entry.reason?.code),
    text('causedBy', entry.causedBy),
    text('source', via.source),
    text('ip', cellOf(via.ip)),
    text('text', cellOf(entry.parts.text)),
    partsOf(entry, kept),
    factsOf(entry),
  ].join('')}</event>\n`
}

export const traceName = (entry: Entry): string | null => openOf(entry.customerName)
