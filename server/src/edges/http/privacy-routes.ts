import { createReadStream } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { ConsoleError } from '../../kernel/console-error.ts'
import type { TracedeskNode } from '../../node.ts'
import { authenticate, requireOwnOrigin } from './authenticate.ts'

/** Packages that customers asked for, to take away. Each download is recorded before the first byte leaves. */
export function addPrivacyRoutes(
  server: FastifyInstance,
  node: TracedeskNode,
  publicUrl: string | undefined,
): void {
  const config = { rateLimit: { max: 60, timeWindow: '1 minute', groupId: 'privacy' } }
  server.get('/api/privacy.download', { config }, async (request, reply) => {
    requireOwnOrigin(request, publicUrl)
    const caller = await authenticate(node, request)
    if (!caller.workspaceId) throw new ConsoleError('session.required')
    const { requestId } = request.query as { requestId?: string }
    const { path, sha256, bytes } = await node.door.execute(node.downloadPackage, caller, { requestId })
    return reply
      .type('application/zip')
      .header('content-disposition', `attachment; filename="tracedesk-data-${requestId}.zip"`)
      .header('content-length', bytes)
      .header('cache-control', 'no-store')
      .header('etag', `"${sha256}"`)
      .send(createReadStream(path))
  })
}
