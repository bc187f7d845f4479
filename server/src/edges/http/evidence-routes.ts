import { createReadStream, existsSync, readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { may } from '../../command/caller.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import type { TracedeskNode } from '../../node.ts'
import { authenticate, requireOwnOrigin } from './authenticate.ts'

/** Bundles to take away, and the page that verifies them offline. `verifierFile`: where that page was built to. */
export function addEvidenceRoutes(
  server: FastifyInstance,
  node: TracedeskNode,
  options: { readonly publicUrl: string | undefined; readonly verifierFile: string },
): void {
  const config = { rateLimit: { max: 60, timeWindow: '1 minute', groupId: 'evidence' } }
  server.get('/api/evidence.download', { config }, async (request, reply) => {
    // It records, so it is no business of other sites, although it is a GET that a link can point to.
    requireOwnOrigin(request, options.publicUrl)
    const caller = await authenticate(node, request)
    if (!caller.workspaceId) throw new ConsoleError('session.required')
    const { id } = request.query as { id?: string }
    const { path, sha256, bytes } = await node.door.execute(
      may(caller, 'evidence.bundle') ? node.downloadEvidence : node.downloadDisputeBundle,
      caller,
      { id },
    )
    return reply
      .type('application/zip')
      .header('content-disposition', `attachment; filename="tracedesk-evidence-${id}.zip"`)
      .header('content-length', bytes)
      .header('cache-control', 'no-store')
      .header('etag', `"${sha256}"`)
      .send(createReadStream(path))
  })
  addVerifierPage(server, options.verifierFile)
}

const POLICY = /<meta http-equiv="content-security-policy" content="([^"]+)">/i

/** The page carries its own policy (no network at all, this one script); the answer repeats it in place of the console's. */
function addVerifierPage(server: FastifyInstance, file: string): void {
  if (!existsSync(file)) return
  const page = readFileSync(file, 'utf8')
  const policy = POLICY.exec(page)?.[1]
  if (policy === undefined) throw new Error(`${file} carries no policy`)
  server.get('/verifier.html', (_, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', `${policy}; frame-ancestors 'none'`)
      .header('cache-control', 'no-cache')
      .send(page),
  )
}
