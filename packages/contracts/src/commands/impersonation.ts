import { z } from 'zod'
import { defineCommand } from '../command.ts'
import * as impersonation from '../events/impersonation.ts'
import { AgentId } from '../ids.ts'
import { nameUpTo } from '../text.ts'

export const startImpersonation = defineCommand({
  name: 'impersonation.start',
  summary: 'Act in the name of a colleague of a lower rank, for up to an hour, in this session',
  input: z.strictObject({ agentId: AgentId, reasonText: nameUpTo(500) }),
  output: z.strictObject({ impersonation: z.strictObject({ id: z.string(), until: z.string() }) }),
  records: [impersonation.impersonationStarted, impersonation.impersonationEnded],
  subject: { kind: 'agent', field: 'agentId' },
})
export const endImpersonation = defineCommand({
  name: 'impersonation.end',
  summary: 'Act in one’s own name again',
  input: z.strictObject({}),
  output: z.strictObject({}),
  records: [impersonation.impersonationEnded],
})
