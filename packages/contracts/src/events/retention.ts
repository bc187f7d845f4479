import { z } from 'zod'
import { defineEvent } from '../event.ts'

/** What a rule destroys: whole entries (their hashes stay in the tree), or only their personal parts. */
export const RetentionWhat = z.enum(['entries', 'parts'])
export type RetentionWhat = z.infer<typeof RetentionWhat>

const ruleClass = {
  what: RetentionWhat,
  /** `*`, an area (`message.*`) or one event. */
  event: z.string(),
  botId: z.string().nullable(),
  /** The part a rule on parts is about; null: all of them. */
  part: z.string().nullable(),
}
/** From here on things of this class are kept for so many days; null: for ever. `before` null: there was no such rule. */
export const retentionRuleSet = defineEvent({
  name: 'retention.rule_set',
  version: 1,
  subject: 'retention_rule',
  reach: 'administration',
  data: z.strictObject({
    ...ruleClass,
    days: z.int().nullable(),
    before: z.strictObject({ days: z.int().nullable() }).nullable(),
  }),
})
export const retentionRuleDeleted = defineEvent({
  name: 'retention.rule_deleted',
  version: 1,
  subject: 'retention_rule',
  reach: 'administration',
  data: z.strictObject({ ...ruleClass, days: z.int().nullable() }),
})
/** The first of two persons (or the rule, in the rhythm of the workspace) asks that what is due be destroyed: under these rules, aged as of this day. */
export const retentionRequested = defineEvent({
  name: 'retention.requested',
  version: 1,
  subject: 'retention_run',
  reach: 'administration',
  data: z.strictObject({
    asOf: z.string(),
    rules: z.int(),
    rulesSha256: z.string(),
    entries: z.int(),
    parts: z.int(),
    held: z.int(),
  }),
  parts: { reasonText: 'actor' },
})
/**
 * `secondPerson`: somebody else had asked for it; false where a workspace has only one who could, and for the first of
 * the two persons that a request of the rule needs: nothing goes before the second.
 */
export const retentionApproved = defineEvent({
  name: 'retention.approved',
  version: 1,
  subject: 'retention_run',
  reach: 'administration',
  data: z.strictObject({ requestedBy: z.string(), secondPerson: z.boolean(), rulesSha256: z.string() }),
})
export const retentionDeclined = defineEvent({
  name: 'retention.declined',
  version: 1,
  subject: 'retention_run',
  reach: 'administration',
  data: z.strictObject({ requestedBy: z.string() }),
})
/**
 * Leaves or parts of one month were destroyed, in the transaction of this entry. `listSha256` is the digest of the list
 * that names every position; `numbered` of the leaves had a number in their conversation. `rules`: how much by which rule.
 */
export const retentionApplied = defineEvent({
  name: 'retention.applied',
  version: 1,
  subject: 'retention_run',
  reach: 'administration',
  data: z.strictObject({
    what: RetentionWhat,
    month: z.string(),
    rules: z.array(z.strictObject({ ruleId: z.string(), count: z.int() })),
    fromPosition: z.int(),
    toPosition: z.int(),
    count: z.int(),
    numbered: z.int(),
    partNames: z.array(z.string()),
    parts: z.int(),
    held: z.int(),
    listSha256: z.string(),
    archiveId: z.string().nullable(),
  }),
})
export const retentionCompleted = defineEvent({
  name: 'retention.completed',
  version: 1,
  subject: 'retention_run',
  reach: 'administration',
  data: z.strictObject({ steps: z.int(), entries: z.int(), parts: z.int() }),
})
/** Somebody stopped it; what went by then stays gone, the rest stays. */
export const retentionStopped = defineEvent({
  name: 'retention.stopped',
  version: 1,
  subject: 'retention_run',
  reach: 'administration',
  data: z.strictObject({ steps: z.int(), entries: z.int(), parts: z.int() }),
})
