import type { z } from 'zod'

/** What an event is about. */
export type SubjectKind =
  | 'workspace'
  | 'agent'
  | 'department'
  | 'role'
  | 'session'
  | 'api_token'
  | 'bot'
  | 'customer'
  | 'conversation'
  | 'message'
  | 'file'
  | 'note'
  | 'label'
  | 'setting'
  | 'field'
  | 'phrase_group'
  | 'canned_reply'
  | 'wallet'
  | 'alert'
  | 'log'
  | 'ledger'
  | 'evidence'
  | 'node'
  | 'import'
  | 'import_mapping'
  | 'command'
  | 'update'
  | 'hold'
  | 'dispute'
  | 'inbox_view'
  | 'log_view'
  | 'label_set'
  | 'privacy_request'
  | 'export'
  | 'export_schedule'
  | 'retention_rule'
  | 'retention_run'
  | 'archive'
  | 'stream'

/**
 * Who may see an event beside administrators and auditors: `work` events are seen by those who did or held the
 * work and by those who led them; `administration` events (settings, access, bots, ledger, system) only by the
 * actor.
 */
export type EventReach = 'work' | 'administration'

/** Whose key seals a personal part: the customer's, the acting agent's, or the subject's own. */
export type PartOwner = 'customer' | 'actor' | 'subject' | 'visitor'

export interface EventDefinition<
  Name extends string = string,
  Data extends z.ZodType = z.ZodType,
  Parts extends Record<string, PartOwner> = Record<string, PartOwner>,
> {
  readonly name: Name
  readonly version: number
  readonly subject: SubjectKind
  readonly reach: EventReach
  readonly outcome: 'done' | 'refused' | 'failed'
  /** Closed schema of the facts: ids, enums, counters, before and after of fields that are not personal. */
  readonly data: Data
  /** Personal pieces kept outside the leaf. */
  readonly parts: Parts
  /** Parts under somebody else's key that colleagues write for each other; the customer never gets them. */
  readonly aside: readonly string[]
}

/** Declares one event of the catalogue. Names are for ever; a new shape is a new version. */
export function defineEvent<
  const Name extends string,
  Data extends z.ZodType,
  const Parts extends Record<string, PartOwner> = Record<never, PartOwner>,
>(event: {
  name: Name
  version: number
  subject: SubjectKind
  reach: EventReach
  outcome?: 'done' | 'refused' | 'failed'
  data: Data
  parts?: Parts
  aside?: readonly (keyof Parts & string)[]
}): EventDefinition<Name, Data, Parts> {
  return { outcome: 'done', parts: {} as Parts, aside: [], ...event }
}

/** A browser tells these of itself. */
const UNTYPED = new Set(['ip', 'userAgent'])

/**
 * The parts of an event in which colleagues write for themselves or for each other: whatever lies under the actor's own
 * key, and what the event names as `aside`. An erasure looks into these for whom it erases; what was said to a customer is
 * not among them.
 */
export const typedParts = ({ parts, aside }: Pick<EventDefinition, 'parts' | 'aside'>): string[] =>
  Object.entries(parts).flatMap(([name, owner]) =>
    (owner === 'actor' && !UNTYPED.has(name)) || aside.includes(name) ? [name] : [],
  )
