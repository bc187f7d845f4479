import { z } from 'zod'
import { defineQuery } from '../command.ts'
import { HoldCause, HoldKind } from '../events/hold.ts'
import { RetentionWhat } from '../events/retention.ts'
import { AgentId, BotId, HoldId, RetentionRuleId, RetentionRunId } from '../ids.ts'

const RuleShown = z.strictObject({
  id: RetentionRuleId,
  what: RetentionWhat,
  event: z.string(),
  botId: BotId.nullable(),
  part: z.string().nullable(),
  days: z.int().nullable(),
})

export const listRetentionRules = defineQuery({
  name: 'retention.rules',
  permission: 'retention.view',
  summary: 'How long what is kept: the rules in force, the most specific first, and the classes there are',
  input: z.strictObject({}),
  output: z.strictObject({
    items: z.array(RuleShown),
    /** What a rule can be about. Everything else is kept for ever. */
    classes: z.array(
      z.strictObject({
        area: z.string(),
        events: z.array(z.strictObject({ event: z.string(), parts: z.array(z.string()) })),
      }),
    ),
  }),
})

export const previewRetention = defineQuery({
  name: 'retention.preview',
  permission: 'retention.view',
  summary: 'What would go now under the rules in force, by month and class, and what holds keep of it',
  input: z.strictObject({}),
  output: z.strictObject({
    asOf: z.string(),
    items: z.array(
      z.strictObject({
        what: RetentionWhat,
        month: z.string(),
        area: z.string(),
        ruleId: RetentionRuleId,
        count: z.int(),
      }),
    ),
    entries: z.int(),
    parts: z.int(),
    /** Entries that are due and stay, because the policy wants them in a verified archive first. */
    unarchived: z.int(),
    /** Due by a rule, kept by a hold. An entry that two holds cover is counted with each. */
    held: z.array(
      z.strictObject({
        holdId: HoldId,
        kind: HoldKind,
        cause: HoldCause,
        entries: z.int(),
        parts: z.int(),
      }),
    ),
  }),
})

export const listRetentionRuns = defineQuery({
  name: 'retention.runs',
  permission: 'retention.view',
  summary: 'Destructions asked for, under way and done, newest first',
  input: z.strictObject({}),
  output: z.strictObject({
    items: z.array(
      z.strictObject({
        id: RetentionRunId,
        state: z.enum(['requested', 'running', 'done', 'stopped', 'declined']),
        asOf: z.string(),
        requestedBy: AgentId,
        requestedAt: z.string(),
        approvedBy: AgentId.nullable(),
        endedAt: z.string().nullable(),
        /** As the preview said. */
        entries: z.int(),
        parts: z.int(),
        entriesGone: z.int(),
        partsGone: z.int(),
        steps: z.int(),
        rules: z.array(RuleShown),
        /** The rule asked, not a person: the first who approves is the first of two. */
        byRhythm: z.boolean(),
        /** May whoever asks approve it? Not the one who asked for it, where there are others. */
        mayApprove: z.boolean(),
      }),
    ),
  }),
})
