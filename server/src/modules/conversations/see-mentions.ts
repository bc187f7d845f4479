import { mentionsSeen, seeMentions } from '@tracedesk/contracts'
import { sql } from 'kysely'
import { defineCommandHandler } from '../../command/define.ts'
import type { ReadDb, Tx } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'

/** Team notes of others in which an agent is called, as a condition on note with alias `n`. */
export const callsSql = (workspaceId: string, agentId: string | null) =>
  sql<boolean>`n.workspace_id = ${workspaceId} and n.mentions @> array[${agentId}]::uuid[] and n.scope = 'team' and n.author_id <> ${agentId}`

/** Up to when an agent has looked at the notes that call them; null: never. */
export async function readBell(
  db: ReadDb | Tx,
  workspaceId: string,
  agentId: string | null,
): Promise<string | null> {
  const row = await (db as ReadDb) // it only reads
    .selectFrom('agent_bell')
    .select('seen_to')
    .where('workspace_id', '=', workspaceId)
    .where('agent_id', '=', agentId)
    .executeTakeFirst()
  return row?.seen_to ?? null
}

export const seeMentionsCommand = defineCommandHandler(seeMentions, {
  handle: async (context, { to }) => {
    const { tx, workspaceId, caller } = context
    const agentId = caller.actor.kind === 'agent' ? caller.actor.id : null
    if (!agentId) throw new ConsoleError('session.required')
    const from = await readBell(tx, workspaceId, agentId)
    const { rows } = await sql<{ id: string; at: string }>`
      select n.note_id as id, n.at from note n where ${callsSql(workspaceId, agentId)}
        and n.at > coalesce(${from}::timestamptz, '-infinity') and n.at <= ${to} order by n.at`.execute(
      tx as never,
    )
    const newest = rows.at(-1)
    if (!newest) throw new ConsoleError('conversation.unchanged', { to })
    await tx
      .insertInto('agent_bell')
      .values({ workspace_id: workspaceId, agent_id: agentId, seen_to: newest.at })
      .onConflict(conflict =>
        conflict.columns(['workspace_id', 'agent_id']).doUpdateSet({ seen_to: newest.at }),
      )
      .execute()
    context.record(
      mentionsSeen,
      { from, to: newest.at, notes: rows.map(({ id }) => id as never) }, // branded: from their own rows
      { subject: { id: agentId } },
    )
    return {}
  },
})
