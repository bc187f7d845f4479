import {
  acceptConversation,
  conversationAccepted,
  conversationDeclined,
  conversationTransferred,
  declineConversation,
  transferConversation,
} from '@tracedesk/contracts'
import { sql } from 'kysely'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import {
  departmentsOf,
  readSetting,
  requireActiveAgent,
  requireDepartment,
  requireReason,
  requireServed,
} from '../team/index.ts'
import { readersWith } from './assign.ts'
import { answerableSql } from './imported.ts'
import {
  type LockedConversation,
  NO_OFFER,
  type Offer,
  requireConversation,
  requireOpenConversation,
  updateConversation,
} from './store.ts'

interface Target {
  readonly agentId: string | null
  readonly departmentId: string | null
}

/** How a target stands now: how many of its people are online, of how many, and how many conversations wait there. */
interface Standing {
  readonly online: number
  readonly members: number
  readonly queueLength: number
}

const STANDING_OF_AGENT = (workspaceId: string, agentId: string) => sql<Standing>`
  select (select count(*) from agent_desk d where d.workspace_id = ${workspaceId} and d.agent_id = ${agentId} and d.presence = 'online') as online,
    1 as members,
    (select count(*) from conversation c where c.workspace_id = ${workspaceId} and c.assignee_id = ${agentId}
      and c.status = 'in_progress' and c.snoozed_until is null and ${answerableSql(workspaceId)}) as "queueLength"`
const STANDING_OF_DEPARTMENT = (workspaceId: string, departmentId: string) => sql<Standing>`
  select count(*) filter (where d.presence = 'online') as online, count(*) as members,
    (select count(*) from conversation c where c.workspace_id = ${workspaceId} and c.department_id = ${departmentId}
      and c.assignee_id is null and c.status = 'in_progress' and ${answerableSql(workspaceId)}) as "queueLength"
  from department_member m
  join agent a on a.workspace_id = m.workspace_id and a.agent_id = m.agent_id and a.state = 'active'
  left join agent_desk d on d.workspace_id = m.workspace_id and d.agent_id = m.agent_id
  where m.workspace_id = ${workspaceId} and m.department_id = ${departmentId}`

async function standingOf({ tx, workspaceId }: CommandContext, target: Target): Promise<Standing> {
  const query = target.agentId
    ? STANDING_OF_AGENT(workspaceId, target.agentId)
    : STANDING_OF_DEPARTMENT(workspaceId, target.departmentId ?? '')
  const row = (await query.execute(tx)).rows[0]
  if (!row) throw new Error('the look at a target gave no row')
  return row
}

/** Throws when the conversation is where it is to go already, or is offered there. */
function requireElsewhere(conversation: LockedConversation, target: Target): void {
  const { id, assigneeId, departmentId, offer } = conversation
  const there = target.agentId
    ? assigneeId === target.agentId
    : assigneeId === null && departmentId === target.departmentId
  const offered =
    offer !== null && offer.agentId === target.agentId && offer.departmentId === target.departmentId
  if (there || offered) throw new ConsoleError('conversation.unchanged', { conversationId: id, ...target })
}

export const transferConversationCommand = defineCommandHandler(transferConversation, {
  handle: async (context, { conversationId, toAgentId, toDepartmentId, reasonCode, reasonText }) => {
    const { tx, workspaceId } = context
    const conversation = await requireOpenConversation(context, conversationId)
    const target = { agentId: toAgentId ?? null, departmentId: toDepartmentId ?? null }
    requireElsewhere(conversation, target)
    if (toAgentId) {
      await requireActiveAgent(tx, workspaceId, toAgentId)
      await requireServed(tx, workspaceId, toAgentId, conversation.botId)
    }
    if (toDepartmentId) await requireDepartment(tx, workspaceId, toDepartmentId)
    await requireReason(tx, workspaceId, 'transfer.reasons', reasonCode)
    const standing = await standingOf(context, target)
    const held =
      standing.online === 0 &&
      conversation.assigneeId !== null &&
      (await readSetting(tx, workspaceId, 'transfer.hold_until_accepted')) === true
    const state = held ? ('offered' as const) : ('done' as const)
    const entryId = newId()
    await updateConversation(
      context,
      conversationId,
      held ? offerTo(target, entryId) : handTo(target, conversation),
    )
    context.record(
      conversationTransferred,
      {
        from: { agentId: conversation.assigneeId, departmentId: conversation.departmentId },
        to: { agentId: target.agentId, departmentId: target.departmentId ?? conversation.departmentId },
        state,
        ...standing,
      },
      {
        ...(await receivers(context, conversation, target)),
        entryId,
        reasonCode,
        parts: reasonText === undefined ? {} : { reasonText },
      },
    )
    return { state }
  },
})

