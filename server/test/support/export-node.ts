// A server process that writes exports on a disk that hangs after the second batch, so that it is killed in the middle.
import { setTimeout as sleep } from 'node:timers/promises'
import { ExportKeeper } from '../../src/modules/exports/index.ts'
import { makeNode, type NodeTask } from './make-node.ts'

export interface ExportNodeTask extends NodeTask {
  /** So many are written beside each other. */
  readonly files: number
}

/** Long enough that how far the file is gets noted after the next batch. */
const NOTED_MS = 1_200
const HUNG_MS = 600_000

const task = JSON.parse(process.argv[2] ?? '') as ExportNodeTask
const node = makeNode(task)
const { exportPort } = node
const hanging: typeof exportPort = {
  ...exportPort,
  stream: async function* (ask) {
    let batches = 0
    for await (const batch of exportPort.stream(ask)) {
      yield batch
      await sleep(++batches < 2 ? NOTED_MS : HUNG_MS)
    }
  },
}
for (let i = 0; i < task.files; i++) new ExportKeeper(hanging).start()
// nothing else of the node runs: the process must not end by itself
setInterval(() => {}, 60_000)
