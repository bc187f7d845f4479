import { z } from 'zod'
import { defineQuery } from '../command.ts'
import { CannedReplyId, ConversationId, DepartmentId, FileId } from '../ids.ts'
import { InstantInput } from '../text.ts'

export const listCannedReplies = defineQuery({
  name: 'canned_reply.list',
  permission: 'canned_reply.view',
  summary: 'Canned replies for the caller’s departments; with a conversation, as they would read there',
  input: z.strictObject({ conversationId: ConversationId.optional() }),
  output: z.strictObject({
    items: z.array(
      z.strictObject({
        id: CannedReplyId,
        title: z.string(),
        folder: z.string().nullable(),
        shortcut: z.string().nullable(),
        departmentId: DepartmentId.nullable(),
        text: z.string(),
        version: z.int(),
        /** What goes with it, in its order. */
        files: z.array(z.strictObject({ id: FileId, name: z.string(), size: z.int(), type: z.string() })),
        /** The text with its variables filled in; `null` without a conversation, and for auditors. */
        rendered: z.string().nullable(),
      }),
    ),
  }),
})
export const getCannedReplyUsage = defineQuery({
  name: 'canned_reply.usage',
  permission: 'log.view',
  summary:
    'How often canned replies were sent, counted from the entries the caller may see; 30 days at first',
  input: z.strictObject({ from: InstantInput.optional(), to: InstantInput.optional() }),
  output: z.strictObject({
    items: z.array(z.strictObject({ id: z.string(), sent: z.int(), edited: z.int() })),
  }),
})
