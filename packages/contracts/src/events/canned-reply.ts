import { z } from 'zod'
import { defineEvent } from '../event.ts'
import { DepartmentId, FileId } from '../ids.ts'

const Facts = z.strictObject({
  title: z.string(),
  folder: z.string().nullable(),
  shortcut: z.string().nullable(),
  departmentId: DepartmentId.nullable(),
  length: z.int(),
})
const CannedFile = z.strictObject({
  fileId: FileId,
  name: z.string(),
  sha256: z.string(),
  bytes: z.int(),
  type: z.string(),
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
  data: z.strictObject({ version: z.int(), from: Facts, files: z.array(CannedFile).optional() }),
  parts: { before: 'subject' },
})
/** A file goes with a canned reply from this version on; `type` is what its bytes look like. */
export const cannedReplyFileAdded = defineEvent({
  name: 'canned_reply.file_added',
  version: 1,
  subject: 'canned_reply',
  reach: 'work',
  data: z.strictObject({ version: z.int(), file: CannedFile }),
})
/** A file goes with a canned reply no longer. */
export const cannedReplyFileRemoved = defineEvent({
  name: 'canned_reply.file_removed',
  version: 1,
  subject: 'canned_reply',
  reach: 'work',
  data: z.strictObject({ version: z.int(), file: CannedFile }),
})
