// A minute of writers, readers who verify while they write, and processes that are killed and replaced.
import { hammer as run } from '../server/test/support/hammer.ts'
import { BENCH_SECRET, openDesk, startCluster } from './desk.ts'
import type { Benchmark } from './figure.ts'

const SECONDS = 60

export const hammer: Benchmark = {
  name: 'hammer',
  run: async () => {
    const cluster = await startCluster()
    const desk = await openDesk(cluster, 'hammer')
    try {
      const result = await run({
        node: desk.node,
        targets: desk.node.options.targets,
        secret: BENCH_SECRET.toString('hex'),
        workspaceId: desk.workspaceId,
        seconds: SECONDS,
        processes: 2,
        killEverySeconds: 4,
      })
      const { acknowledged, kills, verifications, proofs } = result
      const note = `${acknowledged} acknowledged, ${kills} processes killed, ${verifications} full verifications and ${proofs} inclusion proofs meanwhile`
      const none = { unit: 'entries', limit: { atMost: 0 } }
      return [
        { name: 'hammer, 60 s: lost', value: result.lost, ...none, note },
        { name: 'hammer: duplicated', value: result.duplicated, ...none },
        { name: 'hammer: unverifiable', value: result.unverifiable, ...none },
      ]
    } finally {
      await desk.close()
      await cluster.stop()
    }
  },
}
