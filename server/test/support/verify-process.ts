// A process that verifies and keeps its state after every slice, one JSON object a line. Once it has kept `stopAfter`
// slices it does nothing more, and waits to be killed; see `verify-resume.test.ts`. Its one argument is JSON.
import { openDatabases } from '../../src/db/database.ts'
import { createLog } from '../../src/kernel/log.ts'
import { InstallationSecret } from '../../src/kernel/secret.ts'
import { SubjectKeys } from '../../src/ledger/subject-keys.ts'
import { verifyLedger } from '../../src/ledger/verify.ts'

const { targets, workspaceId, secret: hex, file, version, stopAfter } = JSON.parse(process.argv[2] ?? '{}')
const secret = new InstallationSecret(Buffer.from(hex, 'hex'))
let kept = 0
await verifyLedger({
  databases: openDatabases(targets, createLog('silent')),
  workspaceId,
  secret,
  openPartsWith: new SubjectKeys(secret),
  resume: {
    file,
    version,
    everyMs: 0,
    onSaved: progress => {
      process.stdout.write(`${JSON.stringify(progress)}\n`)
      if (++kept === stopAfter) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
    },
  },
})
