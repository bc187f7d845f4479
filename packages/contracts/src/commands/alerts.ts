import { z } from 'zod'
import { defineCommand } from '../command.ts'
import { alertAcknowledged } from '../events/alert.ts'
import { EntryId } from '../ids.ts'

export const acknowledgeAlert = defineCommand({
  name: 'alert.acknowledge',
  summary: 'Take note of an alert; it no longer waits for anybody',
  input: z.strictObject({ entryId: EntryId }),
  output: z.strictObject({}),
  records: [alertAcknowledged],
  subject: { kind: 'alert', field: 'entryId' },
})
