import { z } from 'zod'
import { defineEvent } from '../event.ts'
import { AgentId, DepartmentId } from '../ids.ts'
import type { RULE_IDS } from '../rules.ts'

/** How a bot's conversations find somebody by themselves; `manual`: they do not. */
export const RoutingMode = z.enum([
  'manual',
  'round_robin',
  'online_first',
  'least_busy',
  'language',
  'sticky',
])
export type RoutingMode = z.infer<typeof RoutingMode>

/** Rules that act by themselves. */
export const RuleName = z.enum(['routing', 'auto_resolve'] satisfies (keyof typeof RULE_IDS)[])

/** So many candidates are written down: with more, the leaf could pass its 4 KB. */
export const CANDIDATES_MAX = 16
/** Somebody a rule considered, as they stood then: what they held of what they can hold. */
export const Candidate = z.strictObject({
  id: AgentId,
  presence: z.enum(['online', 'away', 'offline']),
  load: z.int(),
  capacity: z.int(),
})
export type Candidate = z.infer<typeof Candidate>

export const BotRouting = z.strictObject({
  mode: RoutingMode,
  /** Whose agents get this bot's conversations; null: everybody's. */
  departmentId: DepartmentId.nullable(),
  /** Where they go when nobody there is online. */
  fallbackDepartmentId: DepartmentId.nullable(),
})
export type BotRouting = z.infer<typeof BotRouting>

export const botRoutingChanged = defineEvent({
  name: 'bot.routing_changed',
  version: 1,
  subject: 'bot',
  reach: 'administration',
  data: z.strictObject({ from: BotRouting, to: BotRouting }),
})
