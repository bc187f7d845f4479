import { mkdir } from 'node:fs/promises'
import { RULE_IDS } from '@tracedesk/contracts'
import { type Caller, ruleCaller } from '../../command/caller.ts'
import type { Command } from '../../command/define.ts'
import { RecordedRefusal } from '../../command/execute.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { Rounds } from '../../kernel/rounds.ts'
import { createRequestArchive, failArchiveCommand, finishArchiveCommand } from './commands.ts'
import type { ArchiveFile } from './manifest.ts'
import type { ArchivePort, PositionRange } from './port.ts'
import { openMonths } from './queries.ts'
import { readPolicy } from './store.ts'
import { type ArchiveJob, planArchive, type WrittenSoFar, writeArchive } from './write-archive.ts'

const LOOK_MS = 5_000
/** The policy is looked at so often. */
const POLICY_MS = 60_000
/** A bundle is written, put, fetched and verified between two notes. */
const HELD_SECONDS = 120
/** A store that is away may come back: tried again after growing pauses, then somebody has to look. */
const ATTEMPTS_MAX = 5

/** Another node holds it by now, or somebody stopped it. */
class NoLongerOurs extends Error {}

interface Claimed {
  readonly job: ArchiveJob
  readonly attempts: number
  readonly plan: readonly PositionRange[] | null
  readonly files: readonly ArchiveFile[]
}

/**
 * Writes what waits, a month at a time on each node, and asks for what the policy says is due. Goes on, file by file,
 * with what a node left that died; every note of progress is conditional, so a node that was thought dead stops.
 */
export class ArchiveKeeper {
  readonly #port: ArchivePort
  readonly #request: Command
  readonly #rounds: Rounds
  #askAt = 0

