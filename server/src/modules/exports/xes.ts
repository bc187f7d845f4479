import type { Entry } from '@tracedesk/contracts'

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
${text('concept:name', 'Behaviour log')}${text('lifecycle:model', 'standard')}
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

/** An activity of another system keeps its own name. */
const activityOf = ({ event, data }: Entry): string =>
  event === 'import.activity' && typeof data.activity === 'string' ? data.activity : event

const groupOf = ({ actor }: Entry): string | null =>
  actor.departments.map(each => each.name ?? each.id).join('; ') || null

/** One event of a trace. */
export function describeXesEvent(entry: Entry): string {
  const { actor } = entry
  return `<event>${text('concept:name', activityOf(entry))}<date key="time:timestamp" value="${entry.at}"/>${text(
    'org:resource',
    openOf(actor.name) ?? actor.id ?? actor.kind,
  )}${text('org:role', actor.role)}${text('org:group', groupOf(entry))}${text('lifecycle:transition', 'complete')}${id(
    'identity:id',
    entry.id,
  )}${
    entry.position === null ? '' : `<int key="position" value="${entry.position}"/>`
  }${text('outcome', entry.outcome)}${text('actorKind', actor.kind)}${text('botId', entry.botId)}${text(
    'text',
    openOf(entry.parts.text),
  )}${text('data', JSON.stringify(entry.data))}</event>\n`
}

export const traceName = (entry: Entry): string | null => openOf(entry.customerName)
