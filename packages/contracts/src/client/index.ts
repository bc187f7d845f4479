import type { Commands, ErrorCode, Queries } from './operations.generated.ts'

export type { Commands, ErrorCode, Queries }
export type QueryName = keyof Queries
export type CommandName = keyof Commands
export type QueryInput<N extends QueryName> = Queries[N]['input']
export type QueryOutput<N extends QueryName> = Queries[N]['output']
export type CommandInput<N extends CommandName> = Commands[N]['input']
export type CommandOutput<N extends CommandName> = Commands[N]['output']

/** Codes of the server, and the two a client finds by itself: no answer, and one that is not the server's. */
export type ClientErrorCode = ErrorCode | 'client.unreachable' | 'client.not_understood'

/** What every failed call throws. Word it by `code`; `requestId` is what finds it in the server's log. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: ClientErrorCode
  readonly status: number
  readonly details: unknown
  readonly requestId: string | null

  constructor(error: {
    code: ClientErrorCode
    status: number
    message: string
    details?: unknown
    requestId?: string | null
  }) {
    super(error.message)
    this.code = error.code
    this.status = error.status
    this.details = error.details ?? null
    this.requestId = error.requestId ?? null
  }
}

export interface CallOptions {
  signal?: AbortSignal
  cache?: 'default' | 'no-store' | 'reload' | 'no-cache'
}
export interface CommandOptions extends CallOptions {
  /** The same key makes a second arrival harmless: give the first attempt's key when trying again. */
  key?: string
}
export interface ClientOptions {
  /** Where the server is, without `/api`; the page's own by default. */
  readonly url?: string
  /** A token of the API; without one the cookie of a session speaks. */
  readonly token?: string
}
export type ApiClient = ReturnType<typeof createClient>

/** Pauses before the second, third and fourth attempt of a command that may or may not have arrived. */
const RETRY_AFTER_MS = [400, 1200, 3000]
/** Answers after which the same command may be tried again: nothing was decided about it. */
const UNDECIDED = new Set<ClientErrorCode>([
  'client.unreachable',
  'idempotency.in_progress',
  'database.unavailable',
])

/**
 * The API by name, typed by its OpenAPI document. Needs nothing but `fetch`; runs in browsers and in Node. Every call
 * throws ApiError with the server's code, or `client.unreachable` when no answer came; an abort rejects as fetch does.
 */
export function createClient({ url = '', token }: ClientOptions = {}) {
  const call = (path: string, init: RequestInit) => send(`${url}${path}`, init, token)
  return {
    /** `GET /api/<name>` with its parameters. */
    async query<N extends QueryName>(
      name: N,
      input: QueryInput<N>,
      options: CallOptions = {},
    ): Promise<QueryOutput<N>> {
      const params = toParams(input).toString()
      const response = await call(`/api/${name}${params ? `?${params}` : ''}`, { ...options })
      // The document says what the server answers with, and the server checks each answer against the same schema.
      return (await response.json()) as QueryOutput<N>
    },

    /** `POST /api/<name>`, tried up to four times with one Idempotency-Key while the answer leaves open what happened. */
    async command<N extends CommandName>(
      name: N,
      input: CommandInput<N>,
      { key = crypto.randomUUID(), ...options }: CommandOptions = {},
    ): Promise<CommandOutput<N>> {
      const headers = { 'content-type': 'application/json', 'idempotency-key': key }
      const init: RequestInit = { method: 'POST', headers, body: JSON.stringify(input), ...options }
      const response = await repeat(() => call(`/api/${name}`, init))
      return (await response.json()) as CommandOutput<N> // as above
    },

    /** `GET /api/<path>` of the few routes that answer with plain text (checkpoint, verifier key). */
    async text(path: string, options: CallOptions = {}): Promise<string> {
      return (await call(`/api/${path}`, { ...options })).text()
    },

    /** The bytes at a path of the server. */
    async bytes(path: string, options: CallOptions = {}): Promise<Uint8Array> {
      return new Uint8Array(await (await call(path, { ...options })).arrayBuffer())
    },
  }
}

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

async function repeat(attempt: () => Promise<Response>): Promise<Response> {
  for (let tried = 0; ; tried++) {
    try {
      return await attempt()
    } catch (error) {
      const wait = RETRY_AFTER_MS[tried]
      if (wait === undefined || !(error instanceof ApiError) || !UNDECIDED.has(error.code)) throw error
      await pause(wait)
    }
  }
}

async function send(url: string, init: RequestInit, token: string | undefined): Promise<Response> {
  const headers = { ...init.headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) }
  const response = await fetch(url, { credentials: 'same-origin', ...init, headers }).catch(
    (cause: unknown) => {
      if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
      throw new ApiError({ code: 'client.unreachable', status: 0, message: String(cause) })
    },
  )
  if (!response.ok) throw await readError(response)
  return response
}

async function readError(response: Response): Promise<ApiError> {
  const { status } = response
  const body: unknown = await response.json().catch(() => null)
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : null
  if (typeof error !== 'object' || error === null || !('code' in error)) {
    // A proxy or a starting server answers without our body.
    const code = status >= 502 && status <= 504 ? 'client.unreachable' : 'client.not_understood'
    return new ApiError({ code, status, message: `HTTP ${status}` })
  }
  // the error body of the document
  const { code, message, details, requestId } = error as {
    code: ErrorCode
    message?: string
    details?: unknown
    requestId?: string
  }
  return new ApiError({ code, status, message: message ?? code, details, requestId: requestId ?? null })
}

/** Query parameters as the server reads them: several values repeat the key, absent ones are left out. */
export function toParams(input: object): URLSearchParams {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(input)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== '') params.append(name, String(one))
    }
  }
  return params
}
