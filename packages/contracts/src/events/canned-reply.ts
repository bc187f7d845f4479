import { z } from 'zod'
import { defineEvent } from '../event.ts'
import { DepartmentId } from '../ids.ts'

const Facts = z.strictObject({
  title: z.string(),
  folder: z.string().nullable(),
  shortcut: z.string().nullable(),
  departmentId: DepartmentId.nullable(),
  length: z.int(),
})
export const cannedReplyCreated = defineEvent({
  name: 'canned_reply.created',
  version: 1,
  subject: 'canned_reply',
  reach: 'work',
  data: z.strictObject({ version: z.int(), to: Facts }),
  parts: { after: 'subject' },
})
export const cannedReplyUpdated = defineEvent({
  name: 'canned_reply.updated',
  version: 1,
  subject: 'canned_reply',
  reach: 'work',
  data: z.strictObject({ version: z.int(), from: Facts, to: Facts }),
  parts: { before: 'subject', after: 'subject' },
})
export const cannedReplyDeleted = defineEvent({
  name: 'canned_reply.deleted',
  version: 1,
  subject: 'canned_reply',
  reach: 'work',
  data: z.strictObject({ version: z.int(), from: Facts }),
  parts: { before: 'subject' },
})
