import { type CommandContract, commandFailed, commandRefused, permissionRefused } from '@tracedesk/contracts'
import type { CompiledQuery } from 'kysely'
import type pg from 'pg'
import type { z } from 'zod'
import { bindTx, type Databases } from '../db/database.ts'
import { ConsoleError } from '../kernel/console-error.ts'
import type { Logger } from '../kernel/log.ts'
import type { InstallationSecret } from '../kernel/secret.ts'
import type { Appender } from '../ledger/append.ts'
import { type Caller, may } from './caller.ts'
import { explainDatabaseError, isVerdict, isWorthRetrying } from './database-errors.ts'
import type { Command } from './define.ts'
import { forgetAnswer, keepAnswer, recallAnswer } from './idempotency.ts'
import { RecordedRefusal } from './recorded-refusal.ts'
import { CommandSession } from './session.ts'
import { begin, endTransaction, rollBack } from './transaction.ts'

export { RecordedRefusal } from './recorded-refusal.ts'

export interface ExecuteOptions {
  readonly idempotencyKey?: string | undefined
  /** The entry that led to this command. */
  readonly causedBy?: string | undefined
}

/** How often a command comes again when another one crossed it. The last time it takes any order of times. */
const ATTEMPTS = 12

/** The only door through which anything changes (DESIGN promise 1). */
export class CommandDoor {
  readonly #databases: Databases
  readonly #appender: Appender
  readonly #log: Logger
  readonly #sealKey: Buffer
  readonly #wake: (workspaceId: string) => void

  constructor(parts: {
    databases: Databases
    appender: Appender
    log: Logger
    secret: InstallationSecret
    wake: (workspaceId: string) => void
  }) {
    this.#databases = parts.databases
    this.#appender = parts.appender
    this.#log = parts.log
    this.#sealKey = parts.secret.key('idempotency')
    this.#wake = parts.wake
  }

  /**
   * Runs a command: parse, authorise, open the transaction, handle, append the entries, commit. Throws ConsoleError
   * for whatever the caller can act on; such refusals, and failures on our side, are entries of their own.
   */
  async execute<C extends CommandContract>(
    command: Command<C>,
    caller: Caller,
    rawInput: unknown,
    options: ExecuteOptions = {},
  ): Promise<z.output<C['output']>> {
    try {
      const input = this.#admit(command, caller, rawInput)
      const prepared = command.prepare ? await command.prepare(input, caller) : undefined
      for (let attempt = 1; ; attempt++) {
        try {
          return await this.#run(command, caller, input, prepared, options, attempt)
        } catch (error) {
          if (attempt >= ATTEMPTS || !isWorthRetrying(error)) throw error
        }
      }
    } catch (error) {
      const known = explainDatabaseError(error)
      await this.#recordRefusal(command.contract, caller, rawInput, known, options)
      throw known
    }
  }

  /**
   * Runs an internal command once for each input, in their order, in one transaction: one commit for all of them. An
   * input that turns out to be dealt with already (RecordedRefusal, before anything changed) is passed over. Whatever
   * else goes wrong undoes all of it, is thrown, and is not recorded: the caller then runs each input by itself.
   */
  async executeTogether<C extends CommandContract>(
    command: Command<C>,
    caller: Caller,
    rawInputs: readonly unknown[],
  ): Promise<void> {
    const inputs = rawInputs.map(input => this.#admit(command, caller, input))
    const client = await this.#databases.app.connect()
    let broken = false
    try {
      const { workspaceId } = caller
      const now = await begin(client)
      const tx = bindTx(client)
      const session = new CommandSession(tx, caller, command.contract, workspaceId, now, null, true)
      for (const input of inputs) await handleOneOfMany(command, session, input)
      if (session.drafts.length === 0) {
        await client.query('rollback')
        return
      }
      await this.#commit(client, session, 1)
      for (const action of session.afterwards) action()
      this.#wake(workspaceId)
    } catch (error) {
      broken = !(await rollBack(client))
      throw error
    } finally {
      client.release(broken)
    }
  }

  #admit<C extends CommandContract>(
    command: Command<C>,
    caller: Caller,
    rawInput: unknown,
  ): z.output<C['input']> {
    if (!may(caller, command.contract.permission))
      throw new ConsoleError('permission.denied', { permission: command.contract.permission })
    const parsed = command.contract.input.safeParse(rawInput)
    if (parsed.success) return parsed.data as z.output<C['input']>
    const issues = parsed.error.issues.map(issue => ({ path: issue.path.join('.'), problem: issue.message }))
    throw new ConsoleError('input.invalid', { issues })
  }

