import { z } from 'zod'
import { AgentId, ConversationId } from './ids.ts'

/** What the server pushes over `/api/socket`: only what changed. The client fetches what it shows. */
export const SocketPush = z.discriminatedUnion('type', [
  /** `position`: everything before it has been pushed. Sent after connecting and after each batch. */
  z.strictObject({ type: z.literal('hello'), position: z.int() }),
  z.strictObject({
    type: z.literal('changed'),
    position: z.int(),
    items: z.array(
      z.strictObject({
        event: z.string(),
        position: z.int(),
        subjectKind: z.string(),
        subjectId: z.string(),
        conversationId: z.string().nullable(),
        customerId: z.string().nullable(),
      }),
    ),
  }),
  /** Who else has a conversation before them, and who of them is writing. Passing: it is recorded nowhere. */
  z.strictObject({
    type: z.literal('looking'),
    conversationId: ConversationId,
    people: z.array(z.strictObject({ agentId: AgentId, isWriting: z.boolean() })),
  }),
  /** Somebody was erased: a page asks which of the texts it keeps have to go. Goes to everybody, and says no name. */
  z.strictObject({ type: z.literal('forget') }),
  /** Too much happened while the client was away: fetch everything anew. */
  z.strictObject({ type: z.literal('stale'), position: z.int() }),
])
export type SocketPush = z.infer<typeof SocketPush>
/** The first thing a client says: continue from `since` (a position), or `null` for "from now". */
export const SocketHello = z.strictObject({ since: z.int().nullable() })
/** What a client may say afterwards: which conversation is before the reader (null: none), and whether they write. */
export const SocketLooking = z.strictObject({
  type: z.literal('looking'),
  conversationId: ConversationId.nullable(),
  isWriting: z.boolean(),
})
export type SocketLooking = z.infer<typeof SocketLooking>
