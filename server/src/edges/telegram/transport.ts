import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import { finished } from 'node:stream/promises'
import { jsonBody, type RequestBody } from './multipart.ts'

/**
 * Telegram gave no answer. `sent` says whether it may have heard us all the same: true from the moment the connection
 * stood and the request began to leave. The cause is cut to its code, because errors of the network carry the address
 * and with it the bot's token.
 */
export class NoAnswer extends Error {
  readonly sent: boolean
  readonly code: string

  constructor(sent: boolean, code: string) {
    super(`Telegram gave no answer (${code})`)
    this.name = 'NoAnswer'
    this.sent = sent
    this.code = code
  }
}

export interface HttpAnswer {
  readonly status: number
  readonly body: Buffer
}

export interface PostOptions {
  /** Milliseconds for the connection to stand. */
  readonly connectMs: number
  /** Milliseconds for the whole call. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

/** An idle connection is closed by us before the other side does: a request sent into a closing one would be lost. */
const IDLE_MS = 4_000
/** Far more than 100 updates or any answer can be. */
const ANSWER_MAX = 64 * 1024 * 1024

/** Keeps connections to one Bot API server and posts JSON to it. */
export class Transport {
  readonly #agent: HttpAgent | HttpsAgent
  readonly #send: typeof requestHttps

  constructor(apiRoot: string) {
    const secure = new URL(apiRoot).protocol === 'https:'
    const options = { keepAlive: true, timeout: IDLE_MS }
    this.#agent = secure ? new HttpsAgent(options) : new HttpAgent(options)
    this.#send = secure ? requestHttps : requestHttp
  }

  /** Posts a JSON text or a form and returns whatever the server answers. Throws NoAnswer. */
  async post(url: string, content: string | RequestBody, options: PostOptions): Promise<HttpAnswer> {
    let connected = false
    let expired: string | undefined
    const { type, pieces } = typeof content === 'string' ? jsonBody(content) : content
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
    const headers = { 'content-type': type, 'content-length': length }
    const request = this.#send(url, { method: 'POST', agent: this.#agent, headers, signal: options.signal })
    const expire = (code: string) => {
      expired = code
      request.destroy()
    }
    const slow = setTimeout(() => connected || expire('ETIMEDOUT_CONNECT'), options.connectMs)
    const over = setTimeout(() => expire('ETIMEDOUT'), options.timeoutMs)
    request.on('socket', socket => {
      if (!socket.connecting) connected = true
      // `secureConnect` comes after `connect`; before it not a byte of the request has left
      else socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => (connected = true))
    })
    try {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        request.on('response', resolve)
        request.on('error', reject)
        for (const piece of pieces) request.write(piece)
        request.end()
      })
      return { status: response.statusCode ?? 0, body: await readBody(response) }
    } catch (error) {
      throw new NoAnswer(connected, expired ?? codeOf(error))
    } finally {
      clearTimeout(slow)
      clearTimeout(over)
    }
  }

  /** Gets a file as it streams in; any status but 200 gives null. Throws NoAnswer while there is no answer. */
  async get(url: string, options: PostOptions): Promise<IncomingMessage | null> {
    const request = this.#send(url, { method: 'GET', agent: this.#agent, signal: options.signal })
    const over = setTimeout(() => request.destroy(), options.timeoutMs)
    try {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        request.on('response', resolve)
        request.on('error', reject)
        request.end()
      })
      response.on('close', () => clearTimeout(over))
      if (response.statusCode === 200) return response
      response.destroy()
      return null
    } catch (error) {
      clearTimeout(over)
      throw new NoAnswer(true, codeOf(error))
    }
  }

  /** Closes the idle connections; calls under way end by themselves. */
  close(): void {
    this.#agent.destroy()
  }
}

async function readBody(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  response.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > ANSWER_MAX) response.destroy(new Error('the answer is too large'))
    else chunks.push(chunk)
  })
  await finished(response)
  return Buffer.concat(chunks)
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN'