/** What an entry says of itself when a conversation goes to a target: those who receive it may read it. */
async function receivers(
  context: CommandContext,
  conversation: LockedConversation,
  { agentId, departmentId }: Target,
) {
  const { agents, departments } = await readersWith(context, agentId)
  return {
    subject: { id: conversation.id },
    conversation: conversation.ref,
    agents,
    departments: departmentId ? [departmentId, ...departments] : departments,
  }
}

const offerTo = ({ agentId, departmentId }: Target, entryId: string) => ({
  offered_agent_id: agentId,
  offered_department_id: departmentId,
  offer_entry_id: entryId,
})
const handTo = ({ agentId, departmentId }: Target, conversation: LockedConversation) => ({
  assignee_id: agentId,
  department_id: departmentId ?? conversation.departmentId,
  returned_by: agentId === null ? conversation.assigneeId : null,
  ...NO_OFFER,
})

/** The offer of a conversation. Throws `conversation.not_offered` when nothing is offered (any longer). */
function requireOffer({ id, offer }: LockedConversation): Offer {
  if (!offer) throw new ConsoleError('conversation.not_offered', { conversationId: id })
  return offer
}

async function isTarget({ caller, tx, workspaceId }: CommandContext, offer: Offer): Promise<boolean> {
  const { actor } = caller
  if (actor.kind !== 'agent' || !actor.id) return false
  if (offer.agentId) return offer.agentId === actor.id
  return (
    offer.departmentId !== null &&
    (await departmentsOf(tx, workspaceId, actor.id)).includes(offer.departmentId)
  )
}

export const acceptConversationCommand = defineCommandHandler(acceptConversation, {
  handle: async (context, { conversationId }) => {
    const conversation = await requireOpenConversation(context, conversationId)
    const offer = requireOffer(conversation)
    if (!(await isTarget(context, offer)))
      throw new ConsoleError('conversation.not_offered', { conversationId })
    const to = {
      agentId: context.caller.actor.id,
      departmentId: offer.departmentId ?? conversation.departmentId,
    }
    await updateConversation(context, conversationId, {
      assignee_id: to.agentId,
      department_id: to.departmentId,
      returned_by: null,
      ...NO_OFFER,
    })
    context.record(
      conversationAccepted,
      { from: { agentId: conversation.assigneeId, departmentId: conversation.departmentId }, to },
      { ...(await receivers(context, conversation, to)), causedBy: offer.entryId },
    )
    return {}
  },
})

export const declineConversationCommand = defineCommandHandler(declineConversation, {
  handle: async (context, { conversationId, reasonText }) => {
    const conversation = await requireConversation(context, conversationId)
    const offer = requireOffer(conversation)
    const target = await isTarget(context, offer)
    if (!target && conversation.assigneeId !== context.caller.actor.id)
      throw new ConsoleError('conversation.not_offered', { conversationId })
    await updateConversation(context, conversationId, NO_OFFER)
    const offered = { agentId: offer.agentId, departmentId: offer.departmentId }
    context.record(
      conversationDeclined,
      { offered, by: target ? 'target' : 'giver' },
      {
        ...(await receivers(context, conversation, offered)),
        causedBy: offer.entryId,
        parts: reasonText === undefined ? {} : { reasonText },
      },
    )
    return {}
  },
})
