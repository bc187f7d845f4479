import {
  type BotRouting,
  botRoutingChanged,
  CANDIDATES_MAX,
  ConversationId,
  conversationAssigned,
  conversationTransferred,
  defineCommand,
  setBotRouting,
} from '@tracedesk/contracts'
import { z } from 'zod'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { isOpenAt, readBusinessHours, requireActiveAgent, requireDepartment } from '../team/index.ts'
import { setAssignee } from './assign.ts'
import { type Colleague, choose } from './choose.ts'
import { lockColleagues, readFacts, readRouting } from './routing-store.ts'
import { NothingToDo } from './snooze.ts'
import { type LockedConversation, lockConversation, updateConversation } from './store.ts'

export const routeConversation = defineCommand({
  name: 'conversation.route',
  access: 'internal',
  summary: 'Give a conversation in the queue to whom the bot’s rule chooses',
  input: z.strictObject({ conversationId: ConversationId }),
  output: z.strictObject({}),
  records: [conversationAssigned, conversationTransferred],
  subject: { kind: 'conversation', field: 'conversationId' },
})

export const routeConversationCommand = defineCommandHandler(routeConversation, {
  handle: async (context, { conversationId }) => {
    const { tx, workspaceId, now } = context
    const conversation = await lockConversation(context, conversationId)
    if (!conversation || !isWaiting(conversation)) throw new NothingToDo(conversationId)
    const routing = await readRouting(tx, workspaceId, conversation.botId)
    if (routing.mode === 'manual') throw new NothingToDo(conversationId)
    if (!isOpenAt(await readBusinessHours(tx, workspaceId), conversation.botId, now))
      throw new NothingToDo(conversationId)
    const { pool, moveTo } = await findPool(context, conversation, routing)
    const others = pool.filter(({ id }) => id !== conversation.returnedBy)
    const { chosen, considered } = choose(routing.mode, others, await readFacts(context, conversation))
    if (moveTo) await moveToFallback(context, conversation, moveTo, pool)
    if (!chosen && !moveTo) throw new NothingToDo(conversationId)
    if (!chosen) return {}
    // their seat may be closing at this very moment; then this waits for it and starts over later
    await requireActiveAgent(tx, workspaceId, chosen.id)
    await tx
      .updateTable('agent_desk')
      .set({ routed_at: now })
      .where('workspace_id', '=', workspaceId)
      .where('agent_id', '=', chosen.id)
      .execute()
    await setAssignee(context, conversation, chosen.id, 'routed', {
      mode: routing.mode,
      considered: considered.length,
      candidates: considered
        .slice(0, CANDIDATES_MAX)
        .map(({ id, presence, load, capacity }) => ({ id, presence, load, capacity })) as never, // branded ids
    })
    return {}
  },
})

const isWaiting = ({ status, assigneeId, snoozedUntil }: LockedConversation): boolean =>
  status === 'in_progress' && assigneeId === null && snoozedUntil === null

/**
 * Who comes into question: the conversation's department, else the bot's, else everybody. When nobody there is online
 * but somebody of the fallback department is, it is them, and the conversation moves there.
 */
async function findPool(
  context: CommandContext,
  conversation: LockedConversation,
  routing: BotRouting,
): Promise<{ pool: Colleague[]; moveTo: string | null }> {
  const home = conversation.departmentId ?? routing.departmentId
  const fallback = routing.fallbackDepartmentId
  if (home === null) return { pool: await lockColleagues(context, null, conversation.botId), moveTo: null }
  const both = await lockColleagues(
    context,
    fallback === null ? [home] : [home, fallback],
    conversation.botId,
  )
  const of = (departmentId: string) => both.filter(one => one.departments.includes(departmentId))
  const isOnline = ({ presence }: Colleague) => presence === 'online'
  const leaves =
    fallback !== null && fallback !== home && !of(home).some(isOnline) && of(fallback).some(isOnline)
  return leaves ? { pool: of(fallback), moveTo: fallback } : { pool: of(home), moveTo: null }
}

async function moveToFallback(
  context: CommandContext,
  conversation: LockedConversation,
  departmentId: string,
  pool: readonly Colleague[],
): Promise<void> {
  await requireDepartment(context.tx, context.workspaceId, departmentId)
  await updateConversation(context, conversation.id, { department_id: departmentId })
  context.record(
    conversationTransferred,
    {
      from: { agentId: null, departmentId: conversation.departmentId },
      to: { agentId: null, departmentId },
      state: 'done',
      online: pool.filter(({ presence }) => presence === 'online').length,
    },
    {
      subject: { id: conversation.id },
      conversation: conversation.ref,
      departments: [departmentId],
      reasonCode: 'nobody_online',
    },
  )
}

export const setBotRoutingCommand = defineCommandHandler(setBotRouting, {
  handle: async (context, { botId, ...to }) => {
    const { tx, workspaceId } = context
    const bot = await tx
      .selectFrom('bot')
      .select('name')
      .where('workspace_id', '=', workspaceId)
      .where('bot_id', '=', botId)
      .forUpdate()
      .executeTakeFirst()
    if (!bot) throw new ConsoleError('bot.not_found', { botId })
    for (const departmentId of [to.departmentId, to.fallbackDepartmentId])
      if (departmentId !== null) await requireDepartment(tx, workspaceId, departmentId)
    const from = await readRouting(tx, workspaceId, botId)
    const row = {
      mode: to.mode,
      department_id: to.departmentId,
      fallback_department_id: to.fallbackDepartmentId,
    }
    await tx
      .insertInto('bot_routing')
      .values({ workspace_id: workspaceId, bot_id: botId, ...row })
      .onConflict(conflict => conflict.columns(['workspace_id', 'bot_id']).doUpdateSet(row))
      .execute()
    context.record(botRoutingChanged, { from, to }, { subject: { id: botId, name: bot.name }, botId })
    return {}
  },
})
