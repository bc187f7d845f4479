import { stat } from 'node:fs/promises'
import {
  defineCommand,
  exportSubject,
  PrivacyRequestId,
  privacyPackageDownloaded,
} from '@tracedesk/contracts'
import { z } from 'zod'
import { defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { type PackagePort, packageFile } from './package.ts'

/** Records that a package leaves the desk and says where it lies. Only who made it may have it. */
export const createDownloadPackage = ({ folder }: Pick<PackagePort, 'folder'>) =>
  defineCommandHandler(
    defineCommand({
      name: 'privacy.download',
      permission: exportSubject.permission,
      access: 'internal',
      summary: 'Record that the package of a request is downloaded',
      input: z.strictObject({ requestId: PrivacyRequestId }),
      output: z.strictObject({ path: z.string(), sha256: z.string(), bytes: z.int() }),
      records: [privacyPackageDownloaded],
      subject: { kind: 'privacy_request', field: 'requestId' },
    }),
    {
      handle: async (context, { requestId }) => {
        const { tx, workspaceId, caller } = context
        const row = await tx
          .selectFrom('privacy_request')
          .select(['customer_id', 'package_id', 'package_by', 'package_sha256'])
          .where('workspace_id', '=', workspaceId)
          .where('privacy_request_id', '=', requestId)
          .executeTakeFirst()
        const missing = new ConsoleError('privacy.package_not_found', { requestId })
        if (!row?.package_id || !row.package_sha256 || row.package_by !== caller.actor.id) throw missing
        const path = packageFile(folder, workspaceId, row.customer_id, row.package_id)
        const facts = await stat(path).catch(() => null) // removed with its person, or by hand
        if (!facts) throw missing
        const file = { sha256: row.package_sha256, bytes: facts.size }
        context.record(
          privacyPackageDownloaded,
          { customerId: row.customer_id as never, ...file }, // branded id
          { subject: { id: requestId }, customerId: row.customer_id },
        )
        return { path, ...file }
      },
    },
  )
