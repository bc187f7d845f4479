import { z } from 'zod'
import { defineCommand } from '../command.ts'
import * as canned from '../events/canned-reply.ts'
import { CannedReplyId, DepartmentId } from '../ids.ts'
import { MessageText, nameUpTo } from '../text.ts'

const reply = {
  title: nameUpTo(80),
  folder: nameUpTo(80).nullable(),
  /** What is typed after `/` to find it. */
  shortcut: z
    .string()
    .toLowerCase()
    .regex(/^[\p{L}\p{M}\p{N}_-]{1,32}$/u)
    .nullable(),
  /** `null`: for everybody */
  departmentId: DepartmentId.nullable(),
  /** May hold `{{customer.name}}` and the like, with what to write instead: `{{customer.name|there}}`. */
  text: MessageText,
}
const Versioned = z.strictObject({
  cannedReply: z.strictObject({ id: CannedReplyId, version: z.int() }),
})
export const createCannedReply = defineCommand({
  name: 'canned_reply.create',
  summary: 'Add a canned reply',
  input: z.strictObject(reply),
  output: Versioned,
  records: [canned.cannedReplyCreated],
})
export const updateCannedReply = defineCommand({
  name: 'canned_reply.update',
  summary: 'Give a canned reply its next version; `version` is the one the change was made from',
  input: z.strictObject({ cannedReplyId: CannedReplyId, version: z.int(), ...reply }),
  output: Versioned,
  records: [canned.cannedReplyUpdated],
  subject: { kind: 'canned_reply', field: 'cannedReplyId' },
})
export const deleteCannedReply = defineCommand({
  name: 'canned_reply.delete',
  summary: 'Remove a canned reply; messages sent from it keep naming it',
  input: z.strictObject({ cannedReplyId: CannedReplyId }),
  output: z.strictObject({}),
  records: [canned.cannedReplyDeleted],
  subject: { kind: 'canned_reply', field: 'cannedReplyId' },
})
