import { listFindings, type Part } from '@tracedesk/contracts'
import { CompiledQuery, sql } from 'kysely'
import { defineQueryHandler, type Query, type QueryContext } from '../../command/define.ts'
import type { ReadDb } from '../../db/database.ts'
import {
  type Acknowledgement,
  type Ask,
  findUnacknowledged,
  pretendedEvent,
  type RowPutAside,
  readAcknowledgements,
} from '../../ledger/findings-put-aside.ts'

const MOST = 200

/** Opens parts of entries for a reader: by entry and part name; the log module provides it. */
export type OpenReasons = (
  context: QueryContext,
  entryIds: readonly string[],
  name: string,
) => Promise<Map<string, Part>>

export const askWith =
  (db: Pick<ReadDb, 'getExecutor'>): Ask =>
  async <Row extends object>(text: string, values: unknown[]) =>
    (await db.getExecutor().executeQuery<Row>(CompiledQuery.raw(text, values))).rows

/** How many rows were put aside that nobody took note of. */
export async function countUnacknowledged(db: ReadDb, workspaceId: string): Promise<number> {
  const ask = askWith(db)
  const known = await readAcknowledgements(ask, workspaceId)
  return (await findUnacknowledged(ask, workspaceId, known, 1)).count
}

/** `ledger.findings`: what waits for somebody to take note of it first, then what is on record, each newest first. */
export const createListFindings = (openReasons: OpenReasons): Query<typeof listFindings> =>
  defineQueryHandler(listFindings, async (context, _input) => {
    const { db, caller } = context
    const ask = askWith(db)
    const known = await readAcknowledgements(ask, caller.workspaceId)
    const open = await findUnacknowledged(ask, caller.workspaceId, known, MOST)
    const shown = known.slice(-MOST).reverse()
    const reasons = await openReasons(
      context,
      shown.map(({ entryId }) => entryId),
      'reasonText',
    )
    const names = await namesOf(db, caller.workspaceId, shown)
    const pretended = await pretendedBy(ask, caller.workspaceId, [
      ...open.rows,
      ...shown.map(({ finding }) => finding),
    ])
    const describe = (row: RowPutAside) => ({
      entryId: row.entryId,
      // the column is text; nothing but these two is ever put there
      cause: row.cause as 'wrong_mac' | 'malformed',
      rejectedAt: row.rejectedAt,
      leafSha256: row.leafSha256,
      pretendedEvent: pretended.get(row.leafSha256) ?? null,
    })
    return {
      open: open.count,
      acknowledged: known.length,
      items: [
        ...open.rows.reverse().map(row => ({ ...describe(row), acknowledgement: null })),
        ...shown.map(({ entryId, at, by, finding }) => ({
          ...describe(finding),
          acknowledgement: {
            entryId,
            at,
            by: { ...by, name: names.get(by.id ?? '') ?? null },
            reason: reasons.get(entryId) ?? { state: 'missing' as const },
          },
        })),
      ],
    }
  })

async function namesOf(db: ReadDb, workspaceId: string, shown: readonly Acknowledgement[]) {
  const ids = shown.flatMap(({ by }) => (by.kind === 'agent' && by.id ? [by.id] : []))
  const { rows } = await sql<{ id: string; name: string }>`
    select agent_id as id, name from agent where workspace_id = ${workspaceId} and agent_id = any(${ids}::uuid[])`.execute(
    db as never,
  )
  return new Map(rows.map(({ id, name }) => [id, name]))
}

/** Which event each row pretended to be, by the hash of its bytes. */
async function pretendedBy(ask: Ask, workspaceId: string, rows: readonly RowPutAside[]) {
  const found = await ask<{ leaf: Buffer; hash: string }>(
    `select distinct leaf, encode(sha256(leaf), 'hex') as hash from log_rejected
     where workspace_id = $1 and entry_id = any($2::uuid[]) limit ${4 * MOST}`,
    [workspaceId, rows.map(({ entryId }) => entryId)],
  )
  return new Map(found.map(({ leaf, hash }) => [hash, pretendedEvent(leaf)]))
}
