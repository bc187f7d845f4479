import { ProofError } from '@tracedesk/proof/node'
import type pg from 'pg'
import { bindTx } from '../db/database.ts'
import { LeafGapError, resumeTree } from './tree-store.ts'

/** The root of the tree of `size` leaves as tiles and leaves have it now; null when they do not suffice. */
export async function storedRoot(
  client: pg.ClientBase,
  workspaceId: string,
  size: number,
): Promise<Uint8Array | null> {
  try {
    // The snapshot's own client came out of the pool.
    return (await resumeTree(bindTx(client as pg.PoolClient), workspaceId, size)).root()
  } catch (error) {
    // A tile that is no row of hashes gives no root either.
    if (error instanceof LeafGapError || error instanceof ProofError) return null
    throw error
  }
}
