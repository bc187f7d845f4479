import { privacyUpdatesErased } from '@tracedesk/contracts'
import { SALT_BYTES } from '@tracedesk/proof/node'
import { sql } from 'kysely'
import type { CommandContext } from '../../command/define.ts'
import { newId } from '../../kernel/id.ts'
import { unseal } from '../../kernel/secret.ts'
import { partContext } from '../../ledger/draft.ts'
import type { SubjectKeys } from '../../ledger/subject-keys.ts'
import { destroyKey } from './destroy-key.ts'

const SLICE = 1_000

interface Kept {
  readonly entry_id: string
  readonly at: string
  readonly owner: string
  readonly sealed: Buffer
}

/** The kept updates that name a Telegram account, whose keys are still there. */
async function findKeptUpdates(
  context: CommandContext,
  keys: SubjectKeys,
  telegramId: number | null,
): Promise<Kept[]> {
  if (telegramId === null) return []
  // Ids in Telegram's JSON are bare numbers: the same digits within a longer one are another account.
  const named = new RegExp(`(?<![0-9])${telegramId}(?![0-9])`)
  const gone: Kept[] = []
  let after = { at: '-infinity', entry_id: '00000000-0000-0000-0000-000000000000' }
  for (;;) {
    const rows = await readKept(context, after)
    const opened = await keys.forOpening(
      context.tx,
      context.workspaceId,
      rows.map(row => row.owner),
    )
    for (const row of rows) {
      const key = opened.get(row.owner)
      if (key?.state !== 'alive') continue
      const plain = unseal(key.key, row.sealed, partContext(context.workspaceId, row.entry_id, 'update'))
      if (!named.test(plain.subarray(SALT_BYTES).toString('utf8'))) continue
      gone.push(row)
    }
    const last = rows.at(-1)
    if (!last || rows.length < SLICE) return gone
    after = last
  }
}

async function readKept({ tx, workspaceId }: CommandContext, after: { at: string; entry_id: string }) {
  const from = (table: 'log_entry' | 'log_pending') =>
    sql`select e.entry_id, e.at, p.owner, p.sealed from ${sql.table(table)} e
      join log_part p on p.workspace_id = e.workspace_id and p.entry_id = e.entry_id and p.at = e.at and p.name = 'update'
      where e.workspace_id = ${workspaceId} and e.event = 'update.kept' and (e.at, e.entry_id) > (${after.at}, ${after.entry_id})`
  const { rows } = await sql<Kept>`${from('log_entry')} union all ${from('log_pending')}
    order by at, entry_id limit ${SLICE}`.execute(tx)
  return rows
}

/** An entry names so many of those it erases: more would not fit into a leaf. */
const NAMED_MAX = 50

/**
 * Updates that belonged to no conversation lie each under a key of its own, because nobody knew whose they were. Those
 * that name this Telegram account are its: their keys go too. Returns the owners with
 * the entry that says so, because `verify` takes a part for erased only when that entry names it.
 */
export async function destroyKeptUpdates(
  context: CommandContext,
  keys: SubjectKeys,
  customerId: string,
  telegramId: number | null,
): Promise<{ owner: string; entryId: string }[]> {
  const found = await findKeptUpdates(context, keys, telegramId)
  const gone: { owner: string; entryId: string }[] = []
  for (let from = 0; from < found.length; from += NAMED_MAX) {
    const slice = found.slice(from, from + NAMED_MAX)
    const entryId = newId()
    for (const row of slice) {
      await destroyKey(context, row.owner, entryId, [row])
      gone.push({ owner: row.owner, entryId })
    }
    context.record(
      privacyUpdatesErased,
      { keptBy: slice.map(row => row.entry_id) },
      { subject: { id: customerId }, customerId, entryId },
    )
  }
  return gone
}
