import { z } from 'zod'
import { ACTOR_KINDS, SOURCES } from './rules.ts'
import { Instant } from './text.ts'

export const ActorKind = z.enum(ACTOR_KINDS)
export type ActorKind = z.infer<typeof ActorKind>
export const Source = z.enum(SOURCES)
export type Source = z.infer<typeof Source>
export const Outcome = z.enum(['done', 'refused', 'failed'])
export type Outcome = z.infer<typeof Outcome>

/** A personal piece as one reader gets it. `missing` means it should be there and is not: an alarm. */
export const Part = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('open'), value: z.string() }),
  z.strictObject({ state: z.literal('withheld') }),
  z.strictObject({ state: z.literal('erased'), by: z.string().nullable() }),
  z.strictObject({ state: z.literal('missing') }),
])
export type Part = z.infer<typeof Part>

/** Someone or something named as they were then. `name` is a part for people and plain for things. */
export const Named = z.strictObject({ kind: z.string(), id: z.string().nullable(), name: Part.nullable() })
export type Named = z.infer<typeof Named>

/** An entry of the behaviour log as a reader gets it (DESIGN section 4). */
export const Entry = z.strictObject({
  position: z.int().nullable(),
  id: z.string(),
  at: Instant,
  recordedAt: Instant,
  event: z.string(),
  version: z.int(),
  outcome: Outcome,
  actor: z.strictObject({
    kind: ActorKind,
    id: z.string().nullable(),
    name: Part.nullable(),
    role: z.string().nullable(),
    departments: z.array(z.strictObject({ id: z.string(), name: z.string().nullable() })),
  }),
  onBehalfOf: z.string().nullable(),
  causedBy: z.string().nullable(),
  subject: Named,
  conversationId: z.string().nullable(),
  customerId: z.string().nullable(),
  customerName: Part.nullable(),
  botId: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
  parts: z.record(z.string(), Part),
  reason: z.strictObject({ code: z.string(), text: z.string().nullable() }).nullable(),
  via: z.strictObject({
    source: Source,
    requestId: z.string().nullable(),
    sessionId: z.string().nullable(),
    ip: Part.nullable(),
    userAgent: Part.nullable(),
    nodeId: z.string().nullable(),
  }),
})
export type Entry = z.infer<typeof Entry>
