import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type AddCheckpoint,
  addSignatureLines,
  type Checkpoint,
  EMPTY_ROOT,
  equalBytes,
  generateSigner,
  ProofError,
  parseAddCheckpoint,
  parseNote,
  readUnverifiedCheckpoint,
  signNote,
  type TrustFile,
  trustAtSize,
  verifyCheckpoint,
  verifyConsistency,
} from '@tracedesk/proof/node'
import { writeDurably } from '../../kernel/durable-file.ts'
import { sha256 } from '../../kernel/secret.ts'

export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422
  readonly body: string
  readonly type: 'text/plain; charset=utf-8' | 'text/x.tlog.size'
}

const answer = (status: WitnessAnswer['status'], body: string): WitnessAnswer => ({
  status,
  body: `${body}\n`,
  type: 'text/plain; charset=utf-8',
})

/**
 * A witness of c2sp.org/tlog-witness for any number of logs: it cosigns a head only if it continues the one it cosigned
 * before, and remembers the new one durably before the cosignature leaves. It keeps nothing but one note a log.
 */
export class Witness {
  readonly vkey: string
  readonly #folder: string
  readonly #skey: string
  readonly #trust: () => readonly TrustFile[]
  readonly #now: () => number
  /** What is being answered for an origin: checking and remembering must not interleave. */
  readonly #busy = new Map<string, Promise<unknown>>()

  private constructor(
    folder: string,
    key: { skey: string; vkey: string },
    trust: () => readonly TrustFile[],
    now: () => number,
  ) {
    this.#folder = folder
    this.#skey = key.skey
    this.vkey = key.vkey
    this.#trust = trust
    this.#now = now
  }

  /**
   * Opens the witness in `folder`, making its key under `name` when there is none. `trust` names the logs and their
   * keys and is asked at each request; `now` is POSIX seconds.
   */
  static async open(parts: {
    folder: string
    name: string
    trust: () => readonly TrustFile[]
    now?: () => number
  }): Promise<Witness> {
    const { folder, name, trust, now = () => Math.floor(Date.now() / 1000) } = parts
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (!existsSync(join(folder, 'key.json')))
      await writeDurably(folder, 'key.json', JSON.stringify(await generateSigner(name, 'witness')))
    const key = JSON.parse(readFileSync(join(folder, 'key.json'), 'utf8')) as { skey: string; vkey: string }
    return new Witness(folder, key, trust, now)
  }

  /** Answers the body of an add-checkpoint request. */
  async addCheckpoint(body: string): Promise<WitnessAnswer> {
    const asked = readRequest(body)
    if (!asked) return answer(400, 'the request cannot be read')
    const { origin, size } = asked.checkpoint
    const trust = this.#trust().find(log => log.origin === origin)
    if (!trust) return answer(404, 'this log is not known here')
    const { verdict } = await verifyCheckpoint(asked.note, trustAtSize(trust, size))
    if (verdict !== 'ok') return answer(403, `no key of this log signed it: ${verdict}`)
    if (asked.oldSize > size) return answer(400, 'the old size is larger than the new one')
    return this.#oneAtATime(origin, () => this.#cosign(asked))
  }

  /** The note last cosigned for the log with this origin hash (hex SHA-256 of the origin); null when there is none. */
  latest(originHash: string): string | null {
    if (!/^[0-9a-f]{64}$/.test(originHash)) return null
    const file = join(this.#folder, `${originHash}.note`)
    return existsSync(file) ? readFileSync(file, 'utf8') : null
  }

  async #cosign({ oldSize, proof, note, checkpoint }: Asked): Promise<WitnessAnswer> {
    const originHash = sha256(checkpoint.origin).toString('hex')
    const kept = this.latest(originHash)
    const known = kept === null ? { size: 0, root: EMPTY_ROOT } : readUnverifiedCheckpoint(kept)
    if (oldSize !== known.size) return { status: 409, body: `${known.size}\n`, type: 'text/x.tlog.size' }
    const verdict = follows(known, checkpoint, proof)
    if (verdict !== 'ok')
      return answer(422, `it does not follow from the head of size ${known.size}: ${verdict}`)
    const { text } = parseNote(note)
    const line = (await signNote(text, [this.#skey], this.#now())).slice(text.length + 1)
    // Remembered before the cosignature leaves: otherwise a crash could make us cosign a fork.
    await writeDurably(this.#folder, `${originHash}.note`, addSignatureLines(note, [line]))
    return { status: 200, body: line, type: 'text/plain; charset=utf-8' }
  }

  async #oneAtATime<T>(origin: string, work: () => Promise<T>): Promise<T> {
    const before = this.#busy.get(origin)
    const mine = (async () => {
      await before?.catch(() => {}) // its failure was told to whoever asked
      return work()
    })()
    this.#busy.set(origin, mine)
    try {
      return await mine
    } finally {
      if (this.#busy.get(origin) === mine) this.#busy.delete(origin)
    }
  }
}

type Asked = AddCheckpoint & { readonly checkpoint: Checkpoint }

function readRequest(body: string): Asked | null {
  try {
    const asked = parseAddCheckpoint(body)
    return { ...asked, checkpoint: readUnverifiedCheckpoint(asked.note) }
  } catch (error) {
    if (error instanceof ProofError) return null
    throw error
  }
}

function follows(
  known: { size: number; root: Uint8Array },
  next: Checkpoint,
  proof: readonly Uint8Array[],
): string {
  if (next.size === 0 && !equalBytes(next.root, EMPTY_ROOT)) return 'the empty tree has another root'
  return verifyConsistency(
    { from: known.size, to: next.size, fromRoot: known.root, toRoot: next.root },
    proof,
  )
}
