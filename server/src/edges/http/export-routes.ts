import { createReadStream } from 'node:fs'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Caller } from '../../command/caller.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { callerOfLink } from '../../modules/exports/index.ts'
import type { TracedeskNode } from '../../node.ts'
import { authenticate, requireOwnOrigin } from './authenticate.ts'

const Asked = z.object({
  id: z.uuid(),
  workspace: z.uuid().optional(),
  until: z.coerce.number().optional(),
  key: z.string().max(100).optional(),
})

/** Files of entries, to take away: with a session, or by a signed link of ten minutes. Recorded before the first byte. */
export function addExportRoutes(
  server: FastifyInstance,
  node: TracedeskNode,
  publicUrl: string | undefined,
): void {
  const config = { rateLimit: { max: 60, timeWindow: '1 minute', groupId: 'export' } }
  server.get('/api/export.download', { config }, async (request, reply) => {
    const asked = Asked.safeParse(request.query)
    if (!asked.success)
      throw new ConsoleError('input.invalid', { issues: [{ path: 'id', problem: 'not an id' }] })
    const { caller, by } = await whoAsks(node, request, publicUrl, asked.data)
    const file = await node.door.execute(node.downloadExport, caller, { id: asked.data.id, by })
    return reply
      .type(file.type)
      .header(
        'content-disposition',
        `attachment; filename="tracedesk-export-${asked.data.id}.${file.format}"`,
      )
      .header('content-length', file.bytes)
      .header('cache-control', 'no-store')
      .header('etag', `"${file.sha256}"`)
      .send(createReadStream(file.path))
  })
}

async function whoAsks(
  node: TracedeskNode,
  request: FastifyRequest,
  publicUrl: string | undefined,
  { id, workspace, until, key }: z.output<typeof Asked>,
): Promise<{ caller: Caller; by: 'session' | 'link' }> {
  if (workspace !== undefined && until !== undefined && key !== undefined) {
    const caller = await callerOfLink(node.exportPort, { id, workspace, until, key })
    return { caller: { ...caller, via: { ...caller.via, requestId: request.id } }, by: 'link' }
  }
  requireOwnOrigin(request, publicUrl)
  const caller = await authenticate(node, request)
  if (!caller.workspaceId) throw new ConsoleError('session.required')
  return { caller, by: 'session' }
}