  async #run<C extends CommandContract>(
    command: Command<C>,
    caller: Caller,
    input: z.output<C['input']>,
    prepared: unknown,
    options: ExecuteOptions,
    attempt: number,
  ): Promise<z.output<C['output']>> {
    const workspaceId =
      caller.workspaceId || ((await command.findWorkspace?.(this.#databases.read, input)) ?? '')
    const client = await this.#databases.app.connect()
    let broken = false
    try {
      const now = await begin(client)
      const session = new CommandSession(
        bindTx(client),
        caller,
        command.contract,
        workspaceId,
        now,
        options.causedBy ?? null,
        attempt === 1,
      )
      const recalled = await recallAnswer(
        session.tx,
        caller,
        command.contract.name,
        input,
        options.idempotencyKey,
        this.#sealKey,
      )
      if (recalled) {
        await client.query('rollback')
        return recalled.answer as z.output<C['output']>
      }
      const output = command.contract.output.parse(
        await command.handle(session, input, prepared as never),
      ) as z.output<C['output']>
      // a refusal that is committed with its entry answers nothing: the key may come again, with another input
      const key = options.idempotencyKey
      const answer = session.refusal
        ? forgetAnswer(caller, key)
        : keepAnswer(caller, key, output, this.#sealKey)
      await this.#commit(client, session, attempt, answer)
      for (const action of session.afterwards) action()
      this.#wake(session.workspaceId)
      if (session.refusal) throw session.refusal
      return output
    } catch (error) {
      broken = !(await rollBack(client))
      throw error
    } finally {
      client.release(broken)
    }
  }

  async #commit(
    client: pg.PoolClient,
    session: CommandSession,
    attempt: number,
    answer: CompiledQuery | null = null,
  ): Promise<void> {
    if (session.drafts.length === 0)
      throw new Error(`${session.contract.name} changed something and recorded nothing`)
    const { statement, ...appended } = await this.#appender.prepare(
      session.tx,
      session.workspaceId,
      session.drafts,
      session.now,
      session.chains,
      attempt >= ATTEMPTS,
    )
    const { failure, ended } = await endTransaction(client, answer ? [answer, statement] : [statement])
    if (ended.status === 'fulfilled' && ended.value.command === 'COMMIT') return appended.committed()
    if (ended.status === 'rejected' && !isVerdict(ended.reason)) appended.inDoubt()
    else appended.rolledBack()
    if (failure) throw failure.reason
    throw ended.status === 'rejected' ? ended.reason : new Error('the transaction was rolled back')
  }

  /** A refusal is a fact too. It stands in a transaction of its own, after the refused one has gone. */
  async #recordRefusal(
    contract: CommandContract,
    caller: Caller,
    rawInput: unknown,
    error: unknown,
    options: ExecuteOptions,
  ): Promise<void> {
    if (!caller.workspaceId || error instanceof RecordedRefusal) return
    const code = error instanceof ConsoleError ? error.code : 'internal'
    if (code.startsWith('database.')) return // there is nowhere to write it
    const subject = contract.subject(rawInput)
    const { event, data } = describeRefusal(contract, error)
    for (let attempt = 1; ; attempt++) {
      const client = await this.#databases.app.connect()
      try {
        const now = await begin(client)
        const { workspaceId } = caller
        const causedBy = options.causedBy ?? null
        const session = new CommandSession(
          bindTx(client),
          caller,
          contract,
          workspaceId,
          now,
          causedBy,
          false,
        )
        await session.recordRefusal(event, data, subject)
        await this.#commit(client, session, attempt)
        return this.#wake(workspaceId)
      } catch (failure) {
        await rollBack(client)
        if (attempt < ATTEMPTS && isWorthRetrying(failure)) continue
        this.#log.error(
          { err: failure as Error, command: contract.name, code },
          'a refusal could not be recorded',
        )
        throw failure
      } finally {
        client.release()
      }
    }
  }
}

/** Handles one of several inputs of a transaction. */
async function handleOneOfMany<C extends CommandContract>(
  command: Command<C>,
  session: CommandSession,
  input: z.output<C['input']>,
): Promise<void> {
  const before = session.drafts.length
  try {
    await command.handle(session, input, undefined as never)
  } catch (error) {
    // thrown before anything was recorded, and so before anything changed: the commit check would find it otherwise
    if (error instanceof RecordedRefusal && session.drafts.length === before) return
    throw error
  }
  if (session.refusal) throw session.refusal
  if (session.drafts.length === before)
    throw new Error(`${command.contract.name} changed something and recorded nothing`)
}

/** The entry of a command that was refused, or that failed on our side. */
function describeRefusal(contract: CommandContract, error: unknown) {
  const { name, permission } = contract
  const code = error instanceof ConsoleError ? error.code : 'internal'
  if (code === 'permission.denied')
    return { event: permissionRefused, data: { name, permission: permission ?? '' } }
  return { event: error instanceof ConsoleError ? commandRefused : commandFailed, data: { name, code } }
}
