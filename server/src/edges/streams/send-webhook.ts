import type { Entry, StreamProblem } from '@tracedesk/contracts'
import { OutsideError } from '../../kernel/outside.ts'
import { safeFetch } from '../../kernel/safe-fetch.ts'
import {
  type Origin,
  type Outcome,
  type Stream,
  signatureHeaders,
  webhookCall,
} from '../../modules/streams/index.ts'

export interface SendOptions {
  readonly allowPrivate: boolean
  readonly timeoutMs: number
}

/**
 * Answers that speak of the caller or of the receiver's state, not of what was sent: they are tried again until somebody
 * mends it. Every other answer from 400 to 499 refuses this very request.
 */
const RECEIVER_TROUBLE = new Set([401, 402, 403, 404, 405, 407, 408, 421, 423, 425, 426, 429])
const ANSWER_MAX_BYTES = 64 * 1024
/** Nobody makes us wait longer than this, whatever they ask for. */
const RETRY_AFTER_MAX_MS = 3_600_000
/** How Node and OpenSSL name a certificate that does not hold. */
const CERTIFICATE =
  /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)|HOSTNAME_MISMATCH|INVALID_CA)/

/** Makes one request of entries and says what came of it. Never throws for what the receiver does. */
export async function sendWebhook(
  stream: Stream,
  entries: readonly Entry[],
  origin: Origin,
  { allowPrivate, timeoutMs }: SendOptions,
  signal: AbortSignal,
): Promise<Outcome> {
  const call = webhookCall(stream, entries, origin)
  const { address, authorization, ca } = stream.secrets
  try {
    const { status, headers } = await safeFetch(address, {
      method: 'POST',
      headers: {
        'user-agent': `Tracedesk/${origin.version}`,
        ...call.headers,
        ...signatureHeaders(stream, call, Date.now()),
        ...(authorization === null ? {} : { authorization }),
      },
      body: call.body,
      timeoutMs,
      maxBytes: ANSWER_MAX_BYTES,
      allowPrivate,
      signal,
      ...(ca === null ? {} : { ca }),
    })
    return judge(status, headers['retry-after'])
  } catch (error) {
    return { kind: 'trouble', problem: problemOf(error), status: null, afterMs: null }
  }
}

function judge(status: number, retryAfter: string | string[] | undefined): Outcome {
  if (status >= 200 && status < 300) return { kind: 'arrived' }
  if (status === 410) return { kind: 'gone', status }
  if (status >= 400 && status < 500 && !RECEIVER_TROUBLE.has(status)) return { kind: 'refused', status }
  return { kind: 'trouble', problem: 'not_taken', status, afterMs: readRetryAfter(String(retryAfter ?? '')) }
}

/** `Retry-After` in seconds or as a date (RFC 9110, 10.2.3), in milliseconds from now; null when it says nothing. */
export function readRetryAfter(text: string): number | null {
  if (text === '') return null
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now()
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), RETRY_AFTER_MAX_MS)
}

/** What kept a connection from being made or an answer from coming. */
export function problemOf(error: unknown): StreamProblem {
  const cause = error instanceof OutsideError ? error.cause : error
  const code = String((cause as NodeJS.ErrnoException | undefined)?.code ?? '')
  if (CERTIFICATE.test(code)) return 'certificate'
  return error instanceof OutsideError ? error.failure : 'unreachable'
}
