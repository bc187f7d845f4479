import { formatTrustFile } from '@tracedesk/proof/node'
import { readTrustFile } from '../../modules/anchors/index.ts'
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
      const trust = await readTrustFile(desk.node.databases.read, desk.workspaceId)
      if (!trust) throw new CliError(3, 'ledger.missing', 'This workspace has no ledger.')
      const text = formatTrustFile(trust)
      invocation.say(text.trimEnd())
      return { exitCode: 0, json: JSON.parse(text) }
    } finally {
      await desk.close()
    }
  },
}
