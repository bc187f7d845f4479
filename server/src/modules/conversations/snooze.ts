import {
  ConversationId,
  conversationSnoozed,
  conversationWoken,
  defineCommand,
  snoozeConversation,
} from '@tracedesk/contracts'
import { z } from 'zod'
import { type CommandContext, type ConversationRef, defineCommandHandler } from '../../command/define.ts'
import { RecordedRefusal } from '../../command/execute.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { instantFromRfc3339 } from '../../kernel/instant.ts'
import type { RecordedActor } from '../../ledger/draft.ts'
import { lockConversation, requireOpenConversation, updateConversation } from './store.ts'

/** Somebody else was faster, or what was due is due no longer. Records nothing. */
export class NothingToDo extends RecordedRefusal {
  constructor(conversationId: string) {
    super('conversation.unchanged', { conversationId })
  }
}

export const snoozeConversationCommand = defineCommandHandler(snoozeConversation, {
  handle: async (context, { conversationId, until }) => {
    const conversation = await requireOpenConversation(context, conversationId)
    if (until === null) {
      if (!conversation.snoozedUntil) throw new ConsoleError('conversation.unchanged', { conversationId })
      await wake(context, conversation, 'agent')
      return {}
    }
    const instant = instantFromRfc3339(until)
    if (instant <= context.now) throw new ConsoleError('snooze.not_in_future', { until: instant })
    if (instant === conversation.snoozedUntil)
      throw new ConsoleError('conversation.unchanged', { conversationId })
    await updateConversation(context, conversationId, { snoozed_until: instant })
    context.record(
      conversationSnoozed,
      { until: instant, previous: conversation.snoozedUntil },
      { subject: { id: conversationId }, conversation: conversation.ref },
    )
    return {}
  },
})

/** Ends the sleep of a conversation that this transaction holds, and records who or what ended it. */
export async function wake(
  context: CommandContext,
  conversation: { readonly snoozedUntil: string | null; readonly ref: ConversationRef },
  by: 'time' | 'customer' | 'agent',
  actor?: RecordedActor,
): Promise<void> {
  const { ref, snoozedUntil } = conversation
  await updateConversation(context, ref.id, { snoozed_until: null })
  context.record(
    conversationWoken,
    { by, until: snoozedUntil ?? context.now },
    { subject: { id: ref.id }, conversation: ref, ...(actor ? { actor } : {}) },
  )
}

export const wakeConversation = defineCommand({
  name: 'conversation.wake',
  access: 'internal',
  summary: 'A snoozed conversation’s time has come',
  input: z.strictObject({ conversationId: ConversationId }),
  output: z.strictObject({}),
  records: [conversationWoken],
  subject: { kind: 'conversation', field: 'conversationId' },
})
export const wakeConversationCommand = defineCommandHandler(wakeConversation, {
  handle: async (context, { conversationId }) => {
    const conversation = await lockConversation(context, conversationId)
    if (!conversation?.snoozedUntil || conversation.snoozedUntil > context.now)
      throw new NothingToDo(conversationId)
    await wake(context, conversation, 'time')
    return {}
  },
})
