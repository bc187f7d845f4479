// A process that holds an embedded database until it is told to stop (SIGTERM) or killed. What happens to it
// goes to standard output, one JSON object a line; see `holdDatabase` in holder.ts.
import { startEmbedded } from '../../src/db/embedded/index.ts'
import { StartError } from '../../src/kernel/start-error.ts'

const say = (fact: object) => process.stdout.write(`${JSON.stringify(fact)}\n`)

const [dataDir = '', pgBin = ''] = process.argv.slice(2)
try {
  const database = await startEmbedded({ dataDir, ...(pgBin === '' ? {} : { pgBin }) })
  database.onChange(({ kind }) => say({ kind, pid: database.pid }))
  process.on('SIGTERM', () => void database.stop())
  say({ kind: 'started', pid: database.pid, connection: database.connection })
} catch (error) {
  if (!(error instanceof StartError)) throw error
  say({ kind: 'refused', code: error.code, message: error.message })
}
