import { millisOf } from '../../../kernel/instant.ts'
import {
  byConversation,
  type ClaimEntry,
  type Finding,
  isWithin,
  joinFindings,
  type Window,
} from './claim-entry.ts'

/** What happened to a conversation's messages, as far as answering goes. */
type Turn =
  | { readonly kind: 'asked'; readonly id: string; readonly at: string }
  | { readonly kind: 'answered'; readonly id: string; readonly at: string; readonly by: string | null }

/**
 * The messages of the customer and the answers that reached them, in order. An answer is a message of a person: when
 * Telegram accepted it, or, in imported history, when it was sent (the source says no more). Flows, rules and replies
 * by programs answer nobody; a message that Telegram refused or that never left is no answer.
 */
export function turnsOf(entries: readonly ClaimEntry[]): Turn[] {
  const senders = new Map(
    entries
      .filter(({ event, actorKind }) => event === 'message.sent' && actorKind === 'agent')
      .map(entry => [entry.subjectId, entry.actorId]),
  )
  return entries.flatMap((entry): Turn[] => {
    const { id, at, event, subjectId } = entry
    if (event === 'message.received') return [{ kind: 'asked', id, at }]
    const isAnswer =
      (event === 'message.delivered' && senders.has(subjectId)) ||
      (event === 'message.sent' && entry.actorKind === 'agent' && entry.source === 'import')
    return isAnswer ? [{ kind: 'answered', id, at, by: senders.get(subjectId) ?? null }] : []
  })
}

/**
 * "Nobody ever answered", conversation by conversation: for it speak the customer's messages where no answer followed
 * any of them, against it every answer that followed one. With `agentId` only that person's answers count. Only
 * messages within the window ask; an answer counts whenever it came.
 */
export function findNeverReplied(
  entries: readonly ClaimEntry[],
  window: Window,
  agentId: string | null = null,
): Finding {
  return joinFindings(
    [...byConversation(entries).values()].map(conversation => {
      const turns = turnsOf(conversation)
      const asked = turns.filter(turn => turn.kind === 'asked' && isWithin(turn, window))
      const first = turns.findIndex(turn => turn.id === asked[0]?.id)
      if (first === -1) return { for: [], against: [] }
      const answers = turns
        .slice(first)
        .filter(turn => turn.kind === 'answered' && (agentId === null || turn.by === agentId))
      return answers.length > 0
        ? { for: [], against: answers.map(({ id }) => id) }
        : { for: asked.map(({ id }) => id), against: [] }
    }),
  )
}

/**
 * "The answer took longer than so many seconds": for it speak the first message that waited and the late answer (the
 * message alone where none came within that time until `now`), against it the answers that came in time.
 */
export function findRepliedLate(
  entries: readonly ClaimEntry[],
  window: Window,
  seconds: number,
  now: string,
): Finding {
  return joinFindings(
    [...byConversation(entries).values()].map(conversation => {
      const late: string[] = []
      const inTime: string[] = []
      let waiting: Turn | null = null
      for (const turn of turnsOf(conversation)) {
        if (turn.kind === 'asked') {
          waiting ??= isWithin(turn, window) ? turn : null
          continue
        }
        if (waiting && secondsBetween(waiting.at, turn.at) > seconds) late.push(waiting.id, turn.id)
        else if (waiting) inTime.push(turn.id)
        waiting = null
      }
      if (waiting && secondsBetween(waiting.at, now) > seconds) late.push(waiting.id)
      return { for: late, against: inTime }
    }),
  )
}

const secondsBetween = (from: string, to: string): number => (millisOf(to) - millisOf(from)) / 1000
