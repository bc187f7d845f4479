import { basename } from 'node:path'
import { type ImportMapping, importProgressed } from '@tracedesk/contracts'
import type pg from 'pg'
import type { Caller } from '../../command/caller.ts'
import { isWorthRetrying } from '../../command/database-errors.ts'
import type { CommandDoor } from '../../command/execute.ts'
import { bindTx, type Databases } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import type { Appender } from '../../ledger/append.ts'
import { BulkAppender } from '../../ledger/bulk.ts'
import type { EntryDraft } from '../../ledger/draft.ts'
import type { NodeCounter } from '../../ledger/node-counter.ts'
import type { Sequencer } from '../../ledger/sequencer.ts'
import type { SubjectKeys } from '../../ledger/subject-keys.ts'
import { importBotId } from '../conversations/index.ts'
import { completeImport, resumeImportCommand, startImport } from './commands.ts'
import { type AgentMapping, Directory } from './directory.ts'
import { fingerprintFile, readLines } from './file-lines.ts'
import { readMappedLines } from './mapped-lines.ts'
import { digestOfMapping } from './mappings.ts'
import { type PreparedBatch, type PreparePorts, prepareBatch, rollBack } from './prepare.ts'
import { RejectsFile } from './rejects.ts'
import { StaleStateError } from './state-rows.ts'

/** Lines a batch: large enough that its fixed costs vanish, small enough that other entries wait well under a second. */
const BATCH_LINES = 5_000
/** A batch that somebody came between is tried again in ever smaller ones: the smaller, the shorter the time for that. */
const ATTEMPT_LINES = [BATCH_LINES, 1_000, 200, 50, 50, 50, 50, 50]
/** After so many small batches large ones get another chance. */
const SMALL_BATCHES = 10

/** What an importer works with; a node has all of it. */
export interface ImportPorts {
  readonly databases: Databases
  readonly door: CommandDoor
  readonly appender: Appender
  readonly keys: SubjectKeys
  readonly counter: NodeCounter
  readonly sequencer: Pick<Sequencer, 'moveWaiting'>
}

export interface ImportOptions {
  readonly file: string
  /** Where the rejects file goes. */
  readonly folder: string
  readonly caller: Caller
  /** How rows become lines; absent: the file is tracedesk-ndjson, or the import goes on as it was begun. */
  readonly mapping?: ImportMapping | undefined
  /** An import that somebody stopped stays stopped. */
  readonly leaveStopped?: boolean
  /** Outside agent key → the seat of somebody who is here. */
  readonly agents?: AgentMapping
  readonly onProgress?: (progress: ImportProgress) => void
  /** Ends the import after the batch under way; it can be gone on with later. */
  readonly signal?: AbortSignal
}

export interface ImportProgress {
  readonly importId: string
  /** The last line of the file that is done with. */
  readonly lines: number
  readonly imported: number
  readonly rejected: number
}

export interface ImportResult extends ImportProgress {
  /** `known`: this very file was imported before, nothing was added. `interrupted`: to be gone on with. */
  readonly state: 'completed' | 'known' | 'interrupted'
  readonly repeated: number
  /** Where the rejected lines are named; null when there are none. */
  readonly rejectsFile: string | null
}

export const IMPORT_FORMATS = ['tracedesk-ndjson', 'csv', 'xes'] as const

/**
 * Takes a file of history into the ledger and the desk: every good line, or every row by its mapping, one entry. The
 * same file again adds nothing; one that broke off goes on where its last committed batch ended, by the mapping it was
 * begun with. Throws what the file system says about the file, `import.mapping_differs`, `input.invalid` for a mapping
 * that cannot be used, and what the database says when it does not come to a batch even after several attempts.
 */
export async function importFile(ports: ImportPorts, options: ImportOptions): Promise<ImportResult> {
  const { sha256, bytes } = await fingerprintFile(options.file)
  const { workspaceId } = options.caller
  const known = await findRun(ports.databases, workspaceId, sha256)
  if (known?.state === 'completed')
    return { ...progressOf(known), state: 'known', imported: 0, repeated: known.imported, rejectsFile: null }
  if (known && options.mapping && !isSameMapping(known.mapping, options.mapping))
    throw new ConsoleError('import.mapping_differs', { importId: known.importId })
  if (known?.state === 'stopped' && !options.leaveStopped)
    await ports.door.execute(resumeImportCommand, options.caller, { id: known.importId as never }) // branded id
  const { importId } = known ?? (await start(ports, options, sha256, bytes))
  // the column holds what the contract's schema made
  const mapping = known ? ((known.mapping as ImportMapping | null) ?? undefined) : options.mapping
  return new ImportRun(ports, { ...options, mapping }, importId).run()
}

