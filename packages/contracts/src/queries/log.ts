import { z } from 'zod'
import { defineQuery } from '../command.ts'
import { ActorKind, Entry, Outcome, Source } from '../entry.ts'
import { AnchorKind } from '../events/ledger.ts'
import { InstantInput } from '../text.ts'
import { pageOf, paging } from './desk.ts'

/** One value or several (`event=message.sent&event=note.*`). */
const some = <T extends z.ZodType>(value: T) =>
  z
    .union([value, z.array(value).max(50)])
    .transform(v => (Array.isArray(v) ? v : [v]) as z.infer<T>[])
    .optional()
const EventPattern = z.string().regex(/^[a-z_]+\.(\*|[a-z_]+)$/)

export const logFilter = {
  from: InstantInput.optional(),
  to: InstantInput.optional(),
  event: some(EventPattern),
  actor: some(z.uuid()),
  actorKind: some(ActorKind),
  department: some(z.uuid()),
  conversation: some(z.uuid()),
  customer: some(z.uuid()),
  bot: some(z.uuid()),
  subject: some(z.string().max(100)),
  outcome: some(Outcome),
  source: some(Source),
  /** Words the entry’s texts hold, all of them. */
  q: z.string().max(200).optional(),
}
/** Spans counted back from now: an hour, a day, a week, thirty days, or a calendar day of the reader. */
export const RelativeRange = z.enum(['h1', 'today', 'yesterday', 'd1', 'd7', 'd30'])
export const searchLog = defineQuery({
  name: 'log.search',
  permission: 'log.view',
  summary: 'Entries in the caller’s scope, newest first by time of the event; recorded as log.viewed',
  input: z.strictObject({ ...logFilter, ...paging }),
  output: pageOf(Entry),
})
export const countLog = defineQuery({
  name: 'log.count',
  permission: 'log.view',
  summary: 'How many entries a filter finds in the caller’s scope; recorded as log.viewed',
  input: z.strictObject(logFilter),
  output: z.strictObject({ count: z.int() }),
})
/** How many entries have a value: an id, or a word of a closed list. */
const Counted = z.array(z.strictObject({ value: z.string(), count: z.int() }))
export const facetLog = defineQuery({
  name: 'log.facets',
  permission: 'log.view',
  summary:
    'How the entries a filter finds divide: each facet as if nothing of its own had been chosen; recorded as log.viewed',
  input: z.strictObject(logFilter),
  output: z.strictObject({
    total: z.int(),
    /** Only a part was counted: the filter finds more than can be counted one by one. */
    capped: z.boolean(),
    event: Counted,
    actor: Counted,
    actorKind: Counted,
    department: Counted,
    bot: Counted,
    outcome: Counted,
    source: Counted,
  }),
})
export const histogramLog = defineQuery({
  name: 'log.histogram',
  permission: 'log.view',
  summary: 'How many entries a filter finds, over time; recorded as log.viewed',
  input: z.strictObject(logFilter),
  output: z.strictObject({
    /** What the bars span; null while there are no entries. */
    from: z.string().nullable(),
    to: z.string().nullable(),
    /** The width of a bar; null: calendar months (UTC). */
    seconds: z.number().nullable(),
    capped: z.boolean(),
    bars: z.array(z.strictObject({ at: z.string(), count: z.int(), notDone: z.int() })),
  }),
})
export const tailLog = defineQuery({
  name: 'log.tail',
  permission: 'log.view',
  summary:
    'Entries from a position on, in the order of the ledger, so that nothing is lost; ask again from `next`. Without `since`: from now. Recorded as log.viewed when it shows something',
  input: z.strictObject({ ...logFilter, since: z.coerce.number().int().min(0).optional() }),
  output: z.strictObject({
    items: z.array(Entry),
    next: z.int(),
    /** There is more before the end of the ledger: ask again at once. */
    more: z.boolean(),
  }),
})
export const getEntry = defineQuery({
  name: 'log.entry',
  permission: 'log.view',
  summary: 'One entry with what proves it',
  input: z.strictObject({ id: z.uuid() }),
  output: z.strictObject({
    entry: Entry,
    /** `null` until the entry has a position. `signedSize`: size of the newest checkpoint that covers it. */
    proof: z
      .strictObject({
        position: z.int(),
        epoch: z.int(),
        leafSha256: z.string(),
        signedSize: z.int().nullable(),
        signedAt: z.string().nullable(),
        /** Whoever outside confirmed a head that covers it, each with the first such head. */
        anchors: z.array(
          z.strictObject({ kind: AnchorKind, name: z.string(), size: z.int(), at: z.string() }),
        ),
      })
      .nullable(),
  }),
})
export const getCatalogue = defineQuery({
  name: 'log.catalogue',
  permission: 'log.view',
  summary: 'What is recorded: every event, its reach, which parts are personal',
  input: z.strictObject({}),
  output: z.strictObject({
    items: z.array(
      z.strictObject({
        name: z.string(),
        version: z.int(),
        area: z.string(),
        subject: z.string(),
        reach: z.enum(['work', 'administration']),
        outcome: Outcome,
        data: z.record(z.string(), z.unknown()),
        parts: z.record(z.string(), z.string()),
      }),
    ),
  }),
})
export const getLedgerState = defineQuery({
  name: 'ledger.state',
  permission: 'ledger.view',
  summary: 'Size, last signed checkpoint and what is still on its way',
  input: z.strictObject({}),
  output: z.strictObject({
    epoch: z.int(),
    origin: z.string(),
    size: z.int(),
    root: z.string(),
    pending: z.int(),
    /** Rows put aside as forged that nobody has acknowledged. */
    rejected: z.int(),
    signed: z.strictObject({ size: z.int(), at: z.string(), vkey: z.string() }).nullable(),
    /** How long the oldest entry has waited that no signed head covers yet; null when there is none. */
    unsignedSeconds: z.int().nullable(),
    /** Why nothing is being signed now, if so. */
    signerProblem: z.string().nullable(),
    /** The newest verification by the server itself, and how far one under way has come (entries). */
    verification: z.strictObject({
      last: z
        .strictObject({ at: z.string(), verdict: z.string(), size: z.int(), position: z.int().nullable() })
        .nullable(),
      running: z.strictObject({ done: z.int(), of: z.int() }).nullable(),
      /** Nothing was verified for two intervals of the setting `ledger.verify_hours`. */
      overdue: z.boolean(),
    }),
  }),
})
