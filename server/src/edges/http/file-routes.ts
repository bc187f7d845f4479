import { Readable } from 'node:stream'
import { UPLOAD_MAX_BYTES } from '@tracedesk/contracts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { may } from '../../command/caller.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import { cleanFileName, dispositionOf, isShown, type OpenedFile } from '../../modules/files/index.ts'
import type { TracedeskNode } from '../../node.ts'
import { authenticate, requireOwnOrigin } from './authenticate.ts'

/** Files of messages: put into the desk by those who may send, handed out to whoever has a fresh link. */
export function addFileRoutes(
  server: FastifyInstance,
  node: TracedeskNode,
  options: { readonly publicUrl: string | undefined },
): void {
  addContentRoute(server, node)
  server.register(async scope => {
    // The body is the file, byte for byte, whatever it calls itself; it is taken as it streams in.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
    const taking = {
      bodyLimit: UPLOAD_MAX_BYTES + 1,
      config: { rateLimit: { max: 120, timeWindow: '1 minute', groupId: 'upload' } },
    }
    scope.post('/api/file.upload', taking, async (request, reply) => {
      requireOwnOrigin(request, options.publicUrl)
      const { conversationId } = request.query as { conversationId?: string }
      return reply.send({ file: (await upload(node, request, node.uploadFile, { conversationId })).file })
    })
    scope.post('/api/canned_reply.upload', taking, async (request, reply) => {
      requireOwnOrigin(request, options.publicUrl)
      const { cannedReplyId } = request.query as { cannedReplyId?: string }
      const { file, answer } = await upload(node, request, node.cannedFiles.add, { cannedReplyId })
      return reply.send({ file, version: answer.version })
    })
  })
}

/** Takes a file, and gives it to a command together with what it is for. Answers what is known of it, and the command's answer. */
async function upload<C extends UploadCommand>(
  node: TracedeskNode,
  request: FastifyRequest,
  command: C,
  about: Record<string, string | undefined>,
) {
  const caller = await authenticate(node, request)
  if (!caller.workspaceId) throw new ConsoleError('session.required')
  const { permission } = command.contract
  // before a byte is taken; the command asks once more
  if (!may(caller, permission)) throw new ConsoleError('permission.denied', { permission })
  const { name } = request.query as { name?: string }
  const announced = Number(request.headers['content-length'])
  if (announced > UPLOAD_MAX_BYTES) throw new ConsoleError('file.too_large', { max: UPLOAD_MAX_BYTES })
  const fileId = newId()
  const body = request.body as AsyncIterable<Uint8Array> | undefined
  if (!body) throw new ConsoleError('file.empty')
  const kept = await node.spool.keep(caller.workspaceId, fileId, body, UPLOAD_MAX_BYTES).catch(error => {
    // the sender went away, or promised more bytes than came: nobody is left to read the answer, but the log is
    if (error instanceof ConsoleError || !isBrokenOff(error)) throw error
    throw new ConsoleError('file.incomplete')
  })
  const clean = cleanFileName(String(name ?? ''))
  const input = { ...about, fileId, name: clean, ...kept }
  const { size, type, sha256 } = kept
  try {
    // each command has its own input and output; both are parsed at the door
    const answer = await node.door.execute(command as never, caller, input)
    return { file: { id: fileId, name: clean, size, type, sha256 }, answer: answer as OutputOf<C> }
  } catch (error) {
    await node.fileStore.remove(kept.storeKey)
    throw error
  }
}

type UploadCommand = TracedeskNode['uploadFile'] | TracedeskNode['cannedFiles']['add']
type OutputOf<C extends UploadCommand> = z.output<C['contract']['output']>

const isBrokenOff = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  ['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'ABORT_ERR', 'HPE_INVALID_EOF_STATE'].includes(
    String(error.code),
  )

interface LinkParts {
  readonly workspace: string
  readonly file: string
  readonly expires: string
  readonly signature: string
}

function addContentRoute(server: FastifyInstance, node: TracedeskNode): void {
  const config = { rateLimit: { max: 1_200, timeWindow: '1 minute', groupId: 'file' } }
  server.get('/api/file/:workspace/:file/:expires/:signature', { config }, async (request, reply) => {
    const { workspace, file, expires, signature } = request.params as LinkParts
    const link = { workspaceId: workspace, fileId: file, expires: Number(expires), signature }
    if (!node.fileLinks.check(link)) throw new ConsoleError('file.link_expired')
    const { name, save } = request.query as { name?: string; save?: string }
    const opened = await node.files.open(workspace, file)
    setHeaders(reply, opened, cleanFileName(name ?? ''), save === '1')
    return sendRange(request, reply, opened)
  })
}

/** Whatever the bytes are, they must not act as a page of ours: their own look decides the type, and nothing runs. */
function setHeaders(reply: FastifyReply, { type, sha256 }: OpenedFile, name: string, save: boolean): void {
  const shown = isShown(type)
  reply
    .type(shown ? type : 'application/octet-stream')
    .header('content-disposition', dispositionOf(shown && !save ? 'inline' : 'attachment', name))
    .header('content-security-policy', "default-src 'none'; sandbox; frame-ancestors 'none'")
    .header('x-content-type-options', 'nosniff')
    .header('cross-origin-resource-policy', 'same-origin')
    .header('cache-control', 'private, max-age=1200, immutable')
    .header('accept-ranges', 'bytes')
    .header('etag', `"${sha256}"`)
}

/** One range as players ask for it (RFC 9110, section 14); anything else gives the whole. */
async function sendRange(
  request: FastifyRequest,
  reply: FastifyReply,
  file: OpenedFile,
): Promise<FastifyReply> {
  const { size } = file
  const range = readRange(request.headers.range, size)
  if (range === 'unsatisfiable') return reply.status(416).header('content-range', `bytes */${size}`).send()
  const { from, to } = range ?? { from: 0, to: size }
  if (range) reply.status(206).header('content-range', `bytes ${from}-${to - 1}/${size}`)
  reply.header('content-length', to - from)
  return reply.send(Readable.from(file.read(from, to), { objectMode: false }))
}

/** `from` inclusive, `to` exclusive; null when no single range is asked for. */
export function readRange(
  header: string | undefined,
  size: number,
): { from: number; to: number } | 'unsatisfiable' | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '')
  if (!match || (match[1] === '' && match[2] === '')) return null
  const [, first = '', last = ''] = match
  if (first === '') {
    const length = Math.min(Number(last), size)
    return length === 0 ? 'unsatisfiable' : { from: size - length, to: size }
  }
  const from = Number(first)
  const to = last === '' ? size : Math.min(Number(last) + 1, size)
  return from >= size || to <= from ? 'unsatisfiable' : { from, to }
}
