// A process with a node and a gateway, to be killed. Its one argument is JSON: targets, dataDir, apiRoot, timing.
// Prints "ready" once it has begun.
import { Gateway } from '../../src/edges/telegram/index.ts'
import { createLog } from '../../src/kernel/log.ts'
import { InstallationSecret } from '../../src/kernel/secret.ts'
import { NO_TELEGRAM } from '../../src/modules/bots/index.ts'
import { TracedeskNode } from '../../src/node.ts'

const { targets, dataDir, apiRoot, timing } = JSON.parse(process.argv[2] ?? '{}')
const secret = new InstallationSecret(Buffer.alloc(32, 7))
const log = createLog('silent')
const node = new TracedeskNode({
  targets,
  secret,
  dataDir,
  originHost: 'desk.example',
  log,
  version: 'test',
  setupToken: () => null,
  bots: NO_TELEGRAM,
})
const { databases, door, keys, counter } = node
new Gateway({
  databases,
  door,
  keys,
  secret,
  log,
  nodeId: counter.nodeId,
  apiRoot,
  timing,
  ...node.gatewayFiles(),
}).start()
process.stdout.write('ready\n')
