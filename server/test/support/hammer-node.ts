// A server process that writes as fast as it can and says what was acknowledged, one label id a line, until it is
// killed or told to stop. It sequences with everybody else; it holds no signing key.
import { createLabel } from '@tracedesk/contracts'
import { operatorCaller } from '../../src/command/caller.ts'
import { schemaVersion } from '../../src/db/migrate.ts'
import { makeNode, type NodeTask } from './make-node.ts'

export interface HammerTask extends NodeTask {
  readonly workspaceId: string
  readonly writers: number
}

const task = JSON.parse(process.argv[2] ?? '') as HammerTask
const node = makeNode(task, { version: 'hammer' })
const create = node.commandsByName.get(createLabel.name)
if (!create) throw new Error('no label.create')
await node.start(schemaVersion())
let stopping = false
process.on('SIGTERM', () => {
  stopping = true
})

async function write(writer: number): Promise<void> {
  for (let i = 0; !stopping; i++) {
    const input = { name: `${process.pid} ${writer} ${i}`, colour: '#aabbcc' }
    const output = await node.door.execute(create as never, operatorCaller(task.workspaceId), input)
    const { label } = output as { label: { id: string } }
    process.stdout.write(`${label.id}\n`)
  }
}
await Promise.all(Array.from({ length: task.writers }, (_, writer) => write(writer)))
await node.stop()
