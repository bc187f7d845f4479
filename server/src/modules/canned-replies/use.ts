import type { CommandContext } from '../../command/define.ts'
import { filesOf } from './files.ts'
import { renderTemplate } from './render.ts'
import { requireReply, valuesFor } from './store.ts'

/**
 * What the entry of a sent message says of the canned reply it began as: which, in which version, whether the words
 * or files are others than the reply gives in this conversation, and what was offered. Throws `canned_reply.not_found`.
 */
export async function describeUse(
  { tx, caller }: CommandContext,
  use: {
    conversationId: string
    cannedReplyId: string
    text: string
    offered: readonly string[]
    /** SHA-256 of the files that go out with it, hex. */
    files: readonly string[]
  },
): Promise<{ key: string; version: number; edited: boolean; offered: string[] }> {
  const reply = await requireReply(tx, caller, use.cannedReplyId, 'share')
  const own = (await filesOf(tx, caller.workspaceId, reply.id)).map(({ sha256 }) => sha256.toString('hex'))
  const rendered = renderTemplate(reply.text, await valuesFor(tx, caller, use.conversationId))
  return {
    key: reply.id,
    version: reply.version,
    edited: rendered.trim() !== use.text.trim() || !isPartOf(use.files, own),
    offered: [...use.offered],
  }
}

/** Files of several kinds go out as several messages; each has some of the reply's, and no other. */
const isPartOf = (sent: readonly string[], own: readonly string[]): boolean =>
  own.length === 0 ? sent.length === 0 : sent.length > 0 && sent.every(sha256 => own.includes(sha256))
