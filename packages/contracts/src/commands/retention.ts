import { z } from 'zod'
import { defineCommand } from '../command.ts'
import * as retention from '../events/retention.ts'
import { BotId, RetentionRuleId, RetentionRunId } from '../ids.ts'
import { EVENT_CLASS } from '../retention-classes.ts'
import { MessageText } from '../text.ts'

const Done = z.strictObject({})
const aboutRun = { kind: 'retention_run', field: 'runId' } as const

export const setRetentionRule = defineCommand({
  name: 'retention.set_rule',
  summary:
    'Say how many days a class of entries, or only their parts, is kept; null: for ever. The most specific rule decides',
  input: z
    .strictObject({
      what: retention.RetentionWhat,
      event: z.string().max(80).regex(EVENT_CLASS),
      botId: BotId.nullable().default(null),
      part: z
        .string()
        .regex(/^[A-Za-z]{1,40}$/)
        .nullable()
        .default(null),
      days: z.int().min(1).max(36_500).nullable(),
    })
    .refine(({ what, part }) => what === 'parts' || part === null, { message: 'retention.part_of_entries' }),
  output: z.strictObject({ rule: z.strictObject({ id: RetentionRuleId }) }),
  records: [retention.retentionRuleSet],
})
export const deleteRetentionRule = defineCommand({
  name: 'retention.delete_rule',
  summary: 'Take a rule away; the next less specific one decides',
  input: z.strictObject({ ruleId: RetentionRuleId }),
  output: Done,
  records: [retention.retentionRuleDeleted],
  subject: { kind: 'retention_rule', field: 'ruleId' },
})
export const requestRetention = defineCommand({
  name: 'retention.request',
  summary: 'As the first of two persons, ask that what is due under the rules in force be destroyed',
  input: z.strictObject({ reason: MessageText.optional() }),
  output: z.strictObject({ run: z.strictObject({ id: RetentionRunId, entries: z.int(), parts: z.int() }) }),
  records: [retention.retentionRequested],
})
export const approveRetention = defineCommand({
  name: 'retention.approve',
  summary: 'As the second person, have what was asked for destroyed, month by month',
  input: z.strictObject({ runId: RetentionRunId }),
  output: Done,
  records: [retention.retentionApproved],
  subject: aboutRun,
})
export const declineRetention = defineCommand({
  name: 'retention.decline',
  summary: 'Say no to a destruction that was asked for, or take it back',
  input: z.strictObject({ runId: RetentionRunId }),
  output: Done,
  records: [retention.retentionDeclined],
  subject: aboutRun,
})
export const stopRetention = defineCommand({
  name: 'retention.stop',
  summary: 'Stop a destruction under way; what went stays gone',
  input: z.strictObject({ runId: RetentionRunId }),
  output: Done,
  records: [retention.retentionStopped],
  subject: aboutRun,
})
