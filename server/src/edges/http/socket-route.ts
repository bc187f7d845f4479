import type { WebSocket } from '@fastify/websocket'
import { SocketHello, type SocketPush } from '@tracedesk/contracts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ConsoleError } from '../../kernel/console-error.ts'
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
  server.get('/api/socket', { websocket: true }, (socket, request) => {
    // Listening begins at once: the client may speak before its session has been looked up.
    const hello = new Promise<unknown>(resolve =>
      socket.once('message', raw => resolve(parse(raw.toString()))),
    )
    const closed = new Promise<void>(resolve => socket.once('close', () => resolve()))
    socket.on('error', () => socket.terminate())
    serve(node, request, socket, publicUrl, hello, closed).catch(error => {
      const refused = error instanceof ConsoleError
      if (!refused) request.log.warn({ err: error as Error }, 'a socket failed')
      socket.close(
        refused && error.status !== 400 ? 4401 : refused ? 4400 : 1011,
        refused ? error.code : 'internal',
      )
    })
  })
}

async function serve(
  node: TracedeskNode,
  request: FastifyRequest,
  socket: WebSocket,
  publicUrl: string | undefined,
  hello: Promise<unknown>,
  closed: Promise<void>,
): Promise<void> {
  requireOwnOrigin(request, publicUrl)
  const caller = await authenticate(node, request)
  if (!caller.workspaceId) throw new ConsoleError('session.required')
  const said = SocketHello.safeParse(await Promise.race([hello, closed]))
  if (socket.readyState !== socket.OPEN) return
  if (!said.success) throw new ConsoleError('input.invalid')
  const send = (push: SocketPush) => {
    if (socket.bufferedAmount > BACKLOG_MAX) socket.terminate()
    else if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(push))
  }
  const looking = node.lookers.join(caller, send)
  socket.on('message', raw => {
    looking
      .hear(parse(raw.toString()))
      .catch(error => request.log.warn({ err: error as Error }, 'what is looked at was not noted'))
  })
  // whoever has gone meanwhile: the close is awaited below
  const stop = await node.hub.subscribe({ caller, send }, said.data.since).catch(error => {
    looking.leave()
    throw error
  })
  const hear = () =>
    node
      .hearFrom(caller)
      .catch(error => request.log.warn({ err: error as Error }, 'a sign of life was not noted'))
  await hear()
  socket.on('pong', () => void hear())
  const ping = setInterval(() => socket.ping(), PING_MS)
  const recheck = setInterval(
    () => authenticate(node, request).catch(() => socket.close(4401, 'session.expired')),
    RECHECK_MS,
  )
  await closed
  clearInterval(ping)
  clearInterval(recheck)
  looking.leave()
  stop()
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null // refused as any other wrong greeting
  }
}
