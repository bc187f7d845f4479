import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseCheckpoint, parseNote, verifyCheckpoint } from '@tracedesk/proof/node'
import type { ReadDb } from '../db/database.ts'
import type { StepHook } from '../kernel/durable-file.ts'
import {
  type PendingRotation,
  type SignableLeaf,
  SignerRefusalError,
  type SignerStep,
  TreeSigner,
} from './signer.ts'
import { readHead, readLeavesOrHashes, readNamedHead, type TreeHead } from './tree-store.ts'

/** Leaves are read in slices of this many, so that signing a large import keeps memory flat. */
const SLICE = 5_000

/** The head of a tree, signed. `vkey` is the key the ledger names at this moment; `size` counts leaves. */
export interface SignedHead {
  readonly epoch: number
  readonly size: number
  readonly note: string
  readonly vkey: string
}

/** What a signer remembers of one epoch: its key and the note it signed last. */
export interface RememberedEpoch {
  readonly epoch: number
  readonly vkey: string
  readonly note: string
}

export interface OfferedKey extends PendingRotation {
  readonly epoch: number
}

/** Whoever holds the keys: in this process (LocalSigner) or in another (RemoteSigner). */
export interface HeadSigner {
  /** The verifier key for a tree that is about to begin: makes the signing key, once. */
  createKey(workspaceId: string, epoch: number, origin: string): Promise<string>
  /** Signs the present head. Null where this signer holds no key of the tree. Throws SignerRefusalError. */
  sign(workspaceId: string): Promise<SignedHead | null>
  /** Makes the key that is to follow; the ledger puts it in force by naming it. Null before the first head. */
  offerNextKey(workspaceId: string): Promise<OfferedKey | null>
  /** Every epoch of a workspace in which this signer signed, the newest last. Asks no database. */
  recall(workspaceId: string): Promise<RememberedEpoch[]>
}

/** One process asks for one folder at a time, whichever object it uses. */
const busy = new Map<string, Promise<unknown>>()

async function oneAtATime<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const before = busy.get(folder)
  const mine = (async () => {
    await before?.catch(() => {}) // its failure is told to whoever asked for it
    return work()
  })()
  busy.set(folder, mine)
  try {
    return await mine
  } finally {
    if (busy.get(folder) === mine) busy.delete(folder)
  }
}

/** Holds the signers' folder. Reads heads and leaves itself and believes nobody who asks it to sign. */
export class LocalSigner implements HeadSigner {
  readonly #db: ReadDb
  readonly #folder: string
  readonly #onStep: StepHook<SignerStep> | undefined
  readonly #signers = new Map<string, TreeSigner>()
  /** The tree of each workspace as it was met last. */
  readonly #trees = new Map<string, Pick<TreeHead, 'epoch' | 'origin'>>()
  /** Trees whose published notes have been compared with this signer's memory since it started. */
  readonly #recalled = new Set<string>()

  constructor(parts: { db: ReadDb; folder: string; onStep?: StepHook<SignerStep> }) {
    this.#db = parts.db
    this.#folder = parts.folder
    this.#onStep = parts.onStep
  }

  async createKey(workspaceId: string, epoch: number, origin: string): Promise<string> {
    const folder = this.#place(workspaceId, epoch)
    return oneAtATime(folder, async () => {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
      const signer = await TreeSigner.open(folder, origin, true, this.#onStep)
      if (!signer) throw new Error('the signer could not be created')
      return signer.vkey
    })
  }

  sign(workspaceId: string): Promise<SignedHead | null> {
    return this.#withSigner(workspaceId, async (signer, head, named) => {
      if (head.size > signer.size || signer.note === null) {
        const published =
          (await this.#published(workspaceId, head, signer)) ??
          (signer.note === null ? await this.#signedBefore(workspaceId, head) : undefined)
        await signer.sign({ ...head, published }, this.#leaves(workspaceId, signer.size, head.size))
        this.#recalled.add(this.#place(workspaceId, head.epoch))
      } else if (head.size < signer.size) {
        throw new SignerRefusalError(
          'tree_shrunk',
          `the tree has ${head.size} leaves; ${signer.size} were signed`,
        )
      }
      // Also when nothing grew: a crash between signing and publishing left a note that nobody has seen yet.
      const { note } = signer
      return note === null ? null : { epoch: head.epoch, size: signer.size, note, vkey: named }
    })
  }

  offerNextKey(workspaceId: string): Promise<OfferedKey | null> {
    return this.#withSigner(workspaceId, async (signer, head) => {
      const offered = await signer.offerNextKey()
      return offered && { ...offered, epoch: head.epoch }
    })
  }

