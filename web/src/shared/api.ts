import type {
  CommandInput,
  CommandName,
  CommandOutput,
  ErrorCode,
  QueryInput,
  QueryName,
  QueryOutput,
} from '@tracedesk/contracts'

/** Codes of the server, and the two a browser finds by itself. */
export type ScreenErrorCode = ErrorCode | 'client.unreachable' | 'client.not_understood'

/** What every failed call throws. The screen words it by `code`; `requestId` is what a user can quote. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: ScreenErrorCode
  readonly status: number
  readonly details: unknown
  readonly requestId: string | null

  constructor(error: {
    code: ScreenErrorCode
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

interface CallOptions {
  signal?: AbortSignal
  cache?: RequestCache
}
interface CommandOptions extends CallOptions {
  /** The same key makes a second arrival harmless: give the first attempt's key when trying again. */
  key?: string
}

/** Pauses before the second, third and fourth attempt of a command that may or may not have arrived. */
const RETRY_AFTER_MS = [400, 1200, 3000]
/** Answers after which the same command may be tried again: nothing was decided about it. */
const UNDECIDED = new Set<ScreenErrorCode>([
  'client.unreachable',
  'idempotency.in_progress',
  'database.unavailable',
])

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

async function readError(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null)
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : null
  if (typeof error !== 'object' || error === null || !('code' in error)) {
    // A proxy or a starting server answers without our body.
    const code =
      response.status >= 502 && response.status <= 504 ? 'client.unreachable' : 'client.not_understood'
    return new ApiError({ code, status: response.status, message: `HTTP ${response.status}` })
  }
  const { code, message, details, requestId } = error as {
    code: ErrorCode
    message?: string
    details?: unknown
    requestId?: string | null
  }
  return new ApiError({
    code,
    status: response.status,
    message: message ?? code,
    details,
    requestId: requestId ?? null,
  })
}

async function call(path: string, init: RequestInit): Promise<Response> {
  const response = await fetch(path, { credentials: 'same-origin', ...init }).catch((cause: unknown) => {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new ApiError({ code: 'client.unreachable', status: 0, message: String(cause) })
  })
  if (!response.ok) throw await readError(response)
  return response
}

/** Query parameters as the server reads them: several values repeat the key, absent ones are left out. */
export function toParams(input: Record<string, unknown>): URLSearchParams {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(input)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== '') params.append(name, String(one))
    }
  }
  return params
}

/**
 * `GET /api/<name>` with its parameters.
 * @throws ApiError with the server's code, or `client.unreachable` when no answer came.
 */
async function query<N extends QueryName>(
  name: N,
  input: QueryInput<N>,
  options: CallOptions = {},
): Promise<QueryOutput<N>> {
  const params = toParams(input as Record<string, unknown>).toString()
  const response = await call(`/api/${name}${params ? `?${params}` : ''}`, { ...options })
  // The contract types what the server has parsed and serialised with the same schema.
  return (await response.json()) as QueryOutput<N>
}

/** `GET /api/<path>` of the few routes that answer with plain text (checkpoint, verifier key). */
async function text(path: string, options: CallOptions = {}): Promise<string> {
  return (await call(`/api/${path}`, { ...options })).text()
}

/**
 * `POST /api/<name>`, tried up to four times with one Idempotency-Key while the answer leaves open what happened.
 * @throws ApiError; after the last attempt with the code of that attempt.
 */
async function command<N extends CommandName>(
  name: N,
  input: CommandInput<N>,
  { key = crypto.randomUUID(), ...options }: CommandOptions = {},
): Promise<CommandOutput<N>> {
  const init: RequestInit = {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify(input),
    ...options,
  }
  for (let attempt = 0; ; attempt++) {
    try {
      return (await (await call(`/api/${name}`, init)).json()) as CommandOutput<N>
    } catch (error) {
      const wait = RETRY_AFTER_MS[attempt]
      if (wait === undefined || !(error instanceof ApiError) || !UNDECIDED.has(error.code)) throw error
      await pause(wait)
    }
  }
}

/** The bytes at a path of this server. Throws ApiError like `query`. */
async function bytes(path: string, options: CallOptions = {}): Promise<Uint8Array> {
  return new Uint8Array(await (await call(path, { ...options })).arrayBuffer())
}

export const api = { bytes, query, command, text }

/** The code of any thrown value; what is no ApiError is a fault of this page. */
export const codeOf = (error: unknown): ScreenErrorCode =>
  error instanceof ApiError ? error.code : 'client.not_understood'
