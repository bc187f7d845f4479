import { type EpochTrust, formatTrustFile, parseVkey, type TrustFile } from '@tracedesk/proof/node'
import type { ReadDb } from '../../db/database.ts'
import { readHead } from '../../ledger/tree-store.ts'
import { readKeys } from '../../modules/anchors/index.ts'
import { readSetting, readWitnessLines } from '../../modules/team/index.ts'
import { CliError } from './cli-error.ts'
import { type CliCommand, optional } from './command.ts'
import { openDesk } from './open-desk.ts'

export const trustCommand: CliCommand = {
  name: 'trust',
  synopsis: 'trust [--workspace ID]',
  summary: 'print whom a verifier has to believe: origin, keys with their sizes, witnesses, earlier epochs',
  options: { workspace: { type: 'string' } },
  run: async invocation => {
    const desk = await openDesk(invocation.env, optional(invocation, 'workspace'))
    try {
      const { read: db } = desk.node.databases
      const head = await readHead(db, desk.workspaceId)
      if (!head) throw new CliError(3, 'ledger.missing', 'This workspace has no ledger.')
      const lines = String(await readSetting(db, desk.workspaceId, 'anchor.witnesses'))
      const trust: TrustFile = {
        origin: head.origin,
        keys: await readKeys(db, desk.workspaceId, head.epoch),
        witnesses: readWitnessLines(lines).map(({ vkey }) => vkey),
        earlier: await readEarlier(db, desk.workspaceId, head.epoch),
      }
      const text = formatTrustFile(trust)
      invocation.say(text.trimEnd())
      return { exitCode: 0, json: JSON.parse(text) }
    } finally {
      await desk.close()
    }
  },
}

/** The epochs that have ended, the oldest first; the name of a key is the origin it signs. */
async function readEarlier(db: ReadDb, workspaceId: string, epoch: number): Promise<EpochTrust[]> {
  const earlier: EpochTrust[] = []
  for (let before = 1; before < epoch; before++) {
    const keys = await readKeys(db, workspaceId, before)
    const [first] = keys
    if (first) earlier.push({ origin: parseVkey(first.vkey).name, keys })
  }
  return earlier
}
