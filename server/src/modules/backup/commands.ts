import { backupTaken, defineCommand, erasureReplayed, restorePerformed } from '@tracedesk/contracts'
import { z } from 'zod'
import { defineCommandHandler } from '../../command/define.ts'

/** Records that a copy of the database was made. */
export const recordBackup = defineCommandHandler(
  defineCommand({
    name: 'backup.take',
    access: 'internal',
    summary: 'Record that a backup was taken',
    input: z.custom<z.input<typeof backupTaken.data>>(),
    output: z.strictObject({}),
    records: [backupTaken],
  }),
  {
    handle: async (context, facts) => {
      context.record(backupTaken, facts, { subject: { id: context.workspaceId } })
      return {}
    },
  },
)

/** Records what a restore did, one entry for each erasure made again, and lets servers in. */
export const performRestore = defineCommandHandler(
  defineCommand({
    name: 'restore.perform',
    access: 'internal',
    summary: 'Record that the database was put back to an older state',
    input: z.strictObject({
      restoreId: z.uuid(),
      facts: restorePerformed.data,
      erased: z.array(
        z.strictObject({ owner: z.string(), entryId: z.uuid(), erasedBy: z.string(), at: z.string() }),
      ),
    }),
    output: z.strictObject({}),
    records: [restorePerformed, erasureReplayed],
  }),
  {
    handle: async (context, { restoreId, facts, erased }) => {
      const subject = { id: context.workspaceId }
      const causedBy = context.record(restorePerformed, facts, { subject })
      for (const { owner, entryId, erasedBy, at: erasedAt } of erased)
        context.record(erasureReplayed, { owner, erasedBy, erasedAt }, { subject, entryId, causedBy })
      await context.tx
        .updateTable('restore_run')
        .set({ finished_at: context.now })
        .where('workspace_id', '=', context.workspaceId)
        .where('restore_id', '=', restoreId)
        .execute()
      return {}
    },
  },
)
