import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type Answer, type Dispatcher, describeRefusal } from './dispatch.ts'
import { MAX_UPLOAD_BYTES } from './files.ts'
import { readRawParameters } from './parameters.ts'
import { TelegramRefusal } from './refusal.ts'
import type { World } from './world.ts'

// An album carries several files in one request.
const MAX_BODY_BYTES = 10 * MAX_UPLOAD_BYTES

/** The simulated Telegram on a port of 127.0.0.1. While `offline`, every connection is cut at once. */
export class TelegramHttpServer {
  readonly #server: Server
  readonly #dispatcher: Dispatcher
  readonly #world: World
  readonly #sockets = new Set<Socket>()
  #offline = false

  constructor(dispatcher: Dispatcher, world: World) {
    this.#dispatcher = dispatcher
    this.#world = world
    this.#server = createServer((request, response) => this.#accept(request, response))
    this.#server.keepAliveTimeout = 75_000
    this.#server.on('connection', socket => {
      if (this.#offline) {
        socket.resetAndDestroy()
        return
      }
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
  }

  /** Listens on the port, or on a free one for 0, and returns it. Rejects when the port is taken. */
  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, '127.0.0.1', () => {
        this.#server.off('error', reject)
        // A TCP server that listens has an address of this shape.
        resolve((this.#server.address() as AddressInfo).port)
      })
    })
  }

  get offline(): boolean {
    return this.#offline
  }

  set offline(offline: boolean) {
    this.#offline = offline
    if (offline) for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  async close(): Promise<void> {
    const closed = new Promise<void>(resolve => this.#server.close(() => resolve()))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #accept(request: IncomingMessage, response: ServerResponse): void {
    this.#serve(request, response).catch((error: Error) => {
      // A bug of the simulation must be seen by whoever tests with it, in the answer itself.
      const text = `Internal Server Error: ${error.message}`
      if (!response.headersSent) write(response, describeRefusal(new TelegramRefusal(500, text)))
    })
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { path, query } = splitTarget(request.url ?? '/')
    const file = /^\/file\/bot([^/]+)\/(.+)$/.exec(path)
    if (file) return this.#serveFile(response, file[1] ?? '', file[2] ?? '')
    const call = /^\/bot([^/]+)\/([^/]+)$/.exec(path)
    if (!call) return write(response, describeRefusal(new TelegramRefusal(404, 'Not Found')))
    const body = await readBody(request)
    if (!body) return write(response, describeRefusal(new TelegramRefusal(413, 'Request Entity Too Large')))
    const hungUp = new AbortController()
    response.on('close', () => hungUp.abort())
    const answer = await this.#dispatcher.handle({
      token: call[1] ?? '',
      method: call[2] ?? '',
      read: () => readRawParameters(query, request.headers['content-type'] ?? '', body),
      signal: hungUp.signal,
    })
    write(response, answer)
  }

  #serveFile(response: ServerResponse, token: string, path: string): void {
    const bot = this.#world.botsByToken.get(token)
    const file = bot && this.#world.files.findByPath(bot.id, path)
    if (!file) {
      const refusal = bot ? new TelegramRefusal(404, 'Not Found') : new TelegramRefusal(401, 'Unauthorized')
      write(response, describeRefusal(refusal))
      return
    }
    response.writeHead(200, {
      'content-type': 'application/octet-stream',
      'content-length': file.bytes.length,
    })
    response.end(file.bytes)
  }
}

/** Path (decoded where that is possible) and query of a request. */
function splitTarget(target: string): { path: string; query: URLSearchParams } {
  const [path = '', ...query] = target.split('?')
  return { path: decodePath(path), query: new URLSearchParams(query.join('?')) }
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size <= MAX_BODY_BYTES) chunks.push(chunk)
  }
  return size <= MAX_BODY_BYTES ? Buffer.concat(chunks) : undefined
}

function write(response: ServerResponse, answer: Answer): void {
  if (answer.kind === 'silent' || response.destroyed) return
  if (answer.kind === 'broken') {
    response.socket?.resetAndDestroy()
    return
  }
  const type = answer.kind === 'json' ? 'application/json' : 'text/html'
  const seconds = answer.kind === 'json' ? answer.retryAfter : undefined
  if (seconds !== undefined) response.setHeader('retry-after', seconds)
  response.writeHead(answer.status, {
    'content-type': type,
    'content-length': Buffer.byteLength(answer.text),
  })
  response.end(answer.text)
}
