import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type Caller, may } from '../../command/caller.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { BOM, csvLine } from '../../modules/exports/index.ts'
import { openRejects, UPLOAD_MAX } from '../../modules/imports/index.ts'
import type { TracedeskNode } from '../../node.ts'
import { authenticate, requireOwnOrigin } from './authenticate.ts'

const Asked = z.object({ name: z.string().trim().min(1).max(200) })
const Named = z.object({ id: z.uuid() })

type Admit = (request: FastifyRequest, name: string) => Promise<Caller>

/** The routes of imports that move bytes; both need `import.run`, and a refusal is recorded. */
export function addImportRoutes(
  server: FastifyInstance,
  node: TracedeskNode,
  publicUrl: string | undefined,
): void {
  const admit: Admit = async (request, name) => {
    requireOwnOrigin(request, publicUrl)
    const caller = await authenticate(node, request)
    if (!caller.workspaceId) throw new ConsoleError('session.required')
    return may(caller, 'import.run') ? caller : node.queries.refuse(caller, name, 'import.run')
  }
  server.register(async scope => addUpload(scope, node, admit))
  const config = { rateLimit: { max: 60, timeWindow: '1 minute', groupId: 'import' } }
  server.get('/api/import.rejects_file', { config }, async (request, reply) => {
    const { workspaceId } = await admit(request, 'import.rejects_file')
    const asked = Named.safeParse(request.query)
    if (!asked.success) throw notFitting('id', 'not an id')
    const port = { db: node.databases.read, folder: node.importFolder }
    const rejects = await openRejects(port, workspaceId, asked.data.id)
    return reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="tracedesk-import-${asked.data.id}-rejects.csv"`)
      .header('cache-control', 'no-store')
      .send(Readable.from(toCsv(rejects)))
  })
}

/**
 * Takes a file that is to be imported: its bytes as they come, `application/octet-stream`. Nothing in the desk changes by
 * it; `import.run` names the id it answers.
 */
function addUpload(scope: FastifyInstance, node: TracedeskNode, admit: Admit): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('application/octet-stream', (_, payload, done) => done(null, payload))
  const options = {
    bodyLimit: Number.MAX_SAFE_INTEGER, // `Uploads` counts
    config: { rateLimit: { max: 30, timeWindow: '1 minute', groupId: 'import' } },
  }
  scope.post('/api/import.upload', options, async (request, reply) => {
    const caller = await admit(request, 'import.upload')
    const asked = Asked.safeParse(request.query)
    if (!asked.success || !request.body) throw notFitting('name', 'missing')
    if (Number(request.headers['content-length'] ?? 0) > UPLOAD_MAX)
      throw new ConsoleError('input.too_large', { max: UPLOAD_MAX })
    // our parser hands the stream on as it is
    const bytes = request.body as Readable
    const uploadId = await node.uploads.keep(caller.workspaceId, asked.data.name.toWellFormed(), bytes)
    return reply.send({ uploadId })
  })
}

const notFitting = (path: string, problem: string) =>
  new ConsoleError('input.invalid', { issues: [{ path, problem }] })

async function* toCsv(rejects: Awaited<ReturnType<typeof openRejects>>): AsyncIterable<string> {
  yield BOM + csvLine(['line', 'cause', 'detail'])
  for await (const { line, cause, detail } of rejects) yield csvLine([line, cause, detail])
}
