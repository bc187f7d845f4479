import type { FastifyInstance } from 'fastify'
import { ConsoleError } from '../../kernel/console-error.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

/**
 * Reads JSON bodies (RFC 8259) as text that is well-formed UTF-8. Fastify's own reader puts U+FFFD in the place of a
 * byte that is not, and the log would then prove words that nobody sent. Refuses with `input.invalid`.
 */
export function readJsonStrictly(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error')
  server.removeContentTypeParser('application/json')
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      // asked for as a buffer, whatever the type says
      parse(request, utf8.decode(body as Buffer), done)
    } catch (error) {
      done(
        new ConsoleError(
          'input.invalid',
          { issues: [{ path: '', problem: 'not well-formed UTF-8' }] },
          { cause: error },
        ),
      )
    }
  })
}
