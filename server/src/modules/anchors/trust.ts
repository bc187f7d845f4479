import { type EpochTrust, parseVkey, type TrustFile } from '@tracedesk/proof/node'
import type { ReadDb } from '../../db/database.ts'
import { readHead } from '../../ledger/tree-store.ts'
import { readSetting, readWitnessLines } from '../team/index.ts'
import { readKeys } from './queries.ts'

/** Whom a verifier of this log has to believe, as the server knows it; null when there is no ledger. */
export async function readTrustFile(db: ReadDb, workspaceId: string): Promise<TrustFile | null> {
  const head = await readHead(db, workspaceId)
  if (!head) return null
  const lines = String(await readSetting(db, workspaceId, 'anchor.witnesses'))
  return {
    origin: head.origin,
    keys: await readKeys(db, workspaceId, head.epoch),
    witnesses: readWitnessLines(lines).map(({ vkey }) => vkey),
    earlier: await readEarlier(db, workspaceId, head.epoch),
  }
}

/** The epochs that have ended, the oldest first; the name of a key is the origin it signs. */
async function readEarlier(db: ReadDb, workspaceId: string, epoch: number): Promise<EpochTrust[]> {
  const earlier: EpochTrust[] = []
  for (let before = 1; before < epoch; before++) {
    const keys = await readKeys(db, workspaceId, before)
    const [first] = keys
    if (first) earlier.push({ origin: parseVkey(first.vkey).name, keys })
  }
  return earlier
}
