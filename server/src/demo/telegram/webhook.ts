import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import type { QueuedUpdate, UpdateQueue } from './update-queue.ts'

export interface WebhookSettings {
  /** The URL as it was given. */
  readonly text: string
  readonly url: URL
  readonly secretToken: string | undefined
  readonly maxConnections: number
  /** Pause after the first failure in milliseconds; doubles with each further one, up to 64 times as long. */
  readonly retryMs: number
  readonly timeoutMs: number
}

export interface WebhookFailure {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly message: string
}

interface Lane {
  readonly name: string
  readonly waiting: QueuedUpdate[]
  failures: number
}

/**
 * Pushes the updates of one bot to its URL. Updates of one chat go one after the other, other chats beside them
 * up to `maxConnections`. Anything but a 2xx is tried again until it is taken or the webhook is removed.
 */
export class WebhookSender {
  readonly settings: WebhookSettings
  lastFailure: WebhookFailure | undefined
  readonly #queue: UpdateQueue
  readonly #now: () => number
  readonly #onReply: (body: string) => void
  readonly #lanes = new Map<string, Lane>()
  readonly #ready: Lane[] = []
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #unlisten: () => void
  readonly #agent: HttpAgent | HttpsAgent
  #active = 0
  #stopped = false

  constructor(
    settings: WebhookSettings,
    queue: UpdateQueue,
    now: () => number,
    onReply: (body: string) => void,
  ) {
    this.settings = settings
    this.#queue = queue
    this.#now = now
    this.#onReply = onReply
    const options = { keepAlive: true, maxSockets: settings.maxConnections }
    this.#agent = settings.url.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options)
    for (const entry of queue.peek()) this.#offer(entry)
    this.#unlisten = queue.listen(entry => this.#offer(entry))
  }

  /** Stops for good; what was not taken stays in the queue. */
  stop(): void {
    this.#stopped = true
    this.#unlisten()
    for (const timer of this.#timers) clearTimeout(timer)
    this.#agent.destroy()
  }

  #offer(entry: QueuedUpdate): void {
    const lane = this.#lanes.get(entry.lane)
    if (lane) {
      lane.waiting.push(entry)
      return
    }
    const created = { name: entry.lane, waiting: [entry], failures: 0 }
    this.#lanes.set(entry.lane, created)
    this.#schedule(created)
  }

  #schedule(lane: Lane): void {
    this.#ready.push(lane)
    this.#pump()
  }

  #pump(): void {
    while (!this.#stopped && this.#active < this.settings.maxConnections) {
      const lane = this.#ready.shift()
      const entry = lane?.waiting[0]
      if (!lane || !entry) return
      this.#active++
      this.#post(entry.json).then(
        reply => this.#settle(lane, entry, undefined, reply),
        (error: Error) => this.#settle(lane, entry, error.message, ''),
      )
    }
  }

  #settle(lane: Lane, entry: QueuedUpdate, failure: string | undefined, reply: string): void {
    this.#active--
    if (this.#stopped) return
    if (failure === undefined) {
      lane.failures = 0
      lane.waiting.shift()
      this.#queue.remove(entry)
      if (reply) this.#onReply(reply)
      if (lane.waiting.length > 0) this.#ready.push(lane)
      else this.#lanes.delete(lane.name)
    } else {
      this.lastFailure = { at: this.#now(), message: failure }
      this.#later(lane)
    }
    this.#pump()
  }

  #later(lane: Lane): void {
    const delay = this.settings.retryMs * 2 ** Math.min(lane.failures++, 6)
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.#schedule(lane)
    }, delay)
    this.#timers.add(timer)
  }

  #post(json: string): Promise<string> {
    const { url, secretToken, timeoutMs } = this.settings
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(json),
      ...(secretToken === undefined ? {} : { 'x-telegram-bot-api-secret-token': secretToken }),
    }
    const send = url.protocol === 'https:' ? requestHttps : requestHttp
    return new Promise((resolve, reject) => {
      const options = { method: 'POST', agent: this.#agent, headers, timeout: timeoutMs }
      const request = send(url, options, response => readAnswer(response).then(resolve, reject))
      request.on('timeout', () => request.destroy(new Error('Read timeout expired')))
      request.on('error', error => reject(new Error(wordError(error))))
      request.end(json)
    })
  }
}

async function readAnswer(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  const status = response.statusCode ?? 0
  if (status < 200 || status > 299) {
    throw new Error(`Wrong response from the webhook: ${status} ${response.statusMessage ?? ''}`.trim())
  }
  const isJson = response.headers['content-type']?.startsWith('application/json')
  return isJson ? Buffer.concat(chunks).toString('utf8') : ''
}

function wordError(error: NodeJS.ErrnoException): string {
  if (error.code === 'ECONNREFUSED') return 'Connection refused'
  if (error.code === 'ECONNRESET') return 'Connection reset by peer'
  return error.message
}
