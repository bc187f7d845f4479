import type { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { may } from '../../command/caller.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import type { TracedeskNode } from '../../node.ts'
import { authenticate, requireOwnOrigin } from './authenticate.ts'

const Asked = z.object({ name: z.string().trim().min(1).max(200) })

/**
 * Takes a file that is to be imported: its bytes as they come, `application/octet-stream`. Nothing in the desk changes by
 * it; `import.run` names the id it answers.
 */
export function addImportRoutes(
  server: FastifyInstance,
  node: TracedeskNode,
  publicUrl: string | undefined,
): void {
  server.register(async scope => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('application/octet-stream', (_, payload, done) => done(null, payload))
    scope.post(
      '/api/import.upload',
      {
        bodyLimit: Number.MAX_SAFE_INTEGER, // `Uploads` counts
        config: { rateLimit: { max: 30, timeWindow: '1 minute', groupId: 'import' } },
      },
      async (request, reply) => {
        requireOwnOrigin(request, publicUrl)
        const caller = await authenticate(node, request)
        if (!caller.workspaceId) throw new ConsoleError('session.required')
        if (!may(caller, 'import.run'))
          throw new ConsoleError('permission.denied', { permission: 'import.run' })
        const asked = Asked.safeParse(request.query)
        if (!asked.success || !request.body)
          throw new ConsoleError('input.invalid', { issues: [{ path: 'name', problem: 'missing' }] })
        // our parser hands the stream on as it is
        const bytes = request.body as Readable
        const uploadId = await node.uploads.keep(caller.workspaceId, asked.data.name.toWellFormed(), bytes)
        return reply.send({ uploadId })
      },
    )
  })
}
