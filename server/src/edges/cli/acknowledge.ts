import { acknowledgeFindings } from '@tracedesk/contracts'
import { CliError } from './cli-error.ts'
import { type CliCommand, optional, required } from './command.ts'
import { execute, runQuery } from './execute.ts'
import { openDesk } from './open-desk.ts'

export const acknowledgeCommand: CliCommand = {
  name: 'acknowledge',
  synopsis: 'acknowledge (--entry ID | --all) --reason TEXT [--workspace ID]',
  summary: 'take note of forged rows that were put aside, on record; everything else verify finds stays',
  options: {
    entry: { type: 'string' },
    all: { type: 'boolean' },
    reason: { type: 'string' },
    workspace: { type: 'string' },
  },
  run: async invocation => {
    const wanted = invocation.options.all ? undefined : required(invocation, 'entry').toLowerCase()
    const reason = required(invocation, 'reason')
    const desk = await openDesk(invocation.env, optional(invocation, 'workspace'))
    try {
      const { items } = await runQuery(desk, 'ledger.findings', {})
      const findings = items
        .filter(item => item.acknowledgement === null && (wanted === undefined || item.entryId === wanted))
        .map(({ entryId, rejectedAt }) => ({ entryId, rejectedAt }))
      if (findings.length === 0)
        throw new CliError(
          2,
          'ledger.finding_not_found',
          'There is no such row put aside that nobody took note of.',
        )
      const { acknowledged } = await execute(desk, acknowledgeFindings, { findings, reason })
      await desk.node.watch.verify(desk.workspaceId) // the one that the command asked for
      await desk.settle()
      const { verification } = await runQuery(desk, 'ledger.state', {})
      const verdict = verification.last?.verdict ?? null
      invocation.say(`Taken note of ${acknowledged}. Verified anew: ${verdict ?? 'not finished'}.`)
      return { exitCode: verdict === 'ok' ? 0 : 1, json: { acknowledged, verdict } }
    } finally {
      await desk.close()
    }
  },
}