  async recall(workspaceId: string): Promise<RememberedEpoch[]> {
    const folder = join(this.#folder, workspaceId)
    if (!existsSync(folder)) return []
    const remembered: RememberedEpoch[] = []
    for (const epoch of readdirSync(folder)
      .filter(name => /^[1-9]\d*$/.test(name))
      .map(Number)) {
      const signer = await TreeSigner.open(this.#place(workspaceId, epoch), '', false)
      if (signer?.note) remembered.push({ epoch, vkey: signer.vkey, note: signer.note })
    }
    return remembered.sort((a, b) => a.epoch - b.epoch)
  }

  async #withSigner<T>(
    workspaceId: string,
    work: (signer: TreeSigner, head: TreeHead, named: string) => Promise<T | null>,
  ): Promise<T | null> {
    // where the tree was last time is mostly where it is; a restore moves it on to another epoch
    const tree = this.#trees.get(workspaceId) ?? (await readHead(this.#db, workspaceId))
    if (!tree) return null
    const { epoch, origin } = tree
    const done = await oneAtATime(this.#place(workspaceId, epoch), async () => {
      const signer = await this.#open(workspaceId, epoch, origin)
      signer?.refresh()
      // Read after the memory: another process with this folder may have signed a newer head than the first look saw.
      const now = await readNamedHead(this.#db, workspaceId)
      if (now?.head.epoch !== epoch) return null
      if (!signer || !now.named) return { result: null }
      await signer.follow(now.named)
      this.#trees.set(workspaceId, { epoch, origin })
      return { result: await work(signer, now.head, now.named) }
    })
    if (done) return done.result
    return this.#trees.delete(workspaceId) ? this.#withSigner(workspaceId, work) : null
  }

  async #open(workspaceId: string, epoch: number, origin: string): Promise<TreeSigner | null> {
    const place = this.#place(workspaceId, epoch)
    const known = this.#signers.get(place)
    if (known) return known
    const signer = await TreeSigner.open(place, origin, false, this.#onStep)
    if (signer) this.#signers.set(place, signer)
    return signer
  }

  /** The keys that the ledger names for an epoch, the one in force first. */
  async #namedKeys(workspaceId: string, epoch: number): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('log_signer')
      .select('vkey')
      .where('workspace_id', '=', workspaceId)
      .where('epoch', '=', epoch)
      .orderBy('from_size', 'desc')
      .execute()
    return rows.map(row => row.vkey)
  }

  /** The newest published note of our own, when it is ahead of our memory (a folder that came back from a backup). */
  async #published(workspaceId: string, head: TreeHead, signer: TreeSigner) {
    if (this.#recalled.has(this.#place(workspaceId, head.epoch))) return undefined
    const row = await this.#db
      .selectFrom('log_checkpoint')
      .select('note')
      .where('workspace_id', '=', workspaceId)
      .where('epoch', '=', head.epoch)
      .orderBy('size', 'desc')
      .limit(1)
      .executeTakeFirst()
    if (!row) return undefined
    const trustedVkeys = await this.#namedKeys(workspaceId, head.epoch)
    const { verdict } = await verifyCheckpoint(row.note, { origin: head.origin, trustedVkeys })
    if (verdict !== 'ok') return undefined // not ours; verification names whoever wrote it
    const published = parseCheckpoint(parseNote(row.note).text)
    if (published.size > head.size)
      throw new SignerRefusalError(
        'tree_shrunk',
        `the tree has ${head.size} leaves; this key signed ${published.size}`,
      )
    return published.size > signer.size ? published : undefined
  }

  /**
   * The newest head of an earlier epoch that the present tree must contain. Leaves that retention destroyed since are
   * taken by their hashes as far as it reaches: without it a new epoch could not be signed after a restore.
   */
  async #signedBefore(workspaceId: string, head: TreeHead) {
    for (let epoch = head.epoch - 1; epoch > 0; epoch--) {
      const row = await this.#db
        .selectFrom('log_checkpoint')
        .select('note')
        .where('workspace_id', '=', workspaceId)
        .where('epoch', '=', epoch)
        .where('size', '<=', head.size)
        .orderBy('size', 'desc')
        .limit(1)
        .executeTakeFirst()
      if (!row) continue
      const origin = head.origin.replace(/\d+$/, String(epoch))
      const ours = await TreeSigner.open(this.#place(workspaceId, epoch), origin, false)
      // Whose key it was is this signer's own memory; only one that has none has to ask the ledger.
      const trustedVkeys = ours ? [ours.vkey] : await this.#namedKeys(workspaceId, epoch)
      const { verdict } = await verifyCheckpoint(row.note, { origin, trustedVkeys })
      if (verdict === 'ok') return parseCheckpoint(parseNote(row.note).text)
    }
    return undefined
  }

  #place(workspaceId: string, epoch: number): string {
    return join(this.#folder, workspaceId, String(epoch))
  }

  async *#leaves(workspaceId: string, from: number, to: number): AsyncIterable<SignableLeaf> {
    for (let at = from; at < to; at += SLICE)
      yield* await readLeavesOrHashes(this.#db, workspaceId, at, Math.min(at + SLICE, to))
  }
}
