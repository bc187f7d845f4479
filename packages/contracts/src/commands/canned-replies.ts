import { z } from 'zod'
import { defineCommand } from '../command.ts'
import * as canned from '../events/canned-reply.ts'
import { fileUploaded } from '../events/file.ts'
import { CannedReplyId, ConversationId, DepartmentId, FileId } from '../ids.ts'
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
  summary: 'Remove a canned reply with its files; messages sent from it keep naming it',
  input: z.strictObject({ cannedReplyId: CannedReplyId }),
  output: z.strictObject({}),
  records: [canned.cannedReplyDeleted],
  subject: { kind: 'canned_reply', field: 'cannedReplyId' },
})
const aboutReply = { kind: 'canned_reply', field: 'cannedReplyId' } as const
/** POST /api/canned_reply.upload runs it once the bytes are there and sealed; it has no JSON route. */
export const addCannedReplyFile = defineCommand({
  name: 'canned_reply.add_file',
  permission: 'canned_reply.update',
  access: 'internal',
  summary: 'Let a file go with a canned reply, as its next version',
  input: z.strictObject({
    cannedReplyId: CannedReplyId,
    fileId: FileId,
    name: z.string().min(1).max(200),
    sha256: z.string(),
    size: z.int(),
    type: z.string(),
    storeKey: z.string(),
    key: z.instanceof(Uint8Array),
  }),
  output: z.strictObject({ version: z.int() }),
  records: [canned.cannedReplyFileAdded],
  subject: aboutReply,
})
export const removeCannedReplyFile = defineCommand({
  name: 'canned_reply.remove_file',
  permission: 'canned_reply.update',
  summary: 'Let a file go with a canned reply no longer, as its next version',
  input: z.strictObject({ cannedReplyId: CannedReplyId, fileId: FileId }),
  output: z.strictObject({ version: z.int() }),
  records: [canned.cannedReplyFileRemoved],
  subject: aboutReply,
})
export const takeCannedReplyFiles = defineCommand({
  name: 'canned_reply.take_files',
  permission: 'message.send',
  summary:
    'Copy the files of a canned reply into a conversation, ready to be sent like uploads; what nobody sends is discarded after a day',
  input: z.strictObject({ cannedReplyId: CannedReplyId, conversationId: ConversationId }),
  output: z.strictObject({
    files: z.array(
      z.strictObject({ id: FileId, name: z.string(), size: z.int(), type: z.string(), sha256: z.string() }),
    ),
  }),
  records: [fileUploaded],
  subject: { kind: 'conversation', field: 'conversationId' },
})
