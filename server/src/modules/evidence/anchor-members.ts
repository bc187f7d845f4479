import {
  ANCHOR_FORMAT,
  encodeAnchor,
  ProofError,
  packHashes,
  rangeProof,
  readTimestampInfo,
} from '@tracedesk/proof/node'
import type { ReadDb } from '../../db/database.ts'
import { hashReader, type TreeHead } from '../../ledger/tree-store.ts'
import { type GivenAnchor, type PositionRange, readAnchorsOver } from './store.ts'

/** So many heads at most: the first that each outsider confirmed over the range. */
const MOST_HEADS = 10

/**
 * The `anchors/` members of a bundle: heads over the range that outsiders had confirmed when it was made, with what
 * they gave and the hashes that bind the range to that head. None when nobody outside has seen the range yet.
 */
export async function anchorMembers(
  db: ReadDb,
  workspaceId: string,
  head: TreeHead,
  range: PositionRange,
): Promise<{ name: string; bytes: Uint8Array }[]> {
  const given = await readAnchorsOver(db, workspaceId, head, range.to)
  const sizes = [...new Set(given.map(({ size }) => size))].sort((a, b) => a - b).slice(0, MOST_HEADS)
  const reader = hashReader(db, workspaceId, head.size)
  const members: { name: string; bytes: Uint8Array }[] = []
  for (const size of sizes) {
    const own = given.filter(anchor => anchor.size === size)
    const { right } = await rangeProof(range.from, range.to + 1, size, reader)
    const bytes = encodeAnchor({
      format: ANCHOR_FORMAT,
      note: own[0]?.note ?? '',
      cosignatures: own.filter(({ kind }) => kind === 'witness').map(({ proof }) => lineOf(proof)),
      timestamps: own
        .filter(anchor => anchor.kind === 'timestamp' && isReadable(anchor))
        .map(({ name, proof }) => ({ name, token: proof.toString('base64') })),
      right: packHashes(right),
    })
    members.push({ name: `anchors/${size}.json`, bytes })
  }
  return members
}

const lineOf = (proof: Buffer): string => `${proof.toString('utf8').trimEnd()}\n`

/** A token in a form that an offline verifier cannot read is left to the log, which names its digest. */
function isReadable({ proof }: GivenAnchor): boolean {
  try {
    readTimestampInfo(proof)
    return true
  } catch (error) {
    if (error instanceof ProofError) return false
    throw error
  }
}
