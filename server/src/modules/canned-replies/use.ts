import type { CommandContext } from '../../command/define.ts'
import { renderTemplate } from './render.ts'
import { requireReply, valuesFor } from './store.ts'

/**
 * What the entry of a sent message says of the canned reply it began as: which, in which version, whether the words
 * are others than the reply gives in this conversation, and what was offered. Throws `canned_reply.not_found`.
 */
export async function describeUse(
  { tx, caller }: CommandContext,
  use: { conversationId: string; cannedReplyId: string; text: string; offered: readonly string[] },
): Promise<{ key: string; version: number; edited: boolean; offered: string[] }> {
  const reply = await requireReply(tx, caller, use.cannedReplyId, 'share')
  const rendered = renderTemplate(reply.text, await valuesFor(tx, caller, use.conversationId))
  return {
    key: reply.id,
    version: reply.version,
    edited: rendered.trim() !== use.text.trim(),
    offered: [...use.offered],
  }
}
