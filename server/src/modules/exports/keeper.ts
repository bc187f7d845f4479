import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Caller, may, systemCaller } from '../../command/caller.ts'
import type { Command } from '../../command/define.ts'
import { RecordedRefusal } from '../../command/execute.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { Rounds } from '../../kernel/rounds.ts'
import { readSetting } from '../team/index.ts'
import {
  completeExportCommand,
  createExpireExport,
  createRunSchedule,
  failExportCommand,
} from './commands.ts'
import type { ExportOptions } from './file-writer.ts'
import type { ExportPort, StreamAsk } from './port.ts'
import { exportPath, isStillThere, openFilter, recallCaller, removeFile } from './store.ts'
import { type ExportJob, NOTHING_WRITTEN, type WrittenSoFar, writeExport } from './write-export.ts'

const LOOK_MS = 2_000
const HELD_SECONDS = 20

/** Another node holds the export by now, or it was cancelled. */
class NoLongerOurs extends Error {}

interface Claimed {
  readonly workspaceId: string
  readonly id: string
  readonly caller: Caller
  readonly job: ExportJob
  readonly from: WrittenSoFar
}

/**
 * Writes what was asked for, one file at a time on each node; goes on with what a node left that died; removes what is
 * too old; asks for what is due again. Every write of progress is conditional, so a node that was thought dead stops.
 */
export class ExportKeeper {
  readonly #port: ExportPort
  readonly #expire: Command
  readonly #runSchedule: Command
  readonly #rounds: Rounds

