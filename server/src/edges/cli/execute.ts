import type { CommandContract, QueryInput, QueryName, QueryOutput } from '@tracedesk/contracts'
import type { z } from 'zod'
import { type Caller, operatorCaller } from '../../command/caller.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { CliError } from './cli-error.ts'
import type { OpenDesk } from './open-desk.ts'

/** Runs a command of the desk as the operator, or as `caller`. A refusal becomes one line and exit code 2. */
export async function execute<C extends CommandContract>(
  desk: OpenDesk,
  contract: C,
  input: z.input<C['input']>,
  caller: Caller = operatorCaller(desk.workspaceId),
): Promise<z.output<C['output']>> {
  const command = desk.node.commandsByName.get(contract.name)
  if (!command) throw new Error(`no handler for ${contract.name}`)
  try {
    // The handler was registered for this contract, so its output is the contract's.
    return (await desk.node.door.execute(command, caller, input)) as z.output<C['output']>
  } catch (error) {
    if (!(error instanceof ConsoleError)) throw error
    const code = error.code.startsWith('database.') ? 3 : 2
    throw new CliError(code, error.code, `${error.code}${describe(error.details)}`, { cause: error })
  }
}

/** Runs a read of the desk as the operator. */
export async function runQuery<N extends QueryName>(
  desk: OpenDesk,
  name: N,
  input: QueryInput<N>,
): Promise<QueryOutput<N>> {
  const query = desk.node.queriesByName.get(name)
  if (!query) throw new Error(`no handler for ${name}`)
  // The handler was registered under this name, so its output is the contract's.
  return (await desk.node.queries.run(query, operatorCaller(desk.workspaceId), input)) as QueryOutput<N>
}

function describe(details: Record<string, unknown>): string {
  const issues = Array.isArray(details.issues) ? (details.issues as { path: string; problem: string }[]) : []
  if (issues.length > 0) return `: ${issues.map(({ path, problem }) => `${path}: ${problem}`).join('; ')}`
  return Object.keys(details).length > 0 ? ` ${JSON.stringify(details)}` : ''
}