  constructor(port: ArchivePort) {
    this.#port = port
    this.#request = createRequestArchive(port, () => {}) as unknown as Command
    this.#rounds = new Rounds({
      everyMs: LOOK_MS,
      work: () => this.workOnce(),
      onError: error => port.log.warn({ err: error }, 'the archive waits; tried again soon'),
    })
  }

  start(): void {
    if (this.#port.archive) this.#rounds.start()
  }

  /** Something may wait. Returns at once. */
  wake(): void {
    if (this.#port.archive) this.#rounds.wake()
  }

  /** Stops between two files; whoever starts next goes on there. */
  async stop(): Promise<void> {
    await this.#rounds.stop()
  }

  /** Asks for what is due and writes everything that waits, in every workspace. */
  async workOnce(): Promise<void> {
    for (const workspaceId of await this.#port.workspaces()) {
      if (performance.now() >= this.#askAt) await this.askForDue(workspaceId)
      for (;;) {
        const claimed = this.#rounds.stopped ? null : await this.#claim(workspaceId)
        if (!claimed) break
        await this.#write(claimed)
      }
    }
    if (performance.now() >= this.#askAt) this.#askAt = performance.now() + POLICY_MS
  }

  /** Asks for the months that the policy says are due. */
  async askForDue(workspaceId: string): Promise<void> {
    const { databases, door } = this.#port
    const policy = await readPolicy(databases.read, workspaceId)
    if (!policy?.enabled) return
    for (const { month } of await openMonths(databases.read, workspaceId, policy.afterDays)) {
      const open = await databases.read
        .selectFrom('archive')
        .select('archive_id')
        .where('workspace_id', '=', workspaceId)
        .where('month', '=', `${month}-01`)
        .where('state', '<>', 'done')
        .executeTakeFirst()
      if (open) continue // under way, or stopped or failed: then somebody says when to go on
      try {
        await door.execute(this.#request, callerOf(workspaceId), { month })
      } catch (error) {
        if (!(error instanceof RecordedRefusal) && !(error instanceof ConsoleError)) throw error
      }
    }
  }

  /** Takes the oldest month that waits and that nobody holds. */
  async #claim(workspaceId: string): Promise<Claimed | null> {
    const { rows } = await this.#port.databases.app.query<{
      id: string
      month: string
      since: number
      size: number
      withParts: boolean
      lockDays: number | null
      attempts: number
      plan: PositionRange[] | null
      files: ArchiveFile[]
    }>(
      `with w as (select archive_id from archive a where workspace_id = $1 and state = 'waiting'
           and not exists (select from archive_progress p where p.workspace_id = a.workspace_id
             and p.archive_id = a.archive_id and p.held_until >= clock_timestamp())
         order by requested_at, archive_id limit 1),
       h as (insert into archive_progress (workspace_id, archive_id, holder, held_until)
           select $1, archive_id, $2, clock_timestamp() + make_interval(secs => $3) from w
         on conflict (workspace_id, archive_id) do update set holder = excluded.holder, held_until = excluded.held_until
           where archive_progress.held_until < clock_timestamp()
         returning *)
       select a.archive_id as id, to_char(a.month, 'YYYY-MM') as month, a.since, a.size, a.with_parts as "withParts",
         a.lock_days as "lockDays", h.attempts, h.plan, h.files
       from h join archive a using (workspace_id, archive_id)`,
      [workspaceId, this.#port.nodeId, HELD_SECONDS],
    )
    const [row] = rows
    if (!row) return null
    const { attempts, plan, files, ...job } = row
    return { job: { workspaceId, ...job }, attempts, plan, files }
  }

  async #write({ job, attempts, plan: planned, files }: Claimed): Promise<void> {
    const { databases, door, scratch } = this.#port
    const caller = callerOf(job.workspaceId)
    await mkdir(scratch, { recursive: true, mode: 0o700 })
    try {
      const plan = planned ?? (await planArchive(databases.read, job))
      const sofar = { plan, files }
      await this.#note(job, sofar)
      const written = await writeArchive(this.#port, job, caller, sofar, so => this.#note(job, so))
      await door.execute(finishArchiveCommand, caller, { archiveId: job.id, written })
    } catch (error) {
      if (error instanceof NoLongerOurs || error instanceof RecordedRefusal) return
      await this.#failed(job, attempts + 1, error as Error)
    }
  }

  /** Tries again later, or records that somebody has to look. */
  async #failed(job: ArchiveJob, attempts: number, error: Error): Promise<void> {
    this.#port.log.warn({ err: error, month: job.month, attempts }, 'a month could not be archived')
    const code =
      error instanceof ConsoleError
        ? error.code
        : error.name === 'NotVerified'
          ? 'archive.not_verified'
          : 'archive.unreadable'
    if (attempts < ATTEMPTS_MAX && !(error instanceof ConsoleError)) {
      await this.#port.databases.app.query(
        `update archive_progress set attempts = $4, held_until = clock_timestamp() + make_interval(secs => $5)
         where workspace_id = $1 and archive_id = $2 and holder = $3`,
        [job.workspaceId, job.id, this.#port.nodeId, attempts, 10 * 3 ** attempts],
      )
      return
    }
    try {
      await this.#port.door.execute(failArchiveCommand, callerOf(job.workspaceId), {
        archiveId: job.id,
        code,
      })
      await this.#release(job)
    } catch (refusal) {
      if (!(refusal instanceof RecordedRefusal)) throw refusal
    }
  }

  async #note(job: ArchiveJob, { plan, files }: WrittenSoFar): Promise<void> {
    const { rowCount } = await this.#port.databases.app.query(
      `update archive_progress p set held_until = clock_timestamp() + make_interval(secs => $4), plan = $5, files = $6
       from archive a where p.workspace_id = $1 and p.archive_id = $2 and p.holder = $3
         and a.workspace_id = p.workspace_id and a.archive_id = p.archive_id and a.state = 'waiting'`,
      [
        job.workspaceId,
        job.id,
        this.#port.nodeId,
        this.#rounds.stopped ? 0 : HELD_SECONDS,
        JSON.stringify(plan),
        JSON.stringify(files),
      ],
    )
    if ((rowCount ?? 0) === 0) {
      await this.#keepFiles(job, { plan, files })
      throw new NoLongerOurs()
    }
    if (this.#rounds.stopped) throw new NoLongerOurs()
  }

  /** Somebody stopped it: what is written stays, so that going on begins there; nobody holds it. */
  async #keepFiles(job: ArchiveJob, { plan, files }: WrittenSoFar): Promise<void> {
    await this.#port.databases.app.query(
      `update archive_progress set held_until = clock_timestamp(), plan = $4, files = $5
       where workspace_id = $1 and archive_id = $2 and holder = $3`,
      [job.workspaceId, job.id, this.#port.nodeId, JSON.stringify(plan), JSON.stringify(files)],
    )
  }

  async #release(job: ArchiveJob): Promise<void> {
    await this.#port.databases.app.query(
      `update archive_progress set held_until = clock_timestamp() where workspace_id = $1 and archive_id = $2 and holder = $3`,
      [job.workspaceId, job.id, this.#port.nodeId],
    )
  }
}

const callerOf = (workspaceId: string): Caller => ruleCaller(workspaceId, RULE_IDS.archive)
