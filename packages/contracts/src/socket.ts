import { z } from 'zod'

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
  /** Too much happened while the client was away: fetch everything anew. */
  z.strictObject({ type: z.literal('stale'), position: z.int() }),
])
export type SocketPush = z.infer<typeof SocketPush>
/** The first thing a client says: continue from `since` (a position), or `null` for "from now". */
export const SocketHello = z.strictObject({ since: z.int().nullable() })
