import type { Entry } from '@tracedesk/contracts'

/** What a receiver must know besides the entry: who speaks. */
export interface Origin {
  /** Where the log is, as its checkpoints name it: `desk.example/log/<workspace>`. */
  readonly log: string
  readonly workspaceId: string
  readonly version: string
}

/** Positions as text of one length: the extension `sequence` compares as text (CloudEvents, extensions/sequence.md). */
const SEQUENCE_DIGITS = 16

/**
 * The context attributes of CloudEvents 1.0 for an entry. `id` with `source` names it for ever, however often it is
 * sent; `time` is when it happened. Null values are left out, as the specification wants it.
 */
export function cloudAttributes(entry: Entry, origin: Origin): Record<string, string> {
  const { position, conversationId, subject } = entry
  return {
    specversion: '1.0',
    id: entry.id,
    source: `//${origin.log}`,
    type: `tracedesk.${entry.event}`,
    ...(subject.id ? { subject: `${subject.kind}/${subject.id}` } : {}),
    time: entry.at,
    datacontenttype: 'application/json',
    ...(position === null ? {} : { sequence: String(position).padStart(SEQUENCE_DIGITS, '0') }),
    ...(conversationId ? { partitionkey: conversationId } : {}),
  }
}

/** An entry as a CloudEvent in structured mode; `data` is its payload. */
export const cloudEvent = (entry: Entry, origin: Origin, data: unknown): object => ({
  ...cloudAttributes(entry, origin),
  data,
})

/** Header values are ASCII; what is not is percent-encoded as UTF-8 (CloudEvents HTTP binding, 3.1.3.2). */
const headerValue = (text: string): string =>
  [...text].map(character => (/^[!#$&-~]$/.test(character) ? character : percentEncode(character))).join('')

const percentEncode = (character: string): string =>
  [...Buffer.from(character, 'utf8')]
    .map(byte => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('')

/** The same attributes as headers of binary mode; the body is the payload alone. */
export function cloudHeaders(entry: Entry, origin: Origin): Record<string, string> {
  const { datacontenttype, ...rest } = cloudAttributes(entry, origin)
  return {
    'content-type': datacontenttype ?? 'application/json',
    ...Object.fromEntries(
      Object.entries(rest).map(([name, value]) => [`ce-${name}`, headerValue(value)] as const),
    ),
  }
}
