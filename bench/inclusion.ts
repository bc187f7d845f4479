// How long an inclusion proof takes in a ledger of a million entries: the proof file that the HTTP route gives, made
// from tiles and checked, at random positions.
import {
  formatTlogProof,
  hashLeaf,
  inclusionProof,
  parseCheckpoint,
  parseNote,
  verifyInclusion,
} from '@tracedesk/proof/node'
import { hashReader, readLeaves } from '../server/src/ledger/tree-store.ts'
import { fillLedger } from '../server/test/support/fill-ledger.ts'
import { type Desk, openDesk, startCluster } from './desk.ts'
import { type Benchmark, quantile } from './figure.ts'

const ENTRIES = 1_000_000
const PROOFS = 2_000

export const inclusion: Benchmark = {
  name: 'inclusion',
  run: async () => {
    const cluster = await startCluster()
    const desk = await openDesk(cluster, 'inclusion')
    try {
      const begun = performance.now()
      await fillLedger(desk.node, desk.workspaceId, ENTRIES)
      const filled = (performance.now() - begun) / 1000
      await desk.node.settle(300_000)
      const times = await prove(desk)
      const note = `${Math.round(ENTRIES / filled)} entries/s while filling; p50 ${quantile(times, 0.5).toFixed(2)} ms`
      return [
        {
          name: 'inclusion proof at 1,000,000 entries, p95',
          value: quantile(times, 0.95),
          unit: 'ms',
          limit: { atMost: 10 },
          note,
        },
      ]
    } finally {
      await desk.close()
      await cluster.stop()
    }
  },
}

async function prove({ node, workspaceId }: Desk): Promise<number[]> {
  const db = node.databases.read
  const { note } = await db
    .selectFrom('log_checkpoint')
    .select('note')
    .where('workspace_id', '=', workspaceId)
    .orderBy('size', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow()
  const { size, root } = parseCheckpoint(parseNote(note).text)
  const times: number[] = []
  for (let i = 0; i < PROOFS; i++) {
    const index = Math.floor(Math.random() * size)
    const begun = performance.now()
    const proof = await inclusionProof(index, size, hashReader(db, workspaceId, size))
    formatTlogProof({ index, proof, checkpoint: note })
    times.push(performance.now() - begun)
    const [leaf] = await readLeaves(db, workspaceId, index, index + 1)
    if (!leaf || verifyInclusion({ index, size, root, leafHash: hashLeaf(leaf) }, proof) !== 'ok')
      throw new Error(`the proof of position ${index} does not hold`)
  }
  return times
}