  constructor(port: ExportPort) {
    this.#port = port
    this.#expire = createExpireExport(port) as unknown as Command
    this.#runSchedule = createRunSchedule(port) as unknown as Command
    this.#rounds = new Rounds({
      everyMs: LOOK_MS,
      work: () => this.workOnce(),
      onError: error => {
        if (!(error instanceof NoLongerOurs)) port.log.warn({ err: error }, 'exports wait; tried again soon')
      },
    })
  }

  start(): void {
    this.#rounds.start()
  }

  /** Something may wait. Returns at once. */
  wake(): void {
    this.#rounds.wake()
  }

  /** Stops in the middle of a file; whoever starts next goes on with it. */
  async stop(): Promise<void> {
    await this.#rounds.stop()
  }

  /** Does everything that is due now, in every workspace. */
  async workOnce(): Promise<void> {
    for (const workspaceId of await this.#port.workspaces()) {
      await this.#tidy(workspaceId)
      for (;;) {
        const claimed = this.#rounds.stopped ? null : await this.#claim(workspaceId)
        if (!claimed) break
        await this.#write(claimed)
      }
    }
  }

  async #tidy(workspaceId: string): Promise<void> {
    const { readPool } = this.#port.databases
    const expired = await readPool.query<{ id: string }>(
      "select export_id as id from export where workspace_id = $1 and state = 'done' and expires_at < now() limit 100",
      [workspaceId],
    )
    for (const { id } of expired.rows) await this.#do(this.#expire, workspaceId, { id })
    const due = await readPool.query<{ id: string }>(
      'select schedule_id as id from export_schedule where workspace_id = $1 and next_at <= now() limit 100',
      [workspaceId],
    )
    for (const { id } of due.rows) await this.#do(this.#runSchedule, workspaceId, { id })
  }

  async #do(command: Command, workspaceId: string, input: unknown): Promise<void> {
    try {
      await this.#port.door.execute(command, systemCaller(workspaceId), input)
    } catch (error) {
      // done by another node, or refused on record
      if (!(error instanceof RecordedRefusal) && !(error instanceof ConsoleError)) throw error
    }
  }

  /** Takes the oldest export that nobody holds. */
  async #claim(workspaceId: string): Promise<Claimed | null> {
    const { app, read } = this.#port.databases
    const { rows } = await app.query(
      `with free as (select e.export_id from export e left join export_progress p using (workspace_id, export_id)
         where e.workspace_id = $1 and e.state = 'waiting' and coalesce(p.held_until < clock_timestamp(), true)
         order by e.requested_at limit 1),
       held as (insert into export_progress (workspace_id, export_id, holder, held_until)
         select $1, export_id, $2, clock_timestamp() + make_interval(secs => $3) from free
         on conflict (workspace_id, export_id) do update set holder = excluded.holder, held_until = excluded.held_until
           where export_progress.held_until < clock_timestamp()
         returning *)
       select h.rows as "rows", h.bytes, h.at, h.entry_id as "entryId", h.conversation_id as "conversationId", h.first_position as "firstPosition",
         h.last_position as "lastPosition", e.export_id as id, e.format, e.parts, e.filter, e.query, e.options, e.caller, e.size
       from held h join export e using (workspace_id, export_id)`,
      [workspaceId, this.#port.nodeId, HELD_SECONDS],
    )
    const row = rows[0]
    if (!row) return null
    const caller = recallCaller(row.caller)
    const filter = openFilter(this.#port.secret, workspaceId, row.id, row)
    const rowsMax = Number(await readSetting(read, workspaceId, 'export.max_rows'))
    const ask: Omit<StreamAsk, 'after' | 'order'> = {
      viewer: caller,
      filter,
      parts: row.parts,
      size: row.size,
    }
    const { rows: written, bytes, at, entryId, conversationId, firstPosition, lastPosition } = row
    const path = exportPath(this.#port.folder, workspaceId, row.id, row.format)
    return {
      workspaceId,
      id: row.id,
      caller,
      job: {
        format: row.format,
        options: { ...(row.options as ExportOptions), words: this.#port.words },
        ask,
        path,
        rowsMax,
      },
      from:
        bytes > 0
          ? { rows: written, bytes, at, entryId, conversationId, firstPosition, lastPosition }
          : NOTHING_WRITTEN,
    }
  }

  async #write({ workspaceId, id, caller, job, from }: Claimed): Promise<void> {
    const { door, databases, stream, folder } = this.#port
    const system = systemCaller(workspaceId)
    await mkdir(join(folder, workspaceId), { recursive: true, mode: 0o700 })
    try {
      if (!may(caller, 'export.request') || !(await isStillThere(databases.read, caller)))
        throw new ConsoleError('permission.denied', { permission: 'export.request' })
      const written = await writeExport(stream, job, from, so => this.#note(workspaceId, id, so))
      await door.execute(completeExportCommand, system, { id, ...written })
    } catch (error) {
      if (error instanceof NoLongerOurs) {
        if (!this.#rounds.stopped) await removeIfOver(this.#port, workspaceId, id, job.format)
        return
      }
      if (error instanceof RecordedRefusal) return // cancelled while the last bytes were written
      const code = error instanceof ConsoleError ? error.code : 'internal'
      if (code.startsWith('database.')) throw error // held until its time is over, then tried again
      this.#port.log.warn({ err: error as Error, id }, 'an export could not be written')
      await removeFile(folder, workspaceId, id, job.format)
      await door.execute(failExportCommand, system, { id, code })
    }
  }

  async #note(workspaceId: string, id: string, so: WrittenSoFar): Promise<void> {
    if (this.#rounds.stopped) {
      await this.#release(workspaceId, id, so)
      throw new NoLongerOurs()
    }
    if (!(await this.#renew(workspaceId, id, so, HELD_SECONDS))) throw new NoLongerOurs()
  }

  #release(workspaceId: string, id: string, so: WrittenSoFar): Promise<boolean> {
    return this.#renew(workspaceId, id, so, 0)
  }

  async #renew(workspaceId: string, id: string, so: WrittenSoFar, seconds: number): Promise<boolean> {
    const { rowCount } = await this.#port.databases.app.query(
      `update export_progress set held_until = clock_timestamp() + make_interval(secs => $4), rows = $5, bytes = $6, at = $7,
         entry_id = $8, first_position = $9, last_position = $10,
         conversation_id = $11
       where workspace_id = $1 and export_id = $2 and holder = $3`,
      [
        workspaceId,
        id,
        this.#port.nodeId,
        seconds,
        so.rows,
        so.bytes,
        so.at,
        so.entryId,
        so.firstPosition,
        so.lastPosition,
        so.conversationId,
      ],
    )
    return (rowCount ?? 0) > 0
  }
}

/** The file of an export that was cancelled while we wrote it goes; one that another node writes on stays. */
async function removeIfOver(
  { databases, folder }: ExportPort,
  workspaceId: string,
  id: string,
  format: string,
) {
  const row = await databases.read
    .selectFrom('export')
    .select('state')
    .where('workspace_id', '=', workspaceId)
    .where('export_id', '=', id)
    .executeTakeFirst()
  if (row?.state === 'cancelled') await removeFile(folder, workspaceId, id, format)
}
