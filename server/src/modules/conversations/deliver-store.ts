import { CompiledQuery } from 'kysely'
import type { CommandContext } from '../../command/define.ts'
import { RecordedRefusal } from '../../command/execute.ts'

/** Thrown when the outcome of a message stands already; nothing is recorded then. */
export class AlreadySettled extends RecordedRefusal {
  constructor(messageId: string) {
    super('conversation.unchanged', { messageId }, { message: `message ${messageId} has its outcome` })
  }
}

export type MessageOutcome =
  | { readonly state: 'delivered'; readonly telegramMessageId: number }
  | {
      readonly state: 'refused' | 'unreachable'
      readonly problem: { code: string; errorCode: number | null; description: string | null }
    }

// An answer may come after another node has taken us for dead and noted "unknown": then it is the better knowledge.
const SETTLE = `with gone as (delete from telegram_outbox
    where workspace_id = $1 and operation_id = $2 and state = $3 returning queued_at)
  update message m set state = $4, telegram_message_id = coalesce($5, telegram_message_id),
    delivered_at = case when $4 = 'delivered' then $6::timestamptz end, problem = $7::jsonb
  where workspace_id = $1 and message_id = $2 and (exists (select from gone)
    or ($4 <> 'unreachable' and m.state = 'unreachable' and m.problem->>'code' = 'unknown'))
  returning round(extract(epoch from $6::timestamptz - coalesce((select queued_at from gone), m.at)) * 1000)::int as latency_ms`

/**
 * Gives a message its outcome and takes it off the outbox, where it must be in the state `expected`. Returns the
 * milliseconds since it was queued. Throws AlreadySettled when it has an outcome already.
 */
export async function settle(
  { tx, workspaceId, now }: CommandContext,
  messageId: string,
  expected: 'waiting' | 'sending',
  outcome: MessageOutcome,
): Promise<{ latencyMs: number }> {
  const telegramMessageId = outcome.state === 'delivered' ? outcome.telegramMessageId : null
  const problem = outcome.state === 'delivered' ? null : JSON.stringify(outcome.problem)
  const { rows } = await tx.executeQuery<{ latency_ms: number }>(
    CompiledQuery.raw(SETTLE, [
      workspaceId,
      messageId,
      expected,
      outcome.state,
      telegramMessageId,
      now,
      problem,
    ]),
  )
  const row = rows[0]
  if (!row) throw new AlreadySettled(messageId)
  return { latencyMs: Math.max(0, row.latency_ms) }
}
