// A process that imports a file and says how far it is, one JSON object a line, until it is done or killed; see
// `import.test.ts`. Its one argument is JSON: { targets, dataDir, workspaceId, secret, file }.
import { operatorCaller } from '../../src/command/caller.ts'
import { createLog } from '../../src/kernel/log.ts'
import { importFile } from '../../src/modules/imports/index.ts'
import { makeNode } from './make-node.ts'

const { workspaceId, file, ...task } = JSON.parse(process.argv[2] ?? '{}')
const node = makeNode(task, { log: createLog('error') })
const say = (fact: object) => process.stdout.write(`${JSON.stringify(fact)}\n`)
const result = await importFile(node, {
  file,
  folder: `${task.dataDir}/imports`,
  caller: operatorCaller(workspaceId),
  onProgress: say,
})
say(result)
await node.databases.close()
