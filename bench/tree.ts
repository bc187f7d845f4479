// How long an entry takes from its commit into the tree, and until a signed checkpoint covers it, at 1,000 entries a
// second for some seconds.
import { setTimeout as sleep } from 'node:timers/promises'
import { openDesk, startCluster } from './desk.ts'
import { type Benchmark, type Figure, quantile } from './figure.ts'

const PER_SECOND = 1_000
const SECONDS = 8
const TICK_MS = 10

export const tree: Benchmark = {
  name: 'tree',
  run: async () => {
    const cluster = await startCluster()
    const desk = await openDesk(cluster, 'tree')
    try {
      const note = desk.node.commandsByName.get('note.add')
      if (!note) throw new Error('no note.add')
      const ids = await desk.conversations(64)
      await desk.node.settle()
      /** Commit times of entries that are not in the tree, and not signed, in the order of their commit. */
      const committed: number[] = []
      const inTree: number[] = []
      const signed: number[] = []
      const base = await sizeOf(desk)
      desk.node.sequencer.onBatch(({ size }) => take(inTree, committed, size - base))
      desk.node.checkpoints.onSigned(({ size }) => take(signed, committed, size - base))
      const running = new Set<Promise<unknown>>()
      const begun = performance.now()
      for (let sent = 0; sent < PER_SECOND * SECONDS; ) {
        const due = Math.floor(((performance.now() - begun) / 1000) * PER_SECOND)
        for (; sent < due; sent++) {
          const input = { conversationId: ids[sent % ids.length], text: 'a note', scope: 'team' }
          const work = desk.node.door
            .execute(note, desk.owner, input)
            .then(() => committed.push(performance.now()))
            .finally(() => running.delete(work))
          running.add(work)
        }
        await sleep(TICK_MS)
      }
      await Promise.all(running)
      await desk.node.settle()
      await sleep(500)
      return [...describe('in tree after commit', inTree), ...describe('signed after commit', signed)]
    } finally {
      await desk.close()
      await cluster.stop()
    }
  },
}

/** Entries come into the tree nearly in the order of their commit; the nth in the tree counts as the nth committed. */
function take(reached: number[], committed: readonly number[], upTo: number): void {
  const now = performance.now()
  for (let i = reached.length; i < Math.min(upTo, committed.length); i++)
    reached.push(now - (committed[i] ?? now))
}

async function sizeOf(desk: Awaited<ReturnType<typeof openDesk>>): Promise<number> {
  const row = await desk.node.databases.read
    .selectFrom('log_head')
    .select('size')
    .where('workspace_id', '=', desk.workspaceId)
    .executeTakeFirstOrThrow()
  return row.size
}

const describe = (what: string, times: readonly number[]): Figure[] => [
  {
    name: `${what}, p50 at 1,000 entries/s`,
    value: quantile(times, 0.5),
    unit: 'ms',
    limit: { atMost: 150 },
  },
  { name: `${what}, p99`, value: quantile(times, 0.99), unit: 'ms', limit: { atMost: 1_000 } },
]
