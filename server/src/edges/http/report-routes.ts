import type { FastifyInstance } from 'fastify'
import { may } from '../../command/caller.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import type { TracedeskNode } from '../../node.ts'
import { authenticate, requireOwnOrigin } from './authenticate.ts'

/** Cases on paper. A report is made when it is asked for, so few may be asked for at once. */
export function addReportRoutes(
  server: FastifyInstance,
  node: TracedeskNode,
  options: { readonly publicUrl: string | undefined },
): void {
  const config = { rateLimit: { max: 20, timeWindow: '1 minute', groupId: 'report' } }
  server.get('/api/dispute.report', { config }, async (request, reply) => {
    // It records, so it is no business of other sites, although it is a GET that a link can point to.
    requireOwnOrigin(request, options.publicUrl)
    const caller = await authenticate(node, request)
    if (!caller.workspaceId) throw new ConsoleError('session.required')
    const { id, language, zone } = request.query as { id?: string; language?: string; zone?: string }
    const { bytes, sha256 } = await node.door.execute(
      may(caller, 'evidence.bundle') ? node.reportDisputeAsAuditor : node.reportDispute,
      caller,
      { id, language, zone },
    )
    return reply
      .type('application/pdf')
      .header('content-disposition', `attachment; filename="tracedesk-dispute-${id}.pdf"`)
      .header('cache-control', 'no-store')
      .header('etag', `"${sha256}"`)
      .send(bytes)
  })
}
