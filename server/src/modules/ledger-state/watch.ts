import {
  defineCommand,
  ledgerVerificationFailed,
  ledgerVerificationStarted,
  ledgerVerificationStopped,
  ledgerVerified,
  stopVerification,
  verifyLedgerNow,
} from '@tracedesk/contracts'
import { z } from 'zod'
import { systemCaller } from '../../command/caller.ts'
import { defineCommandHandler } from '../../command/define.ts'
import type { CommandDoor } from '../../command/execute.ts'
import type { Databases } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { millisOf } from '../../kernel/instant.ts'
import type { Logger } from '../../kernel/log.ts'
import { Rounds } from '../../kernel/rounds.ts'
import type { InstallationSecret } from '../../kernel/secret.ts'
import type { ErasureList } from '../../ledger/erasures.ts'
import { type LedgerReport, verifyLedger } from '../../ledger/verify.ts'
import { readSetting } from '../team/index.ts'

const LOOK_MS = 60_000

const beginVerification = defineCommandHandler(
  defineCommand({
    name: 'ledger.begin_verification',
    access: 'internal',
    summary: 'Record that the scheduled verification began',
    input: z.strictObject({}),
    output: z.strictObject({}),
    records: [ledgerVerificationStarted],
  }),
  {
    handle: async context => {
      context.record(
        ledgerVerificationStarted,
        { cause: 'schedule' },
        { subject: { id: context.workspaceId } },
      )
      return {}
    },
  },
)

const recordResult = defineCommandHandler(
  defineCommand({
    name: 'ledger.record_verification',
    access: 'internal',
    summary: 'Record what verification found',
    input: z.custom<LedgerReport>(),
    output: z.strictObject({}),
    records: [ledgerVerified, ledgerVerificationFailed],
  }),
  {
    handle: async (context, report) => {
      const { size, checkedEntries, verdict, findings, findingCount } = report
      const result = { size, checkedEntries, seconds: Math.round(report.seconds) }
      const subject = { id: context.workspaceId }
      if (verdict === 'ok') context.record(ledgerVerified, result, { subject })
      else {
        const position = findings[0]?.position ?? null
        context.record(
          ledgerVerificationFailed,
          { ...result, verdict, position, findings: findingCount },
          { subject },
        )
      }
      return {}
    },
  },
)

export interface LedgerWatchParts {
  readonly databases: Databases
  readonly door: CommandDoor
  readonly secret: InstallationSecret
  readonly signerFolder: string
  readonly erasures: ErasureList
  /** Witnesses may have private addresses. */
  readonly allowPrivate: boolean
  readonly log: Logger
}

/**
 * Verifies each workspace's ledger by itself, as often as the setting `ledger.verify_hours` says, and whenever
 * somebody asks. One verification at a time on a node, so that the desk stays fast. The result is an entry; a failed
 * one stays on the console until a later one succeeds.
 */
export class LedgerWatch {
  readonly #parts: LedgerWatchParts
  readonly #running = new Map<string, { done: number; of: number; stop: AbortController }>()
  readonly #rounds: Rounds
  #queue: Promise<void> = Promise.resolve()

