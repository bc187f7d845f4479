import { type ImportMapping, importResumed, runImport } from '@tracedesk/contracts'
import { systemCaller } from '../../command/caller.ts'
import { type Command, type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { RecordedRefusal } from '../../command/execute.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import type { Logger } from '../../kernel/log.ts'
import { Rounds } from '../../kernel/rounds.ts'
import { beginImport, createResumeImport, stopImportCommand } from './commands.ts'
import { fingerprintFile } from './file-lines.ts'
import { type ImportPorts, importFile, isSameMapping } from './import-file.ts'
import { createRowMapper } from './map-row.ts'
import { deleteImportMappingCommand, saveImportMappingCommand } from './mappings.ts'
import type { Uploads } from './uploads.ts'

const LOOK_MS = 5_000

export interface ImportKeeperPorts extends ImportPorts {
  readonly uploads: Uploads
  /** Where the rejects files go. */
  readonly importFolder: string
  readonly log: Logger
  readonly workspaces: () => Promise<string[]>
}

/** The commands of the console. `wake` starts the importer once an import is committed. */
export function createImportCommands(uploads: Uploads, wake: () => void): Command[] {
  const run = defineCommandHandler(runImport, {
    prepare: async ({ uploadId, mapping }, caller) => {
      if (mapping) createRowMapper(mapping) // refuses a zone or pattern that is none
      return fingerprintFile(await uploads.find(caller.workspaceId, uploadId))
    },
    handle: async (context, { uploadId, mapping }, { sha256, bytes }: { sha256: Buffer; bytes: number }) => {
      const known = await context.tx
        .selectFrom('import_run')
        .select(['import_id', 'state', 'upload_id', 'mapping'])
        .where('workspace_id', '=', context.workspaceId)
        .where('file_sha256', '=', sha256)
        .forUpdate()
        .executeTakeFirst()
      const given = { uploadId, mapping }
      const id = known
        ? await giveAgain(context, uploads, known, given)
        : await beginImport(context, {
            ...given,
            format: mapping?.format ?? 'tracedesk-ndjson',
            fileSha256: sha256.toString('hex'),
            bytes,
            fileName: uploads.nameOf(uploadId),
          })
      context.afterCommit(wake)
      return { import: { id: id as never } } // branded id
    },
  })
  return [
    run,
    stopImportCommand,
    createResumeImport(wake),
    saveImportMappingCommand,
    deleteImportMappingCommand,
  ] as unknown as Command[]
}

/**
 * An import that did not come to its end, and whose file is no longer here, goes on with the one that was given now.
 * Throws `import.known` when there is nothing to go on with, and `import.mapping_differs`.
 */
async function giveAgain(
  context: CommandContext,
  uploads: Uploads,
  known: { import_id: string; state: string; upload_id: string | null; mapping: unknown },
  given: { uploadId: string; mapping: ImportMapping | null },
): Promise<string> {
  const { tx, workspaceId } = context
  const { import_id: id, state, upload_id, mapping } = known
  const hasFile = upload_id !== null && (await uploads.has(workspaceId, upload_id))
  if (state === 'completed' || hasFile) throw new ConsoleError('import.known', { importId: id, state })
  if (!isSameMapping(mapping, given.mapping))
    throw new ConsoleError('import.mapping_differs', { importId: id })
  const { done_lines: lines } = await tx
    .updateTable('import_run')
    .set({ state: 'running', upload_id: given.uploadId })
    .where('workspace_id', '=', workspaceId)
    .where('import_id', '=', id)
    .returning('done_lines')
    .executeTakeFirstOrThrow()
  context.record(importResumed, { lines }, { subject: { id }, causedBy: id })
  return id
}

/**
 * Takes in what was given in the console, one file at a time on each node, where the file lies; goes on with what broke
 * off. Two of them at one file do no harm: each batch is conditional on how far the import is.
 */
export class ImportKeeper {
  readonly #ports: () => ImportKeeperPorts
  readonly #rounds: Rounds

  constructor(ports: () => ImportKeeperPorts) {
    this.#ports = ports
    this.#rounds = new Rounds({
      everyMs: LOOK_MS,
      atOnce: true,
      work: async () => {
        for (const workspaceId of await ports().workspaces()) await this.#workspace(workspaceId)
      },
      onError: error => ports().log.warn({ err: error }, 'an import waits; tried again soon'),
    })
  }

  start(): void {
    this.#rounds.start()
  }

  /** Something may wait. Returns at once. */
  wake(): void {
    this.#rounds.wake()
  }

  /** Ends the import under way after its batch; whoever starts next goes on with it. */
  async stop(): Promise<void> {
    await this.#rounds.stop()
  }

  async #workspace(workspaceId: string): Promise<void> {
    const { databases, uploads } = this.#ports()
    const rows = await databases.read
      .selectFrom('import_run')
      .select(['import_id', 'upload_id'])
      .where('workspace_id', '=', workspaceId)
      .where('state', '=', 'running')
      .where('upload_id', 'is not', null)
      .orderBy('started_at')
      .execute()
    for (const { upload_id } of rows)
      if (upload_id && !this.#rounds.signal.aborted && (await uploads.has(workspaceId, upload_id)))
        await this.#import(workspaceId, upload_id)
  }

  async #import(workspaceId: string, uploadId: string): Promise<void> {
    const ports = this.#ports()
    try {
      const { state } = await importFile(ports, {
        file: ports.uploads.path(workspaceId, uploadId),
        folder: ports.importFolder,
        caller: systemCaller(workspaceId),
        leaveStopped: true,
        signal: this.#rounds.signal,
        onProgress: () => void ports.uploads.touch(workspaceId, uploadId),
      })
      if (state === 'completed' || state === 'known') await ports.uploads.remove(workspaceId, uploadId)
    } catch (error) {
      // stopped between its last batch and its end
      if (!(error instanceof RecordedRefusal) && !(error instanceof ConsoleError)) throw error
      ports.log.warn({ err: error }, 'an import did not end')
    }
  }
}
