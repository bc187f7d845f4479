// A server process that sends streams, until it is killed. It says so once it is up.
import type { RoleTargets } from '../../src/db/roles.ts'
import type { StreamTiming } from '../../src/edges/streams/index.ts'
import { createLog } from '../../src/kernel/log.ts'
import { InstallationSecret } from '../../src/kernel/secret.ts'
import { NO_TELEGRAM } from '../../src/modules/bots/index.ts'
import { TracedeskNode } from '../../src/node.ts'

export interface StreamNodeTask {
  readonly targets: RoleTargets
  readonly secret: string
  readonly dataDir: string
  readonly timing: StreamTiming
}

const task = JSON.parse(process.argv[2] ?? '') as StreamNodeTask
const node = new TracedeskNode({
  targets: task.targets,
  secret: new InstallationSecret(Buffer.from(task.secret, 'hex')),
  dataDir: task.dataDir,
  originHost: 'desk.example',
  log: createLog('silent'),
  version: 'test',
  setupToken: () => null,
  bots: NO_TELEGRAM,
  allowPrivateTargets: true,
  streamTiming: task.timing,
})
node.streams.start()
process.stdout.write('up\n')
// nothing else of the node runs: the process must not end by itself
setInterval(() => {}, 60_000)
