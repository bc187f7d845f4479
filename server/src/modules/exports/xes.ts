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

/** The head of a log of IEEE 1849-2016: a case is a conversation, an event an entry. */
export const XES_HEAD = `<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<global scope="trace"><string key="concept:name" value=""/></global>
<global scope="event"><string key="concept:name" value=""/><date key="time:timestamp" value="1970-01-01T00:00:00.000Z"/></global>
<classifier name="Event" keys="concept:name"/>
<classifier name="Resource" keys="org:resource"/>
`
export const XES_END = '</log>\n'

export const openTrace = (conversationId: string, customerName: string | null): string =>
  `<trace>${text('concept:name', conversationId)}${text('customer', customerName)}\n`
export const CLOSE_TRACE = '</trace>\n'

const openOf = (part: Entry['customerName'] | undefined): string | null =>
  part?.state === 'open' ? part.value : null

/** An activity of another system keeps its own name. */
const activityOf = ({ event, data }: Entry): string =>
  event === 'import.activity' && typeof data.activity === 'string' ? data.activity : event

/** One event of a trace. */
export function describeXesEvent(entry: Entry): string {
  const { actor } = entry
  return `<event>${text('concept:name', activityOf(entry))}<date key="time:timestamp" value="${entry.at}"/>${text(
    'org:resource',
    openOf(actor.name) ?? actor.id ?? actor.kind,
  )}${text('org:role', actor.role)}${text('lifecycle:transition', 'complete')}${text('entry', entry.id)}${
    entry.position === null ? '' : `<int key="position" value="${entry.position}"/>`
  }${text('outcome', entry.outcome)}${text('actorKind', actor.kind)}${text('botId', entry.botId)}${text(
    'text',
    openOf(entry.parts.text),
  )}${text('data', JSON.stringify(entry.data))}</event>\n`
}

export const traceName = (entry: Entry): string | null => openOf(entry.customerName)
