import { z } from 'zod'
import { defineQuery } from '../command.ts'
import { Alert } from '../events/moderation.ts'
import { AgentId } from '../ids.ts'

export const listAlerts = defineQuery({
  name: 'alert.list',
  permission: 'alert.view',
  summary:
    'Alerts of the last 90 days in the caller’s scope, newest first; with `all=true` also those taken note of',
  input: z.strictObject({ all: z.enum(['true', 'false']).default('false') }),
  output: z.strictObject({
    items: z.array(
      z.strictObject({
        entryId: z.string(),
        at: z.string(),
        alert: Alert,
        agentId: AgentId.nullable(),
        hits: z.int(),
        minutes: z.int(),
        entries: z.array(z.string()),
        acknowledged: z.strictObject({ by: AgentId, at: z.string() }).nullable(),
      }),
    ),
  }),
})
