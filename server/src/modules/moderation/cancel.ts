import { cancelModerated } from '@tracedesk/contracts'
import { defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { requireConversation } from '../conversations/index.ts'
import { findFlags, recordFlagged } from './judge.ts'

/** The agent was asked and gave the text up. Only a text in which something is found can be given up. */
export const cancelModeratedCommand = defineCommandHandler(cancelModerated, {
  handle: async (context, { conversationId, text }) => {
    const { ref } = await requireConversation(context, conversationId)
    const flags = await findFlags(context, ref, text)
    if (flags.length === 0) throw new ConsoleError('moderation.nothing_found', { conversationId })
    recordFlagged(context, ref, text, flags, 'cancelled')
    return {}
  },
})
