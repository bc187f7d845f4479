import { z } from 'zod'
import { defineCommand } from '../command.ts'
import * as conversation from '../events/conversation.ts'
import * as desk from '../events/desk.ts'
import * as presence from '../events/presence.ts'
import { BotRouting, botRoutingChanged } from '../events/routing.ts'
import { AgentId, BotId, ConversationId, DepartmentId } from '../ids.ts'
import { InstantInput, nameUpTo } from '../text.ts'

const Done = z.strictObject({})
const about = { kind: 'conversation', field: 'conversationId' } as const
const ReasonCode = z.string().max(40)
const ReasonText = nameUpTo(500)

export const transferConversation = defineCommand({
  name: 'conversation.transfer',
  summary: 'Hand a conversation to an agent or a department, with a reason of the workspace’s list',
  input: z
    .strictObject({
      conversationId: ConversationId,
      toAgentId: AgentId.optional(),
      toDepartmentId: DepartmentId.optional(),
      reasonCode: ReasonCode,
      reasonText: ReasonText.optional(),
    })
    .refine(input => (input.toAgentId === undefined) !== (input.toDepartmentId === undefined), {
      message: 'transfer.one_target',
    }),
  output: z.strictObject({ state: z.enum(['done', 'offered']) }),
  records: [conversation.conversationTransferred],
  subject: about,
})
export const acceptConversation = defineCommand({
  name: 'conversation.accept',
  summary: 'Take a conversation that was offered to oneself or one’s department',
  input: z.strictObject({ conversationId: ConversationId }),
  output: Done,
  records: [desk.conversationAccepted],
  subject: about,
})
export const declineConversation = defineCommand({
  name: 'conversation.decline',
  summary: 'Refuse an offered conversation, or take one’s own offer back',
  input: z.strictObject({ conversationId: ConversationId, reasonText: ReasonText.optional() }),
  output: Done,
  records: [desk.conversationDeclined],
  subject: about,
})
export const snoozeConversation = defineCommand({
  name: 'conversation.snooze',
  summary: 'Put a conversation aside until a time or the customer’s next message; null wakes it now',
  input: z.strictObject({ conversationId: ConversationId, until: InstantInput.nullable() }),
  output: Done,
  records: [desk.conversationSnoozed, desk.conversationWoken],
  subject: about,
})
export const setPriority = defineCommand({
  name: 'conversation.set_priority',
  summary: 'Say how urgent a conversation is',
  input: z.strictObject({ conversationId: ConversationId, priority: desk.Priority }),
  output: Done,
  records: [desk.conversationPrioritySet],
  subject: about,
})
const pinning = z.strictObject({
  conversationId: ConversationId,
  scope: z.enum(['mine', 'shared']).default('mine'),
})
export const pinConversation = defineCommand({
  name: 'conversation.pin',
  summary: 'Keep a conversation at hand, for oneself or for everybody who sees it',
  input: pinning,
  output: Done,
  records: [desk.conversationPinned],
  subject: about,
})
export const unpinConversation = defineCommand({
  name: 'conversation.unpin',
  summary: 'Take a pin off',
  input: pinning,
  output: Done,
  records: [desk.conversationUnpinned],
  subject: about,
})
export const mergeConversation = defineCommand({
  name: 'conversation.merge',
  summary: 'Continue one conversation in another of the same customer and bot',
  input: z.strictObject({ conversationId: ConversationId, intoConversationId: ConversationId }),
  output: Done,
  records: [desk.conversationMerged],
  subject: about,
})
export const changePresence = defineCommand({
  name: 'presence.change',
  summary: 'Say that one is online, away or offline; administrators also for others',
  input: z.strictObject({
    state: presence.PresenceState,
    reasonCode: ReasonCode.optional(),
    agentId: AgentId.optional(),
  }),
  output: Done,
  records: [presence.presenceChanged],
  subject: { kind: 'agent', field: 'agentId' },
})
export const changeDesk = defineCommand({
  name: 'agent.change_desk',
  summary: 'Set how many conversations the rules may give an agent at once, and in which languages',
  input: z.strictObject({
    agentId: AgentId,
    capacity: z.int().min(0).max(1000).nullable(),
    /** Two-letter codes, as Telegram gives a customer’s language. */
    languages: z.array(z.string().regex(/^[a-z]{2,3}$/)).max(20),
  }),
  output: Done,
  records: [presence.agentDeskChanged],
  subject: { kind: 'agent', field: 'agentId' },
})
export const setBotRouting = defineCommand({
  name: 'bot.set_routing',
  summary: 'Set how conversations of a bot find somebody',
  input: z.strictObject({ botId: BotId, ...BotRouting.shape }),
  output: Done,
  records: [botRoutingChanged],
  subject: { kind: 'bot', field: 'botId' },
})