/** Whether what a run keeps is the mapping that was given; null where the file needs none. */
export const isSameMapping = (kept: unknown, given: ImportMapping | null): boolean =>
  kept === null || given === null
    ? kept === given
    : digestOfMapping(kept as ImportMapping) === digestOfMapping(given) // as above

async function start(ports: ImportPorts, options: ImportOptions, sha256: Buffer, bytes: number) {
  return ports.door.execute(startImport, options.caller, {
    format: options.mapping?.format ?? IMPORT_FORMATS[0],
    mapping: options.mapping ?? null,
    fileSha256: sha256.toString('hex'),
    bytes,
    fileName: basename(options.file).toWellFormed(),
  })
}

const progressOf = ({ importId, lines, imported, rejected }: Run): ImportProgress => ({
  importId,
  lines,
  imported,
  rejected,
})

type Run = ImportProgress & {
  readonly state: string
  readonly repeated: number
  readonly mapping: unknown
}

async function findRun(databases: Databases, workspaceId: string, sha256: Buffer): Promise<Run | undefined> {
  return databases.read
    .selectFrom('import_run')
    .select([
      'import_id as importId',
      'state',
      'done_lines as lines',
      'imported',
      'repeated',
      'rejected',
      'mapping',
    ])
    .where('workspace_id', '=', workspaceId)
    .where('file_sha256', '=', sha256)
    .executeTakeFirst()
}

class ImportRun {
  readonly #ports: ImportPorts
  readonly #options: ImportOptions
  readonly #workspaceId: string
  readonly #importId: string
  readonly #directory: Directory
  readonly #bulk: BulkAppender
  #committing: Promise<void> = Promise.resolve()
  #commits = 0
  /** As the database has it. */
  #progress: ImportProgress
  #rejects!: RejectsFile

  constructor(ports: ImportPorts, options: ImportOptions, importId: string) {
    this.#ports = ports
    this.#options = options
    this.#workspaceId = options.caller.workspaceId
    this.#importId = importId
    this.#directory = new Directory(ports.databases.read, this.#workspaceId, options.agents ?? new Map())
    this.#bulk = new BulkAppender(ports.databases, ports.sequencer)
    this.#progress = { importId, lines: 0, imported: 0, rejected: 0 }
  }

