import { readFileSync } from 'node:fs'
import { type RequestOptions, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { StartError } from '../kernel/start-error.ts'
import type { HeadSigner, OfferedKey, RememberedEpoch, SignedHead } from './head-signer.ts'
import { SIGNER_REFUSALS, SignerRefusalError } from './signer.ts'

// What app and signer process say to each other: POST, JSON, a shared secret as bearer token. A refusal is a 409.
export const SignerRequests = {
  '/create-key': z.strictObject({
    workspaceId: z.uuid(),
    epoch: z.int().min(1),
    origin: z.string().max(500),
  }),
  '/sign': z.strictObject({ workspaceId: z.uuid() }),
  '/recall': z.strictObject({ workspaceId: z.uuid() }),
  '/offer-next-key': z.strictObject({ workspaceId: z.uuid() }),
} as const
export type SignerPath = keyof typeof SignerRequests

const Refusal = z.object({ refusal: z.enum(SIGNER_REFUSALS), message: z.string() })
const Created = z.object({ vkey: z.string() })
const Signed = z.object({
  head: z.object({ epoch: z.int(), size: z.int(), note: z.string(), vkey: z.string() }).nullable(),
})
const Offered = z.object({
  offer: z
    .object({
      epoch: z.int(),
      fromVkey: z.string(),
      toVkey: z.string(),
      size: z.int(),
      line: z.string(),
    })
    .nullable(),
})

const Recalled = z.object({
  epochs: z.array(z.object({ epoch: z.int(), vkey: z.string(), note: z.string() })),
})

/** Signing the first head after a large import reads all its leaves: a million take about ten seconds. */
const PATIENCE_MS = 120_000
const MOST_BYTES = 2_000_000

/** The secret in the file that app and signer share. Throws StartError `secret.not_readable`. */
export function readSignerSecret(file: string): string {
  try {
    const secret = readFileSync(file, 'utf8').trim()
    if (secret.length < 32) throw new Error('it holds fewer than 32 characters')
    return secret
  } catch (error) {
    throw new StartError(
      'secret.not_readable',
      `The signer’s secret file ${file} cannot be used: ${(error as Error).message}. The signer makes it when it first starts.`,
      { cause: error },
    )
  }
}

/** Where a SIGNER_URL leads, as node:http wants it. */
export function signerTarget(url: string): RequestOptions {
  if (url.startsWith('unix:')) return { socketPath: url.slice(5) }
  const { hostname, port } = new URL(url)
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) }
}

/** Nobody listens where the signer should. */
class SignerAway extends Error {}
const ATTEMPTS = 20
const PAUSE_MS = 250

/** A signer in a process of its own: this one never sees a key. */
export class RemoteSigner implements HeadSigner {
  readonly #target: RequestOptions
  readonly #secret: string

  constructor(url: string, secret: string) {
    this.#target = signerTarget(url)
    this.#secret = secret
  }

  async createKey(workspaceId: string, epoch: number, origin: string): Promise<string> {
    const ask = () => this.#ask('/create-key', { workspaceId, epoch, origin })
    // The signer waits for the database as we do, and may be a moment later.
    for (let attempt = 1; attempt < ATTEMPTS; attempt++) {
      try {
        return Created.parse(await ask()).vkey
      } catch (error) {
        if (!(error instanceof SignerAway)) throw error
        await sleep(PAUSE_MS)
      }
    }
    return Created.parse(await ask()).vkey
  }

  async sign(workspaceId: string): Promise<SignedHead | null> {
    return Signed.parse(await this.#ask('/sign', { workspaceId })).head
  }

  async offerNextKey(workspaceId: string): Promise<OfferedKey | null> {
    return Offered.parse(await this.#ask('/offer-next-key', { workspaceId })).offer
  }

  async recall(workspaceId: string): Promise<RememberedEpoch[]> {
    return Recalled.parse(await this.#ask('/recall', { workspaceId })).epochs
  }

  async #ask(path: SignerPath, body: object): Promise<unknown> {
    const { status, text } = await this.#post(path, JSON.stringify(body))
    if (status === 409) {
      const { refusal, message } = Refusal.parse(JSON.parse(text))
      throw new SignerRefusalError(refusal, message)
    }
    if (status !== 200) throw new Error(`the signer answered ${status}`)
    return JSON.parse(text)
  }

  #post(path: SignerPath, body: string): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const asked = request(
        {
          ...this.#target,
          path,
          method: 'POST',
          headers: { authorization: `Bearer ${this.#secret}`, 'content-type': 'application/json' },
          signal: AbortSignal.timeout(PATIENCE_MS),
        },
        answer => {
          const chunks: Buffer[] = []
          let bytes = 0
          answer.on('data', (chunk: Buffer) => {
            bytes += chunk.length
            if (bytes > MOST_BYTES) answer.destroy(new Error('the signer’s answer is too long'))
            else chunks.push(chunk)
          })
          answer.on('error', reject)
          answer.on('end', () =>
            resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
          )
        },
      )
      asked.on('error', cause => reject(new SignerAway('the signer cannot be reached', { cause })))
      asked.end(body)
    })
  }
}
