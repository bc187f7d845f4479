import {
  botBlockedByCustomer,
  ConversationId,
  defineCommand,
  MessageId,
  MessageOperation,
  messageChangeDelivered,
  messageChangeRefused,
  messageChangeUnreachable,
} from '@tracedesk/contracts'
import { z } from 'zod'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { AlreadySettled } from './deliver-store.ts'
import { setBlocked } from './receive-kept.ts'
import { type LockedConversation, lockConversation } from './store.ts'

const Outcome = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('delivered') }),
  z.strictObject({
    state: z.literal('refused'),
    errorCode: z.int(),
    description: z.string().max(1000),
    /** The customer has stopped the bot: known from here on. */
    blocked: z.boolean(),
  }),
  z.strictObject({ state: z.literal('unreachable') }),
])

/** What became of an edit, a recall or a reaction at Telegram: exactly one of three entries follows each. */
export const settleChange = defineCommand({
  name: 'message.settle_change',
  access: 'internal',
  summary: 'Telegram took or refused a change of a message, or could not be told',
  input: z.strictObject({
    conversationId: ConversationId,
    messageId: MessageId,
    /** The entry that asked for the change. */
    operationId: z.uuid(),
    operation: MessageOperation,
    attempts: z.int(),
    outcome: Outcome,
  }),
  output: z.strictObject({}),
  records: [messageChangeDelivered, messageChangeRefused, messageChangeUnreachable, botBlockedByCustomer],
  subject: { kind: 'message', field: 'messageId' },
})
type Input = z.output<typeof settleChange.input>

export const settleChangeCommand = defineCommandHandler(settleChange, {
  handle: async (context, input) => {
    const conversation = await lockConversation(context, input.conversationId)
    if (!conversation) throw new Error(`a message changed in a conversation that is not there`)
    const latencyMs = await takeOff(context, input)
    await applyOutcome(context, input)
    recordOutcome(context, input, conversation, latencyMs)
    const { outcome } = input
    if (outcome.state === 'refused' && outcome.blocked) await noteBlocked(context, conversation)
    return {}
  },
})

/** Takes the change off the queue; returns the milliseconds it stood there. */
async function takeOff({ tx, workspaceId, now }: CommandContext, { operationId }: Input): Promise<number> {
  const row = await tx
    .deleteFrom('telegram_outbox')
    .where('workspace_id', '=', workspaceId)
    .where('operation_id', '=', operationId)
    .returning('queued_at')
    .executeTakeFirst()
  if (!row) throw new AlreadySettled(operationId)
  return Math.max(0, Date.parse(now) - Date.parse(row.queued_at))
}

async function applyOutcome(context: CommandContext, { messageId, operationId, operation, outcome }: Input) {
  const { tx, workspaceId, now } = context
  const done = outcome.state === 'delivered'
  if (operation === 'edit') await settleVersion(context, messageId, operationId, outcome.state)
  const message = await tx
    .selectFrom('message')
    .select('change')
    .where('workspace_id', '=', workspaceId)
    .where('message_id', '=', messageId)
    .executeTakeFirstOrThrow()
  // only the newest change is shown; an older one's outcome must not hide it
  const isNewest = (message.change as { id?: string } | null)?.id === operationId
  const change = done ? null : JSON.stringify({ operation, id: operationId, ...outcome })
  const columns = {
    ...(isNewest ? { change } : {}),
    ...(done && operation === 'recall' ? { recalled_at: now } : {}),
    ...(!done && operation === 'react' ? { own_reaction: null } : {}),
  }
  if (Object.keys(columns).length === 0) return
  await tx
    .updateTable('message')
    .set(columns)
    .where('workspace_id', '=', workspaceId)
    .where('message_id', '=', messageId)
    .execute()
}

async function settleVersion(
  { tx, workspaceId }: CommandContext,
  messageId: string,
  entryId: string,
  state: 'delivered' | 'refused' | 'unreachable',
): Promise<void> {
  await tx
    .updateTable('message_version')
    .set({ state })
    .where('workspace_id', '=', workspaceId)
    .where('message_id', '=', messageId)
    .where('entry_id', '=', entryId)
    .execute()
  if (state !== 'delivered') return
  await tx
    .updateTable('message')
    .set({ text_entry_id: entryId })
    .where('workspace_id', '=', workspaceId)
    .where('message_id', '=', messageId)
    .execute()
}

function recordOutcome(
  context: CommandContext,
  { messageId, operation, attempts, outcome }: Input,
  conversation: LockedConversation,
  latencyMs: number,
): void {
  const about = { subject: { id: messageId }, conversation: conversation.ref }
  if (outcome.state === 'delivered')
    context.record(messageChangeDelivered, { operation, attempts, latencyMs }, about)
  else if (outcome.state === 'refused') {
    const { errorCode, description } = outcome
    context.record(messageChangeRefused, { operation, errorCode, description, attempts }, about)
  } else context.record(messageChangeUnreachable, { operation, attempts }, about)
}

async function noteBlocked(context: CommandContext, conversation: LockedConversation): Promise<void> {
  if (await setBlocked(context, conversation.customerId, conversation.botId, true))
    context.record(
      botBlockedByCustomer,
      { blocked: true },
      { subject: { id: conversation.customerId }, conversation: conversation.ref },
    )
}
