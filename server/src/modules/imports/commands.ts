import { defineCommand, importCompleted, importStarted } from '@tracedesk/contracts'
import { z } from 'zod'
import { defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { idFromKey, newId } from '../../kernel/id.ts'

/** The bot that imported conversations belong to: never connected, so nothing can be sent through it. */
export const importBotId = (workspaceId: string): string => idFromKey(`${workspaceId}/bot`, 'import')

/** Telegram gives no bot this number. */
const NO_TELEGRAM_ID = 0

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
    }),
    output: z.strictObject({ importId: z.string() }),
    records: [importStarted],
  }),
  {
    handle: async (context, { format, fileSha256, bytes, fileName }) => {
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
        })
        .execute()
      context.record(
        importStarted,
        { format, fileSha256, bytes },
        { entryId: importId, subject: { id: importId }, botId, parts: { fileName } },
      )
      return { importId }
    },
  },
)

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
