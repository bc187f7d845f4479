// A process that imports a file and says how far it is, one JSON object a line, until it is done or killed; see
// `import.test.ts`. Its one argument is JSON: { targets, dataDir, workspaceId, secret, file }.
import { operatorCaller } from '../../src/command/caller.ts'
import { createLog } from '../../src/kernel/log.ts'
import { InstallationSecret } from '../../src/kernel/secret.ts'
import { NO_TELEGRAM } from '../../src/modules/bots/index.ts'
import { importFile } from '../../src/modules/imports/index.ts'
import { TracedeskNode } from '../../src/node.ts'

const { targets, dataDir, workspaceId, secret, file } = JSON.parse(process.argv[2] ?? '{}')
const node = new TracedeskNode({
  targets,
  secret: new InstallationSecret(Buffer.from(secret, 'hex')),
  dataDir,
  originHost: 'desk.example',
  log: createLog('error'),
  version: 'test',
  setupToken: () => null,
  bots: NO_TELEGRAM,
})
const say = (fact: object) => process.stdout.write(`${JSON.stringify(fact)}\n`)
const result = await importFile(node, {
  file,
  folder: `${dataDir}/imports`,
  caller: operatorCaller(workspaceId),
  onProgress: say,
})
say(result)
await node.databases.close()
