import { defineCommand, permissionRefused } from '@tracedesk/contracts'
import { z } from 'zod'
import type { ReadDb } from '../db/database.ts'
import { ConsoleError } from '../kernel/console-error.ts'
import { type Caller, may } from './caller.ts'
import { explainDatabaseError } from './database-errors.ts'
import { type Disclosure, defineCommandHandler, type Query, type Shown } from './define.ts'
import type { CommandDoor } from './execute.ts'

/** A refused read is a fact like a refused command. */
const refuseRead = defineCommandHandler(
  defineCommand({
    name: 'permission.refuse',
    access: 'internal',
    summary: 'Record a refused read',
    input: z.strictObject({ name: z.string(), permission: z.string() }),
    output: z.strictObject({}),
    records: [permissionRefused],
  }),
  {
    handle: async (context, input) => {
      context.record(permissionRefused, input, { subject: { id: input.name } })
      return {}
    },
  },
)

export interface QueryRunnerPort {
  readonly db: ReadDb
  readonly door: CommandDoor
  /** Records what a read disclosed of the log; skipped where the workspace switched read logging off. */
  readonly recordView: (caller: Caller, query: string, disclosure: Disclosure) => Promise<void>
  /** Notes, and as the workspace wishes records, which messages of a customer a read showed. */
  readonly recordShown: (caller: Caller, shown: Shown) => Promise<void>
}

/**
 * Runs a read: parse, authorise, handle with a handle that cannot write, record what it disclosed, answer. When the
 * record cannot be made there is no answer.
 */
export class QueryRunner {
  readonly #port: QueryRunnerPort

  constructor(port: QueryRunnerPort) {
    this.#port = port
  }

  /** Refuses the read called `name`, and records that. Throws ConsoleError `permission.denied`. */
  async refuse(caller: Caller, name: string, permission: string): Promise<never> {
    if (caller.workspaceId)
      await this.#port.door.execute(refuseRead, { ...caller, permissions: 'all' }, { name, permission })
    throw new ConsoleError('permission.denied', { permission })
  }

  async run(query: Query, caller: Caller, rawInput: unknown): Promise<unknown> {
    const { contract } = query
    if (!may(caller, contract.permission)) await this.refuse(caller, contract.name, contract.permission ?? '')
    const parsed = contract.input.safeParse(rawInput)
    if (!parsed.success)
      throw new ConsoleError('input.invalid', {
        issues: parsed.error.issues.map(issue => ({ path: issue.path.join('.'), problem: issue.message })),
      })
    const disclosures: Disclosure[] = []
    const shown: Shown[] = []
    try {
      const answer = contract.output.parse(
        await query.handle(
          {
            db: this.#port.db,
            caller,
            disclose: disclosure => disclosures.push(disclosure),
            show: each => shown.push(each),
          },
          parsed.data,
        ),
      )
      for (const disclosure of disclosures) await this.#port.recordView(caller, contract.name, disclosure)
      for (const each of shown) await this.#port.recordShown(caller, each)
      return answer
    } catch (error) {
      throw explainDatabaseError(error)
    }
  }
}
