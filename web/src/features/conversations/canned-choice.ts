import type { QueryOutput } from '@tracedesk/contracts'

export type CannedReply = QueryOutput<'canned_reply.list'>['items'][number]

const OFFERED_MAX = 8

/** What is typed after a `/` at the very beginning; `null` when nothing is being looked for. */
export function readSlash(text: string): string | null {
  const match = /^\/(\S{0,40})$/u.exec(text)
  return match ? (match[1] ?? '').toLowerCase() : null
}

/** The replies that fit what was typed: by shortcut first, then by a word of title or folder. */
export function chooseReplies(replies: readonly CannedReply[], typed: string): CannedReply[] {
  const rank = ({ shortcut, title, folder }: CannedReply) => {
    if (shortcut === typed) return 0
    if (shortcut?.startsWith(typed)) return 1
    return `${title} ${folder ?? ''}`.toLowerCase().includes(typed) ? 2 : 3
  }
  return replies
    .map(reply => ({ reply, rank: rank(reply) }))
    .filter(each => each.rank < 3)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, OFFERED_MAX)
    .map(each => each.reply)
}
