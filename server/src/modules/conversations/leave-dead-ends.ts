import { conversationTransferred } from '@tracedesk/contracts'
import { sql } from 'kysely'
import type { CommandContext, ConversationRef } from '../../command/define.ts'
import type { Tx } from '../../db/database.ts'
import { setAssignee } from './assign.ts'
import { lockConversation, updateConversation } from './store.ts'

/** How much of the desk still leads to a department: whatever is counted here must be moved before it can go. */
export async function countLeadingTo(
  tx: Tx,
  workspaceId: string,
  departmentId: string,
): Promise<{ conversations: number; offers: number; bots: number }> {
  const { rows } = await sql<{ conversations: number; offers: number; bots: number }>`select
    (select count(*)::int from conversation where workspace_id = ${workspaceId} and department_id = ${departmentId}
      and status <> 'resolved') as conversations,
    (select count(*)::int from conversation where workspace_id = ${workspaceId} and offered_department_id = ${departmentId}) as offers,
    (select count(*)::int from bot_routing where workspace_id = ${workspaceId}
      and ${departmentId}::uuid in (department_id, fallback_department_id)) as bots`.execute(tx)
  if (!rows[0]) throw new Error('counting what leads to a department gave no row')
  return rows[0]
}

interface DeadEnds {
  readonly departmentId: string | null
  readonly departmentGone: boolean
  readonly holderGone: 'deactivated' | 'not_served' | null
}

/** What a conversation still points to that is no more. The department is held, so that it does not go meanwhile. */
async function findDeadEnds({ tx, workspaceId }: CommandContext, conversationId: string): Promise<DeadEnds> {
  await sql`select from department where workspace_id = ${workspaceId} and department_id = (select department_id from conversation
    where workspace_id = ${workspaceId} and conversation_id = ${conversationId}) for share`.execute(tx)
  const { rows } =
    await sql<DeadEnds>`select c.department_id as "departmentId", d.deleted_at is not null as "departmentGone",
      case when a.state <> 'active' then 'deactivated' when not c.bot_id = any(a.bots) then 'not_served' end as "holderGone"
    from conversation c
      left join department d on d.workspace_id = c.workspace_id and d.department_id = c.department_id
      left join agent a on a.workspace_id = c.workspace_id and a.agent_id = c.assignee_id
    where c.workspace_id = ${workspaceId} and c.conversation_id = ${conversationId}`.execute(tx)
  if (!rows[0]) throw new Error(`conversation ${conversationId} is locked and not there`)
  return rows[0]
}

/**
 * A conversation that goes on after it was over must not lie where nobody looks: out of a department that was taken
 * away it goes where a new one of its bot would, and from a closed seat, or one that no longer serves its bot, into the
 * queue. Returns the conversation as its further entries should see it.
 */
export async function leaveDeadEnds(context: CommandContext, ref: ConversationRef): Promise<ConversationRef> {
  const { departmentId, departmentGone, holderGone } = await findDeadEnds(context, ref.id)
  if (departmentGone) {
    await updateConversation(context, ref.id, { department_id: null })
    // branded: the ids come from the conversation's own row
    const from = { agentId: ref.assigneeId as never, departmentId: departmentId as never }
    context.record(
      conversationTransferred,
      { from, to: { agentId: from.agentId, departmentId: null }, state: 'done' },
      { subject: { id: ref.id }, conversation: ref, reasonCode: 'department_deleted' },
    )
  }
  if (holderGone) {
    const conversation = await lockConversation(context, ref.id)
    if (conversation) await setAssignee(context, conversation, null, holderGone)
  }
  if (!departmentGone && !holderGone) return ref
  return (await lockConversation(context, ref.id))?.ref ?? ref
}
