import { sql } from 'kysely'
import type { CommandContext } from '../../command/define.ts'
import { forgetAnswersNaming } from '../../command/idempotency.ts'
import type { InstallationSecret } from '../../kernel/secret.ts'
import type { LockedPerson, PersonEntry } from './store.ts'

interface Rows {
  readonly customerId: string
  readonly person: LockedPerson
  readonly conversationIds: readonly string[]
  readonly entries: readonly PersonEntry[]
  readonly owner: string
}

/** Empties what rows outside the ledger say of a customer. Returns how many index lines, updates and answers went. */
export async function emptyRows(
  context: CommandContext,
  secret: InstallationSecret,
  { customerId, person, conversationIds, entries, owner }: Rows,
): Promise<{ words: number; updates: number; answers: number }> {
  const { tx, workspaceId, now } = context
  const words = await sql`delete from log_text t
    using unnest(${entries.map(entry => entry.entry_id)}::uuid[], ${entries.map(entry => entry.at)}::timestamptz[]) as e (id, at)
    where t.workspace_id = ${workspaceId} and t.at = e.at and t.entry_id = e.id and t.owner = ${owner}`.execute(
    tx,
  )
  for (const table of ['customer_field', 'customer_label', 'consent'] as const)
    await tx
      .deleteFrom(table)
      .where('workspace_id', '=', workspaceId)
      .where('customer_id', '=', customerId)
      .execute()
  await tx
    .updateTable('conversation')
    .set({ chat_id: null })
    .where('workspace_id', '=', workspaceId)
    .where('customer_id', '=', customerId)
    .execute()
  await tx
    .updateTable('customer')
    .set({
      telegram_id: null,
      name: '',
      username: null,
      language: null,
      nickname: null,
      remark: null,
      erased_at: now,
    })
    .where('workspace_id', '=', workspaceId)
    .where('customer_id', '=', customerId)
    .execute()
  const names = [customerId, ...conversationIds, person.name, person.nickname, person.remark]
  return {
    words: Number(words.numAffectedRows ?? 0),
    updates: await emptyInbox(context, person.telegramId),
    answers: await forgetAnswersNaming(
      tx,
      workspaceId,
      names.flatMap(name => name || []),
      secret.key('idempotency'),
    ),
  }
}

/** In a chat with a bot the chat's number is the person's. What was not dealt with yet goes undealt with. */
async function emptyInbox({ tx, workspaceId }: CommandContext, telegramId: number | null): Promise<number> {
  if (telegramId === null) return 0
  const emptied = await sql`update telegram_update
    set body = null, chat_id = null, done_at = coalesce(done_at, clock_timestamp())
    where workspace_id = ${workspaceId} and chat_id = ${telegramId}`.execute(tx)
  return Number(emptied.numAffectedRows ?? 0)
}
