// A process with a node and a gateway, to be killed. Its one argument is JSON: targets, dataDir, apiRoot, timing.
// Prints "ready" once it has begun.
import { Gateway } from '../../src/edges/telegram/index.ts'
import { createLog } from '../../src/kernel/log.ts'
import { InstallationSecret } from '../../src/kernel/secret.ts'
import { makeNode } from './make-node.ts'

const { targets, dataDir, apiRoot, timing } = JSON.parse(process.argv[2] ?? '{}')
const secretBytes = Buffer.alloc(32, 7)
const secret = new InstallationSecret(secretBytes)
const log = createLog('silent')
const node = makeNode({ targets, dataDir, secret: secretBytes.toString('hex') })
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