  constructor(parts: LedgerWatchParts) {
    this.#parts = parts
    this.#rounds = new Rounds({
      everyMs: LOOK_MS,
      work: async () => {
        await this.verifyDue()
        await this.#rememberErasures()
      },
      onError: error =>
        parts.log.warn({ err: error }, 'scheduled verification, or remembering erasures, failed'),
    })
  }

  start(): void {
    this.#rounds.start()
  }

  async stop(): Promise<void> {
    await this.#rounds.stop()
    await this.#queue
  }

  /** How far the verification under way has come; null when none is. */
  progress(workspaceId: string): { done: number; of: number } | null {
    const running = this.#running.get(workspaceId)
    return running ? { done: running.done, of: running.of } : null
  }

  /** Puts a workspace in line. Resolves when its result stands in the log; a second request joins the first. */
  verify(workspaceId: string): Promise<void> {
    if (this.#running.has(workspaceId)) return this.#queue
    this.#running.set(workspaceId, { done: 0, of: 0, stop: new AbortController() })
    this.#queue = this.#queue.then(() => this.#run(workspaceId))
    return this.#queue
  }

  /** As `verify`, but never with what was there before: one that is under way is waited for and another begun. */
  async verifyAnew(workspaceId: string): Promise<void> {
    if (this.#running.has(workspaceId)) await this.#queue
    await this.verify(workspaceId)
  }

  /** Breaks the verification of a workspace off; nothing is decided then. */
  cancel(workspaceId: string): void {
    this.#running.get(workspaceId)?.stop.abort()
  }

  async #run(workspaceId: string): Promise<void> {
    const running = this.#running.get(workspaceId)
    if (!running) return
    const signal = AbortSignal.any([this.#rounds.signal, running.stop.signal])
    const { databases, door, secret, signerFolder, allowPrivate, log } = this.#parts
    try {
      const report = await verifyLedger({
        databases,
        workspaceId,
        secret,
        signerFolder,
        askWitnesses: { allowPrivate },
        signal,
        onProgress: progress => void Object.assign(running, progress),
      })
      if (report.verdict !== 'ok')
        log.error(
          { workspaceId, verdict: report.verdict, findings: report.findings.slice(0, 5) },
          'the ledger is not intact',
        )
      await door.execute(recordResult, systemCaller(workspaceId), report)
    } catch (error) {
      if (!signal.aborted) log.error({ err: error as Error, workspaceId }, 'the ledger could not be verified')
    } finally {
      this.#running.delete(workspaceId)
    }
  }

  /** What other nodes erased, or this one before it died, is added to the list outside the database. */
  async #rememberErasures(): Promise<void> {
    const { databases, erasures } = this.#parts
    for (const { workspace_id } of await databases.read
      .selectFrom('workspace')
      .select('workspace_id')
      .execute())
      await erasures.catchUp(databases.read, workspace_id)
  }

  /** Verifies each workspace whose interval is over, by the given time in milliseconds. */
  async verifyDue(now = Date.now()): Promise<void> {
    const { databases, door } = this.#parts
    for (const { workspace_id: id } of await databases.read
      .selectFrom('workspace')
      .select('workspace_id')
      .execute()) {
      const hours = Number(await readSetting(databases.read, id, 'ledger.verify_hours'))
      const last = await lastStart(databases, id)
      if (hours === 0 || (last && now - millisOf(last) < hours * 3_600_000)) continue
      // whoever records the start first does the work; another node sees the entry at its next look
      await door.execute(beginVerification, systemCaller(id), {})
      await this.verify(id)
    }
  }
}

async function lastStart(databases: Databases, workspaceId: string): Promise<string | null> {
  const row = await databases.read
    .selectFrom('log_entry')
    .select('at')
    .where('workspace_id', '=', workspaceId)
    .where('event', '=', ledgerVerificationStarted.name)
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.at ?? null
}

/** The command with which somebody asks for a verification now. */
export const createVerifyLedgerNow = (watch: () => LedgerWatch) =>
  defineCommandHandler(verifyLedgerNow, {
    handle: async context => {
      if (watch().progress(context.workspaceId)) throw new ConsoleError('ledger.verifying')
      context.record(
        ledgerVerificationStarted,
        { cause: 'request' },
        { subject: { id: context.workspaceId } },
      )
      context.afterCommit(() => void watch().verify(context.workspaceId))
      return {}
    },
  })

/** The command with which somebody stops it. */
export const createStopVerification = (watch: () => LedgerWatch) =>
  defineCommandHandler(stopVerification, {
    handle: async context => {
      const progress = watch().progress(context.workspaceId)
      if (!progress) throw new ConsoleError('ledger.not_verifying')
      context.record(ledgerVerificationStopped, progress, { subject: { id: context.workspaceId } })
      context.afterCommit(() => watch().cancel(context.workspaceId))
      return {}
    },
  })
