import { ConversationStatus, InstantInput, MessageKind } from '@tracedesk/contracts'
import { z } from 'zod'
import { instantFromRfc3339 } from '../../kernel/instant.ts'

/** Longer texts are rejected: four times what Telegram takes in one message. */
export const TEXT_MAX = 4 * 4096
const EARLIEST = '1990-01-01T00:00:00.000000Z'

const NOT_WELL_FORMED = 'text.not_well_formed'
const wellFormed = (text: string) => text.isWellFormed()
// whether these are well-formed is looked at in the whole line, and only where it can be otherwise
const Key = z.string().min(1).max(200)
const Name = z.string().trim().min(1).max(200)
const Text = z.string().max(TEXT_MAX, 'text.too_long')
const EventName = z
  .string()
  .max(100)
  .regex(/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/, 'event.malformed')

const Line = z.strictObject({
  at: InstantInput,
  event: EventName,
  conversation: Key,
  customer: Key.optional(),
  actor: z.strictObject({
    kind: z.enum(['customer', 'agent', 'flow', 'rule', 'system']),
    key: Key,
    name: Name.optional(),
  }),
  data: z.record(z.string(), z.unknown()).optional(),
  text: Text.optional(),
  department: z.string().trim().min(1).max(80).optional(),
  reason: z.union([Key, z.strictObject({ code: Key, text: Text.optional() })]).optional(),
})

/** One event of the outside, with its own keys (DESIGN section 10, Import). `at` is normalised. */
export type ImportLine = z.output<typeof Line>

/** Why a line was not taken. Closed; the rejects file names it with the line's number. */
export const REJECT_CAUSES = [
  'not_utf8',
  'not_json',
  'line_too_long',
  'line_malformed',
  'data_malformed',
  'value_missing',
  'at_malformed',
  'row_malformed',
  'file_malformed',
  'at_too_early',
  'at_in_future',
  'entry_too_large',
  'person_erased',
] as const
export type RejectCause = (typeof REJECT_CAUSES)[number]

export interface Rejection {
  readonly cause: RejectCause
  readonly detail: string
}

export class RejectedLine extends Error {
  readonly rejection: Rejection
  constructor(cause: RejectCause, detail: string) {
    super(`${cause}: ${detail}`)
    this.rejection = { cause, detail }
  }
}

const problemOf = (error: z.ZodError): string => {
  const [issue] = error.issues
  return `${issue?.path.join('.') || 'line'}: ${issue?.message ?? ''}`
}

/** Where a line stops being JSON. The message itself would repeat the line, which is somebody's words. */
const placeIn = ({ message }: Error): string => /position \d+/.exec(message)?.[0] ?? ''

/** Reads one line of tracedesk-ndjson. `latest`: the instant that counts as future. Throws RejectedLine. */
export function readLine(text: string, latest: string): ImportLine {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new RejectedLine('not_json', placeIn(error as Error))
  }
  const parsed = Line.safeParse(value)
  if (!parsed.success) throw new RejectedLine('line_malformed', problemOf(parsed.error))
  const line = parsed.data
  // bytes that are UTF-8 hold half a character only where JSON writes it as an escape
  if (text.includes('\\u')) requireWellFormed({ ...line, data: undefined }, [])
  line.at = instantFromRfc3339(line.at)
  if (line.at < EARLIEST) throw new RejectedLine('at_too_early', line.at)
  if (line.at > latest) throw new RejectedLine('at_in_future', line.at)
  return line
}

/** Throws RejectedLine naming the first member whose text has no form in UTF-8. */
function requireWellFormed(value: unknown, path: readonly string[]): void {
  if (typeof value === 'string' && !value.isWellFormed())
    throw new RejectedLine('line_malformed', `${path.join('.')}: ${NOT_WELL_FORMED}`)
  if (typeof value === 'object' && value !== null)
    for (const [name, member] of Object.entries(value)) requireWellFormed(member, [...path, name])
}

const Nothing = z.strictObject({})
const DataKey = Key.refine(wellFormed, NOT_WELL_FORMED)
const Someone = z.union([
  DataKey,
  z.strictObject({ key: DataKey, name: Name.refine(wellFormed, NOT_WELL_FORMED).optional() }),
])

/** What `data` may hold for the events that have a counterpart here. Any other event keeps its data as it is. */
export const LINE_DATA = {
  'message.received': z.strictObject({ kind: MessageKind.default('text') }),
  'message.sent': z.strictObject({
    kind: MessageKind.default('text'),
    cannedReply: z
      .strictObject({ key: DataKey, edited: z.boolean(), offered: z.array(DataKey).max(100) })
      .optional(),
  }),
  'conversation.opened': Nothing,
  'conversation.assigned': z.strictObject({ to: Someone.nullable().optional() }),
  'conversation.transferred': z.strictObject({
    toAgent: Someone.nullable().optional(),
    toDepartment: DataKey.max(80).nullable().optional(),
  }),
  'conversation.status_changed': z.strictObject({ to: ConversationStatus }),
  'conversation.reopened': z.strictObject({ to: ConversationStatus.default('in_progress') }),
  'note.added': z.strictObject({ scope: z.enum(['private', 'team']).default('team') }),
  'customer.label_added': z.strictObject({ label: DataKey.max(40) }),
  'customer.label_removed': z.strictObject({ label: DataKey.max(40) }),
} as const

export type KnownEvent = keyof typeof LINE_DATA
export type Someone = z.output<typeof Someone>

/** An event that has a counterpart here, with its data checked. */
export type KnownData = {
  [E in KnownEvent]: { readonly event: E; readonly data: z.output<(typeof LINE_DATA)[E]> }
}[KnownEvent]

/** Checks the data of a line whose event has a counterpart here; null for any other. Throws RejectedLine. */
export function readData(line: ImportLine): KnownData | null {
  if (!Object.hasOwn(LINE_DATA, line.event)) return null
  const event = line.event as KnownEvent
  const parsed = LINE_DATA[event].safeParse(line.data ?? {})
  if (!parsed.success) throw new RejectedLine('data_malformed', problemOf(parsed.error))
  // The schema was looked up by the event's own name.
  return { event, data: parsed.data } as KnownData
}
