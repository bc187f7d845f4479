// A server process that sends streams, until it is killed. It says so once it is up.
import type { StreamTiming } from '../../src/edges/streams/index.ts'
import { makeNode, type NodeTask } from './make-node.ts'

export interface StreamNodeTask extends NodeTask {
  readonly timing: StreamTiming
}

const task = JSON.parse(process.argv[2] ?? '') as StreamNodeTask
const node = makeNode(task, { allowPrivateTargets: true, streamTiming: task.timing })
node.streams.start()
process.stdout.write('up\n')
// nothing else of the node runs: the process must not end by itself
setInterval(() => {}, 60_000)
