// A server process that writes as fast as it can and says what was acknowledged, one label id a line, until it is
// killed or told to stop. It sequences with everybody else; it holds no signing key.
import { createLabel } from '@tracedesk/contracts'
import { operatorCaller } from '../../src/command/caller.ts'
import { schemaVersion } from '../../src/db/migrate.ts'
import type { RoleTargets } from '../../src/db/roles.ts'
import { createLog } from '../../src/kernel/log.ts'
import { InstallationSecret } from '../../src/kernel/secret.ts'
import { NO_TELEGRAM } from '../../src/modules/bots/index.ts'
import { TracedeskNode } from '../../src/node.ts'

export interface HammerTask {
  readonly targets: RoleTargets
  readonly secret: string
  readonly dataDir: string
  readonly workspaceId: string
  readonly writers: number
}

const task = JSON.parse(process.argv[2] ?? '') as HammerTask
const node = new TracedeskNode({
  targets: task.targets,
  secret: new InstallationSecret(Buffer.from(task.secret, 'hex')),
  dataDir: task.dataDir,
  originHost: 'desk.example',
  log: createLog('silent'),
  version: 'hammer',
  setupToken: () => null,
  bots: NO_TELEGRAM,
})
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
