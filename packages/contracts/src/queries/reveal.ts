import { z } from 'zod'
import { defineQuery } from '../command.ts'
import { Part } from '../entry.ts'
import { RevealKind } from '../events/reveal.ts'
import { AgentId, RevealId } from '../ids.ts'

export const listReveals = defineQuery({
  name: 'log.reveals',
  permission: 'log.view',
  summary: 'One’s own reveals that wait or are in force; who may decide also sees everybody’s that wait',
  input: z.strictObject({}),
  output: z.strictObject({
    items: z.array(
      z.strictObject({
        id: RevealId,
        agent: z.strictObject({ id: AgentId, name: z.string() }),
        kind: RevealKind,
        target: z.string(),
        state: z.enum(['waiting', 'open']),
        requestedAt: z.string(),
        expiresAt: z.string().nullable(),
        reason: Part,
        mine: z.boolean(),
      }),
    ),
  }),
})
