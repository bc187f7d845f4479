import {
  defineCommand,
  ImportMapping,
  importCompleted,
  importResumed,
  importStarted,
  importStopped,
  resumeImport,
  stopImport,
} from '@tracedesk/contracts'
import { z } from 'zod'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import { importBotId } from '../conversations/index.ts'
import { digestOfMapping } from './mappings.ts'

/** Telegram gives no bot this number. */
const NO_TELEGRAM_ID = 0

export interface NewImport {
  readonly format: string
  readonly fileSha256: string
  readonly bytes: number
  readonly fileName: string
  readonly mapping: ImportMapping | null
  readonly uploadId?: string
}

export const startImport = defineCommandHandler(
  defineCommand({
    name: 'import.start',
    permission: 'import.run',
    access: 'internal',
    summary: 'Begin to take in a file of history',
    input: z.strictObject({
      format: z.string(),
      fileSha256: z.string().regex(/^[0-9a-f]{64}$/),
      bytes: z.int(),
      fileName: z.string(),
      mapping: ImportMapping.nullable(),
    }),
    output: z.strictObject({ importId: z.string() }),
    records: [importStarted],
  }),
  {
    handle: async (context, file) => ({ importId: await beginImport(context, file) }),
  },
)

/** The import of a file begins: its row and its entry, whose id is the import's. */
export async function beginImport(context: CommandContext, file: NewImport): Promise<string> {
  const { format, fileSha256, bytes, fileName, mapping } = file
  const { tx, workspaceId, now } = context
  // The entry that starts the import has the import's own id: every entry of the import is caused by it.
  const importId = newId()
  const botId = importBotId(workspaceId)
  await tx
    .insertInto('bot')
    .values({
      workspace_id: workspaceId,
      bot_id: botId,
      telegram_id: NO_TELEGRAM_ID,
      username: 'import',
      name: 'Import',
      state: 'disconnected',
      delivery: 'polling',
      token_fingerprint: '',
      connected_at: now,
    })
    .onConflict(conflict => conflict.columns(['workspace_id', 'bot_id']).doNothing())
    .execute()
  await tx
    .insertInto('import_run')
    .values({
      workspace_id: workspaceId,
      import_id: importId,
      file_sha256: Buffer.from(fileSha256, 'hex'),
      format,
      state: 'running',
      started_at: now,
      mapping: mapping === null ? null : JSON.stringify(mapping),
      upload_id: file.uploadId ?? null,
      file_name: fileName,
      bytes,
    })
    .execute()
  context.record(
    importStarted,
    { format, fileSha256, bytes, ...(mapping ? { mappingSha256: digestOfMapping(mapping) } : {}) },
    { entryId: importId, subject: { id: importId }, botId, parts: { fileName } },
  )
  return importId
}

export const completeImport = defineCommandHandler(
  defineCommand({
    name: 'import.complete',
    permission: 'import.run',
    access: 'internal',
    summary: 'End the import of a file',
    input: z.strictObject({ importId: z.string() }),
    output: z.strictObject({}),
    records: [importCompleted],
  }),
  {
    handle: async (context, { importId }) => {
      const { tx, workspaceId } = context
      const run = await tx
        .updateTable('import_run')
        .set({ state: 'completed' })
        .where('workspace_id', '=', workspaceId)
        .where('import_id', '=', importId)
        .where('state', '=', 'running')
        .returning(['done_lines', 'imported', 'repeated', 'rejected'])
        .executeTakeFirst()
      if (!run) throw new ConsoleError('input.invalid', { importId })
      context.record(
        importCompleted,
        { lines: run.done_lines, imported: run.imported, repeated: run.repeated, rejected: run.rejected },
        { subject: { id: importId }, causedBy: importId },
      )
      return {}
    },
  },
)

/** Moves an import from one state to another; its counts. Throws `import.not_found`, or `refusal` when it is in neither. */
async function move(
  { tx, workspaceId }: CommandContext,
  id: string,
  [from, to]: ['running', 'stopped'] | ['stopped', 'running'],
  refusal: 'import.not_running' | 'import.not_stopped',
) {
  const run = await tx
    .selectFrom('import_run')
    .select(['state', 'done_lines', 'imported', 'rejected'])
    .where('workspace_id', '=', workspaceId)
    .where('import_id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (!run) throw new ConsoleError('import.not_found', { id })
  if (run.state !== from) throw new ConsoleError(refusal, { id })
  await tx
    .updateTable('import_run')
    .set({ state: to })
    .where('workspace_id', '=', workspaceId)
    .where('import_id', '=', id)
    .execute()
  return run
}

/** Whoever is importing finds it out at the next batch: its write is conditional on the state. */
export const stopImportCommand = defineCommandHandler(stopImport, {
  handle: async (context, { id }) => {
    const { done_lines, imported, rejected } = await move(
      context,
      id,
      ['running', 'stopped'],
      'import.not_running',
    )
    context.record(
      importStopped,
      { lines: done_lines, imported, rejected },
      { subject: { id }, causedBy: id },
    )
    return {}
  },
})

const resumeWith = (wake: () => void) =>
  defineCommandHandler(resumeImport, {
    handle: async (context, { id }) => {
      const { done_lines } = await move(context, id, ['stopped', 'running'], 'import.not_stopped')
      context.record(importResumed, { lines: done_lines }, { subject: { id }, causedBy: id })
      context.afterCommit(wake)
      return {}
    },
  })
/** For whoever goes on with the import themselves. */
export const resumeImportCommand = resumeWith(() => {})
export const createResumeImport = resumeWith
