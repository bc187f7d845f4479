import { ConversationId, defineCommand, MessageId, messageRead } from '@tracedesk/contracts'
import { CompiledQuery, type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import { type Caller, personOf } from '../../command/caller.ts'
import { type CommandContext, defineCommandHandler, type Shown } from '../../command/define.ts'
import { type CommandDoor, RecordedRefusal } from '../../command/execute.ts'
import { bindTx, type Databases, type Tx } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { readSetting } from '../team/index.ts'
import { lockConversation } from './store.ts'

/** More new messages than this at once are not counted one by one. */
const COUNTED_MAX = 1_000
const UNREAD_MAX = 100

/**
 * Messages of a customer that the viewer has not been shown, in a query over conversation with alias `c`. Whoever never
 * looked at it begins where the customer began to wait.
 */
const newMessages = (viewerId: string | null) => sql`from message um where um.workspace_id = c.workspace_id
  and um.conversation_id = c.conversation_id and um.direction = 'in' and um.at > coalesce((select r.at from read_mark r
    where r.workspace_id = c.workspace_id and r.agent_id = ${viewerId} and r.conversation_id = c.conversation_id),
    c.waiting_since - interval '1 microsecond', 'infinity')`

/** SQL for how many there are, 100 at most. */
export const unreadSql = (viewerId: string | null): RawBuilder<number> =>
  sql<number>`(select count(*) from (select ${newMessages(viewerId)} limit ${UNREAD_MAX}) u)`

/** SQL for whether there are any. */
export const hasUnreadSql = (viewerId: string | null): RawBuilder<boolean> =>
  sql<boolean>`exists (select ${newMessages(viewerId)})`

/** Moves the mark of an agent on; null when it stands there or further already, else the message it stood at. */
async function moveMark(
  tx: Tx,
  workspaceId: string,
  agentId: string,
  { conversationId, messageId, at }: Shown,
): Promise<{ previous: string | null; previousAt: string | null } | null> {
  const { rows } = await tx.executeQuery<{ previous: string | null; previousAt: string | null }>(
    CompiledQuery.raw(
      `with before as (select message_id, at from read_mark where workspace_id = $1 and agent_id = $2 and conversation_id = $3),
       moved as (insert into read_mark as r (workspace_id, agent_id, conversation_id, message_id, at) values ($1, $2, $3, $4, $5)
         on conflict (workspace_id, agent_id, conversation_id) do update set message_id = excluded.message_id, at = excluded.at
           where r.at < excluded.at returning 1)
       select b.message_id as previous, b.at as "previousAt" from moved left join before b on true`,
      [workspaceId, agentId, conversationId, messageId, at],
    ),
  )
  return rows[0] ?? null
}

/** Another browser of the same person was faster: what they were shown stands in the log already. */
class AlreadyRead extends RecordedRefusal {}

/** Records that somebody with a seat was shown what a customer wrote. Runs before the answer leaves. */
export const readMessagesCommand = defineCommandHandler(
  defineCommand({
    name: 'message.read',
    access: 'internal',
    summary: 'Record that somebody was shown messages of a customer',
    input: z.strictObject({ conversationId: ConversationId, messageId: MessageId, at: z.string() }),
    output: z.strictObject({}),
    records: [messageRead],
  }),
  {
    handle: async (context, shown) => {
      const { caller, tx, workspaceId } = context
      // one after the other for each conversation, as every command does
      const conversation = await lockConversation(context, shown.conversationId)
      const reader = personOf(caller).id
      if (!conversation || !reader) throw new ConsoleError('conversation.not_found')
      const moved = await moveMark(tx, workspaceId, reader, shown)
      if (!moved) throw new AlreadyRead('conversation.unchanged')
      const count = await countNew(context, shown, moved.previousAt)
      context.record(
        messageRead,
        { count, previous: moved.previous },
        { subject: { id: shown.messageId }, conversation: conversation.ref },
      )
      return {}
    },
  },
)

async function countNew({ tx, workspaceId }: CommandContext, shown: Shown, after: string | null) {
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from (select from message
    where workspace_id = ${workspaceId} and conversation_id = ${shown.conversationId} and direction = 'in'
      and at > coalesce(${after}::timestamptz, '-infinity') and at <= ${shown.at} limit ${COUNTED_MAX}) m`.execute(
    tx,
  )
  return rows[0]?.n ?? 0
}

/**
 * Notes how far a caller was shown a conversation, and records it unless the workspace switched that off. Whoever has
 * no seat, and whoever was shown as much before, changes nothing.
 */
export async function noteShown(
  port: { databases: Databases; door: CommandDoor },
  caller: Caller,
  shown: Shown,
): Promise<void> {
  const { workspaceId } = caller
  const actor = personOf(caller) // what somebody else saw in their name, they have not seen
  if (actor.kind !== 'agent' || !actor.id) return
  const { read, app } = port.databases
  const mark = await read
    .selectFrom('read_mark')
    .select('at')
    .where('workspace_id', '=', workspaceId)
    .where('agent_id', '=', actor.id)
    .where('conversation_id', '=', shown.conversationId)
    .executeTakeFirst()
  if (mark && mark.at >= shown.at) return
  if ((await readSetting(read, workspaceId, 'log.record_reads')) === false) {
    const client = await app.connect()
    try {
      await moveMark(bindTx(client), workspaceId, actor.id, shown)
    } finally {
      client.release()
    }
    return
  }
  // that they may see the conversation was decided by the read; the record of it is ours
  await port.door.execute(readMessagesCommand, { ...caller, permissions: 'all' }, shown).catch(error => {
    if (!(error instanceof AlreadyRead)) throw error
  })
}
