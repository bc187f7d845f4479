import type { AnchorFailure } from '@tracedesk/contracts'
import {
  type CosignatureVerdict,
  consistencyProof,
  formatAddCheckpoint,
  type HashReader,
  verifyCosignature,
} from '@tracedesk/proof/node'
import { askOutside, type OutsideAnswer, OutsideError } from '../kernel/outside.ts'

/** Why an anchor could not be had; the same names stand in the entry of the failure. */
export type AnchorProblem = Exclude<AnchorFailure, 'internal'>

export class AnchorError extends Error {
  readonly problem: AnchorProblem
  constructor(problem: AnchorProblem, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.problem = problem
  }
}

export interface WitnessTarget {
  /** The submission prefix. */
  readonly url: string
  readonly vkey: string
}

export interface CosignRequest {
  readonly size: number
  readonly note: string
  /** The size this witness cosigned last, as far as we know. */
  readonly knownSize: number
  /** Subtree hashes of the tree of `size` leaves. */
  readonly hashes: HashReader
  readonly timeoutMs: number
  readonly allowPrivate: boolean
  readonly signal?: AbortSignal | undefined
}

const MOST_BYTES = 20_000
/** Once as we think it is, once as the witness says it is, once more if it cosigned something in between. */
const ATTEMPTS = 3

const PROBLEM_OF = {
  malformed: 'answer_malformed',
  other_key: 'other_key',
  bad_signature: 'bad_signature',
  wrong_time: 'wrong_time',
} as const satisfies Record<Exclude<CosignatureVerdict, 'ok'>, AnchorProblem>

/**
 * Asks a witness to cosign a note (c2sp.org/tlog-witness) and verifies what it answers: made by its key, over this
 * very text, now. Returns the signature line and its POSIX time. Throws AnchorError; what a lying witness sent is
 * thrown away and its lie has a name.
 */
export async function askWitness(
  { url, vkey }: WitnessTarget,
  request: CosignRequest,
): Promise<{ line: string; time: number }> {
  let oldSize = request.knownSize
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const { status, body } = await post(url, request, oldSize)
    if (status === 200) return judge(request.note, body.toString('utf8'), vkey)
    if (status !== 409) throw refusal(status)
    oldSize = readSize(body.toString('utf8'))
    if (oldSize > request.size)
      throw new AnchorError(
        'witness_ahead',
        `the witness says it knows ${oldSize} leaves of this log; there are ${request.size}`,
      )
  }
  throw new AnchorError('refused', 'the witness names another size each time')
}

async function post(url: string, request: CosignRequest, oldSize: number): Promise<OutsideAnswer> {
  const proof = await consistencyProof(oldSize, request.size, request.hashes)
  return asAnchor(
    askOutside(`${url.replace(/\/+$/, '')}/add-checkpoint`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: Buffer.from(formatAddCheckpoint({ oldSize, proof, note: request.note }), 'utf8'),
      timeoutMs: request.timeoutMs,
      maxBytes: MOST_BYTES,
      allowPrivate: request.allowPrivate,
      signal: request.signal,
    }),
  )
}

/** Gives a failed call to the outside the name it has as an anchor's failure. */
export async function asAnchor<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error
    throw new AnchorError(error.failure, error.message, { cause: error })
  }
}

async function judge(note: string, answer: string, vkey: string): Promise<{ line: string; time: number }> {
  const judged = await verifyCosignature(note, answer, vkey, Math.floor(Date.now() / 1000))
  if (judged.verdict === 'ok') return judged
  throw new AnchorError(PROBLEM_OF[judged.verdict], `the witness’s answer: ${judged.verdict}`)
}

function refusal(status: number): AnchorError {
  if (status === 404 || status === 403)
    return new AnchorError(
      'unknown_log',
      `the witness answered ${status}: it does not know the log or its key`,
    )
  if (status === 422) return new AnchorError('refused', 'the witness says that the head does not follow')
  return new AnchorError('http_error', `the witness answered ${status}`)
}

function readSize(body: string): number {
  const size = Number(/^(0|[1-9]\d{0,15})\n$/.exec(body)?.[1] ?? Number.NaN)
  if (!Number.isSafeInteger(size)) throw new AnchorError('answer_malformed', 'the witness names no size')
  return size
}
