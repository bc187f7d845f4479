import { ledgerFindingAcknowledged } from '@tracedesk/contracts'
import { decodeLeaf, ProofError } from '@tracedesk/proof/node'

/** Runs a statement; whoever has a connection can give one. */
export type Ask = <Row extends object>(text: string, values: unknown[]) => Promise<readonly Row[]>

/** Which row was put aside: all three must agree, so that another one under the same id is another finding. */
export interface RowPutAside {
  readonly entryId: string
  readonly cause: string
  readonly rejectedAt: string
  /** SHA-256 of the bytes that were put aside, hexadecimal. */
  readonly leafSha256: string
}

/** An entry of the ledger that says who took note of a row that was put aside. */
export interface Acknowledgement {
  readonly entryId: string
  readonly at: string
  readonly by: { readonly kind: string; readonly id: string | null }
  readonly finding: RowPutAside
}

/** What an acknowledging leaf says; null for any other bytes. */
export function readAcknowledgement(bytes: Uint8Array): Acknowledgement | null {
  const leaf = leafOf(bytes)
  if (leaf?.event !== ledgerFindingAcknowledged.name) return null
  const data = ledgerFindingAcknowledged.data.safeParse(leaf.data)
  if (!data.success) return null
  const { kind, id } = leaf.actor
  return { entryId: leaf.id, at: leaf.at, by: { kind, id: id ?? null }, finding: data.data }
}

/** The event that bytes put aside pretend to be; null when they do not read as an entry. */
export const pretendedEvent = (bytes: Uint8Array): string | null => leafOf(bytes)?.event ?? null

function leafOf(bytes: Uint8Array) {
  try {
    return decodeLeaf(bytes)
  } catch (error) {
    if (error instanceof ProofError) return null
    throw error
  }
}

/**
 * The acknowledgements on record, the oldest first: in the tree below position `below`, or, without it, those that
 * still wait for the tree as well.
 */
export async function readAcknowledgements(
  ask: Ask,
  workspaceId: string,
  { below }: { below?: number } = {},
): Promise<Acknowledgement[]> {
  const about = `where workspace_id = $1 and event = $2`
  const sequenced = `select leaf, at from log_entry ${about}`
  const rows = await ask<{ leaf: Buffer }>(
    below === undefined
      ? `${sequenced} union all select leaf, at from log_pending ${about} order by at`
      : `${sequenced} and position < ${below} order by at`,
    [workspaceId, ledgerFindingAcknowledged.name],
  )
  return rows.flatMap(({ leaf }) => readAcknowledgement(leaf) ?? [])
}

type Row = { entry_id: string; cause: string; rejected_at: string; hash: string; total: string }

/** The rows put aside that none of `known` names: how many, and the oldest `limit`. */
export async function findUnacknowledged(
  ask: Ask,
  workspaceId: string,
  known: readonly Acknowledgement[],
  limit: number,
): Promise<{ count: number; rows: RowPutAside[] }> {
  const found = known.map(({ finding }) => finding)
  const rows = await ask<Row>(
    `select entry_id, cause, rejected_at, encode(sha256(leaf), 'hex') as hash, count(*) over () as total
     from log_rejected r where workspace_id = $1 and not exists (
       select 1 from unnest($2::uuid[], $3::timestamptz[], $4::text[]) as known (entry_id, rejected_at, hash)
       where known.entry_id = r.entry_id and known.rejected_at = r.rejected_at and known.hash = encode(sha256(r.leaf), 'hex'))
     order by rejected_at, entry_id limit $5`,
    [
      workspaceId,
      found.map(each => each.entryId),
      found.map(each => each.rejectedAt),
      found.map(each => each.leafSha256),
      limit,
    ],
  )
  return {
    count: Number(rows[0]?.total ?? 0),
    rows: rows.map(({ entry_id, cause, rejected_at, hash }) => ({
      entryId: entry_id,
      cause,
      rejectedAt: rejected_at,
      leafSha256: hash,
    })),
  }
}

/** Those of `known` whose row is not there any more, or not as it was. */
export async function findGone(
  ask: Ask,
  workspaceId: string,
  known: readonly Acknowledgement[],
): Promise<Acknowledgement[]> {
  if (known.length === 0) return []
  const rows = await ask<{ entry_id: string; rejected_at: string; hash: string }>(
    `select entry_id, rejected_at, encode(sha256(leaf), 'hex') as hash from log_rejected
     where workspace_id = $1 and entry_id = any($2::uuid[])`,
    [workspaceId, known.map(({ finding }) => finding.entryId)],
  )
  const there = new Set(rows.map(row => `${row.entry_id} ${row.rejected_at} ${row.hash}`))
  return known.filter(
    ({ finding }) => !there.has(`${finding.entryId} ${finding.rejectedAt} ${finding.leafSha256}`),
  )
}
