import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { explainDatabaseError } from '../../command/database-errors.ts'
import { ConsoleError } from '../../kernel/console-error.ts'

/** What the web server refuses before a route sees it, in words that do not name our parts. */
const PROBLEMS: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: 'not JSON',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'the body is empty',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'the content type is not application/json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'the body is not as long as its Content-Length says',
}

/** Any error as one a caller can read: ours as they are, the web server's by their code, everything else `internal`. */
export function toConsoleError(error: unknown): ConsoleError {
  const known = explainDatabaseError(error)
  if (known instanceof ConsoleError) return known
  const { code, statusCode } = (error ?? {}) as Partial<FastifyError>
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new ConsoleError('input.too_large')
  if (statusCode === 429) return new ConsoleError('rate.limited')
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new ConsoleError(
      'input.invalid',
      { issues: [{ path: '', problem: PROBLEMS[code ?? ''] ?? 'the request could not be read' }] },
      { cause: error },
    )
  return new ConsoleError('internal', {}, { cause: error })
}

/** Sends the error body every route answers with: `{ error: { code, message, details, requestId } }`. */
export function sendError(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  const known = toConsoleError(error)
  if (known.status >= 500)
    request.log.error({ err: known.cause ?? known, code: known.code }, 'a request failed')
  if (known.code === 'session.locked') reply.header('retry-after', String(known.details.seconds ?? 60))
  return reply.status(known.status).send({
    error: { code: known.code, message: known.message, details: known.details, requestId: request.id },
  })
}
