// A process that signs the head of a workspace, or offers its next key, and kills itself (SIGKILL) before or after one step, when told to.
import { openDatabases } from '../../src/db/database.ts'
import type { RoleTargets } from '../../src/db/roles.ts'
import { createLog } from '../../src/kernel/log.ts'
import { Checkpoints } from '../../src/ledger/checkpoints.ts'
import { type HeadSigner, LocalSigner } from '../../src/ledger/head-signer.ts'

export interface DyingSignerTask {
  readonly targets: RoleTargets
  readonly folder: string
  readonly workspaceId: string
  readonly action: 'sign' | 'offer-next-key'
  readonly step: string | null
  readonly when: 'before' | 'after'
}

const task = JSON.parse(process.argv[2] ?? '') as DyingSignerTask
const dieAt = (step: string, when: string) => {
  if (step === task.step && when === task.when) process.kill(process.pid, 'SIGKILL')
}
const log = createLog('silent')
const databases = openDatabases(task.targets, log)
const local = new LocalSigner({ db: databases.read, folder: task.folder, onStep: dieAt })
const signer: HeadSigner = {
  createKey: (...args) => local.createKey(...args),
  offerNextKey: id => local.offerNextKey(id),
  recall: id => local.recall(id),
  sign: async id => {
    const head = await local.sign(id)
    dieAt('publish', 'before')
    return head
  },
}
if (task.action === 'sign') await new Checkpoints({ databases, signer, log }).signHead(task.workspaceId)
else await signer.offerNextKey(task.workspaceId)
dieAt('publish', 'after')
await databases.close()
