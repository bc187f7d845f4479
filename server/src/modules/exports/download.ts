import { stat } from 'node:fs/promises'
import { defineCommand, ExportId, exportDownloaded } from '@tracedesk/contracts'
import { z } from 'zod'
import type { Caller } from '../../command/caller.ts'
import { defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { FORMATS } from './formats.ts'
import { checkLink, type ExportLink } from './link.ts'
import type { ExportPort } from './port.ts'
import { exportPath, recallCaller } from './store.ts'

/** Records that a file leaves the desk and says where it lies. Only who asked for it may have it. */
export const createDownloadExport = ({ folder }: Pick<ExportPort, 'folder'>) =>
  defineCommandHandler(
    defineCommand({
      name: 'export.download',
      permission: 'export.request',
      access: 'internal',
      summary: 'Record that an export is downloaded',
      input: z.strictObject({ id: ExportId, by: z.enum(['session', 'link']) }),
      output: z.strictObject({
        path: z.string(),
        sha256: z.string(),
        bytes: z.int(),
        type: z.string(),
        format: z.string(),
      }),
      records: [exportDownloaded],
      subject: { kind: 'export', field: 'id' },
    }),
    {
      handle: async (context, { id, by }) => {
        const { tx, workspaceId, caller } = context
        const row = await tx
          .selectFrom('export')
          .select(['format', 'state', 'sha256', 'requested_by'])
          .where('workspace_id', '=', workspaceId)
          .where('export_id', '=', id)
          .executeTakeFirst()
        if (!row || row.requested_by === null || row.requested_by !== caller.actor.id)
          throw new ConsoleError('export.not_found', { id })
        const path = exportPath(folder, workspaceId, id, row.format)
        const facts = row.state === 'done' ? await stat(path).catch(() => null) : null
        if (!facts || !row.sha256) throw new ConsoleError('export.not_ready', { id, state: row.state })
        const file = { sha256: row.sha256, bytes: facts.size }
        context.record(exportDownloaded, { ...file, by }, { subject: { id } })
        const { type } = FORMATS[row.format as keyof typeof FORMATS] // the contract admits only these
        return { path, ...file, type, format: row.format }
      },
    },
  )

/** Whoever asked for the export that a link leads to. Throws `export.link_expired` and `export.not_found`. */
export async function callerOfLink(
  port: Pick<ExportPort, 'secret' | 'databases'>,
  link: ExportLink,
): Promise<Caller> {
  if (!checkLink(port.secret, link)) throw new ConsoleError('export.link_expired', {})
  // past the reading user, who does not see who asked in full
  const { rows } = await port.databases.app.query<{ caller: unknown }>(
    'select caller from export where workspace_id = $1 and export_id = $2',
    [link.workspace, link.id],
  )
  if (!rows[0]) throw new ConsoleError('export.not_found', { id: link.id })
  return recallCaller(rows[0].caller)
}
