import { botBlockedByCustomer, defineCommand, updateKept } from '@tracedesk/contracts'
import { z } from 'zod'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { actorOf, findCustomer } from './receive-customer.ts'
import { claimUpdate, UpdateRef } from './receive-update.ts'

const Cause = updateKept.data.shape.cause

/** Records an update that leads to nothing else, its bytes included. */
export function keepUpdate(
  context: CommandContext,
  { botId, updateId, update }: { botId: string; updateId: number; update: Uint8Array },
  kind: string,
  cause: z.infer<typeof Cause>,
): void {
  context.record(
    updateKept,
    { updateId, kind: kind.slice(0, 100).toWellFormed(), cause },
    { subject: { id: String(updateId) }, botId, parts: { update } },
  )
}

export const receiveOther = defineCommand({
  name: 'update.keep',
  access: 'internal',
  summary: 'Keep an update that belongs to no conversation, or that we do not understand',
  input: z.strictObject({ ...UpdateRef, kind: z.string(), cause: Cause }),
  output: z.strictObject({}),
  records: [updateKept],
})

export const receiveOtherCommand = defineCommandHandler(receiveOther, {
  handle: async (context, input) => {
    await claimUpdate(context, input)
    keepUpdate(context, input, input.kind, input.cause)
    return {}
  },
})

export const receiveBlock = defineCommand({
  name: 'bot.receive_block',
  access: 'internal',
  summary: 'A customer stopped the bot, or started it again',
  input: z.strictObject({ ...UpdateRef, telegramId: z.int(), blocked: z.boolean() }),
  output: z.strictObject({}),
  records: [botBlockedByCustomer, updateKept],
})

export const receiveBlockCommand = defineCommandHandler(receiveBlock, {
  handle: async (context, input) => {
    await claimUpdate(context, input)
    const customer = await findCustomer(context, input.telegramId)
    if (!customer) {
      keepUpdate(context, input, 'my_chat_member', 'no_conversation')
      return {}
    }
    await setBlocked(context, customer.id, input.botId, input.blocked)
    context.record(
      botBlockedByCustomer,
      { blocked: input.blocked },
      {
        subject: { id: customer.id, named: customer.namedBy },
        customerId: customer.id,
        botId: input.botId,
        parts: { update: input.update },
        actor: actorOf(customer),
      },
    )
    return {}
  },
})

/** Notes whether a customer has stopped a bot. Returns false when that was known. */
export async function setBlocked(
  { tx, workspaceId }: CommandContext,
  customerId: string,
  botId: string,
  blocked: boolean,
): Promise<boolean> {
  if (blocked) {
    const inserted = await tx
      .insertInto('customer_block')
      .values({ workspace_id: workspaceId, customer_id: customerId, bot_id: botId })
      .onConflict(conflict => conflict.doNothing())
      .returning('customer_id')
      .executeTakeFirst()
    return inserted !== undefined
  }
  const deleted = await tx
    .deleteFrom('customer_block')
    .where('workspace_id', '=', workspaceId)
    .where('customer_id', '=', customerId)
    .where('bot_id', '=', botId)
    .executeTakeFirst()
  return Number(deleted.numDeletedRows) > 0
}