  async run(): Promise<ImportResult> {
    for (let attempt = 0, finished = false; !finished; ) {
      const { state, ...progress } = await this.#readProgress()
      this.#progress = progress
      if (state !== 'running') return this.#result(state === 'stopped' ? 'interrupted' : 'completed')
      const before = this.#progress.lines
      this.#rejects = new RejectsFile(this.#options.folder, this.#importId, before)
      try {
        finished = await this.#pass(ATTEMPT_LINES[attempt] ?? BATCH_LINES)
        attempt = 0
      } catch (error) {
        if (!isTransient(error)) throw error
        // Whatever was thought of the state is worth nothing now: begin again behind the last batch that stands.
        this.#directory.forget()
        this.#bulk.forget()
        attempt = this.#progress.lines > before ? 1 : attempt + 1
        if (attempt >= ATTEMPT_LINES.length) throw error
      }
    }
    if (this.#options.signal?.aborted) return this.#result('interrupted')
    await this.#ports.door.execute(completeImport, this.#options.caller, { importId: this.#importId })
    return this.#result('completed')
  }

  #result(state: ImportResult['state']): ImportResult {
    const rejectsFile = this.#progress.rejected > 0 ? this.#rejects.path : null
    return { ...this.#progress, state, repeated: 0, rejectsFile }
  }

  /**
   * Prepares each batch while the one before it is being committed. True when the file is at its end (or the import is
   * to stop); false when a pass of small batches has done its part.
   */
  async #pass(batchLines: number): Promise<boolean> {
    const most = batchLines === BATCH_LINES ? Number.POSITIVE_INFINITY : SMALL_BATCHES
    let after = this.#progress.lines
    let batches = 0
    try {
      for await (const batch of this.#read(after, batchLines)) {
        if (this.#options.signal?.aborted) return true
        if (++batches > most) return false
        if (this.#directory.isLarge) {
          await this.#committing
          this.#directory.forget()
        }
        const prepared = await prepareBatch(this.#preparePorts(), batch.lines, batch.last)
        await this.#bulk.makeRoom(prepared.entries)
        await this.#committing
        this.#committing = this.#commit(prepared, after)
        this.#committing.catch(() => {}) // awaited before the next batch, or below
        after = batch.last
      }
      return true
    } finally {
      const last = this.#committing
      this.#committing = Promise.resolve()
      await last
    }
  }

  #read(after: number, size: number) {
    const { file, mapping } = this.#options
    return mapping ? readMappedLines(file, mapping, after, size) : readLines(file, after, size)
  }

  #preparePorts(): PreparePorts {
    return {
      ...this.#ports,
      directory: this.#directory,
      workspaceId: this.#workspaceId,
      importId: this.#importId,
      botId: importBotId(this.#workspaceId),
      nodeId: this.#ports.counter.nodeId,
    }
  }

  async #readProgress(): Promise<ImportProgress & { state: string }> {
    return this.#ports.databases.read
      .selectFrom('import_run')
      .select(['import_id as importId', 'state', 'done_lines as lines', 'imported', 'rejected'])
      .where('workspace_id', '=', this.#workspaceId)
      .where('import_id', '=', this.#importId)
      .executeTakeFirstOrThrow()
  }

  /** One transaction: entries, state, progress. Either all of the batch stands afterwards or nothing of it. */
  async #commit(batch: PreparedBatch, after: number): Promise<void> {
    this.#rejects.add(batch.rejections)
    const client = await this.#ports.databases.ledger.connect()
    let broken: Error | undefined
    try {
      await client.query('begin')
      await this.#moveOn(client, batch, after)
      await batch.rows.lock(client)
      await batch.rows.send(client)
      const recorded = await this.#recordProgress(client, batch)
      try {
        await this.#bulk.append(client, batch.entries)
        const { command } = await client.query('commit')
        if (command !== 'COMMIT') throw new Error('the transaction was rolled back')
      } catch (error) {
        recorded.rolledBack()
        throw error
      }
      recorded.committed()
    } catch (error) {
      broken = await rollBack(client)
      throw error
    } finally {
      client.release(broken)
    }
    this.#progress = {
      importId: this.#importId,
      lines: batch.lastLine,
      imported: this.#progress.imported + batch.imported,
      rejected: this.#progress.rejected + batch.rejections.length,
    }
    this.#options.onProgress?.(this.#progress)
    if (isPowerOfFour(++this.#commits))
      await this.#ports.databases.ledger.query('select refresh_import_statistics()')
  }

  /** Another process may be importing the same file: whoever finds the progress where they left it goes on. */
  async #moveOn(client: pg.PoolClient, batch: PreparedBatch, after: number): Promise<void> {
    const moved = await client.query(
      `update import_run set done_lines = $3, imported = imported + $4, rejected = rejected + $5
       where workspace_id = $1 and import_id = $2 and state = 'running' and done_lines = $6`,
      [this.#workspaceId, this.#importId, batch.lastLine, batch.imported, batch.rejections.length, after],
    )
    if (moved.rowCount !== 1) throw new StaleStateError('somebody else is importing this file')
  }

  #recordProgress(client: pg.PoolClient, batch: PreparedBatch) {
    const { caller } = this.#options
    const draft: EntryDraft = {
      id: newId(),
      event: importProgressed,
      outcome: 'done',
      at: batch.recordedAt,
      actor: caller.actor,
      causedBy: this.#importId,
      subject: { kind: 'import', id: this.#importId },
      conversationId: null,
      customerId: null,
      botId: null,
      agents: [],
      departments: [],
      data: { doneLines: batch.lastLine, imported: batch.imported, rejected: batch.rejections.length },
      parts: {},
      reasonCode: null,
      via: caller.via,
    }
    return this.#ports.appender.append(bindTx(client), this.#workspaceId, [draft], batch.recordedAt)
  }
}

/** When tables have grown fourfold their statistics are renewed: after 1, 4, 16 … batches. */
const isPowerOfFour = (count: number): boolean => Number.isInteger(Math.log2(count) / 2)

/** The database undid the batch, or somebody was faster: trying again can succeed. 23505: a row has come in between. */
const isTransient = (error: unknown): boolean =>
  error instanceof StaleStateError ||
  isWorthRetrying(error) ||
  (typeof error === 'object' && error !== null && 'code' in error && error.code === '23505')
