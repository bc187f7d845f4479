import { SocketHello } from '@tracedesk/contracts'
import type { FastifyInstance } from 'fastify'
import type { TracedeskNode } from '../../node.ts'
import { authenticate, requireOwnOrigin } from './authenticate.ts'

/** A browser that takes no data for this many bytes is let go; it reconnects and asks for what it missed. */
const BACKLOG_MAX = 4 * 1024 * 1024
const PING_MS = 25_000
/** A session that ended elsewhere stops hearing within this time. */
const RECHECK_MS = 30_000

/** `/api/socket`: pushes what changed to one signed-in browser. */
export function addSocketRoute(
  server: FastifyInstance,
  node: TracedeskNode,
  publicUrl: string | undefined,
): void {
  server.get('/api/socket', { websocket: true }, async (socket, request) => {
    const close = (code: number, reason: string) => socket.close(code, reason)
    try {
      requireOwnOrigin(request, publicUrl)
      const caller = await authenticate(node, request)
      if (!caller.workspaceId) return close(4401, 'session.required')
      let stop: (() => void) | undefined
      let ended = false
      const ping = setInterval(() => socket.ping(), PING_MS)
      const recheck = setInterval(
        () => authenticate(node, request).catch(() => close(4401, 'session.expired')),
        RECHECK_MS,
      )
      socket.on('close', () => {
        ended = true
        clearInterval(ping)
        clearInterval(recheck)
        stop?.()
      })
      socket.on('error', () => socket.terminate())
      socket.once('message', async raw => {
        try {
          const hello = SocketHello.safeParse(JSON.parse(raw.toString()))
          if (!hello.success) return close(4400, 'input.invalid')
          stop = await node.hub.subscribe(
            {
              caller,
              send: push => {
                if (socket.bufferedAmount > BACKLOG_MAX) socket.terminate()
                else socket.send(JSON.stringify(push))
              },
            },
            hello.data.since,
          )
          if (ended) stop()
        } catch (error) {
          request.log.debug({ err: error as Error }, 'a socket could not be subscribed')
          close(4400, 'input.invalid')
        }
      })
    } catch {
      close(4401, 'session.required') // whoever reconnects is told by the next request why
    }
  })
}
