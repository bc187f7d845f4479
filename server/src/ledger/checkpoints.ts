import { join } from 'node:path'
import { parseCheckpoint, parseNote } from '@tracedesk/proof/node'
import type { Databases } from '../db/database.ts'
import type { Logger } from '../kernel/log.ts'
import { SignerRefusalError, TreeSigner } from './signer.ts'
import { readHead, readLeaves } from './tree-store.ts'

/** Leaves are read in slices of this many, so that signing a large import keeps memory flat. */
const SLICE = 5_000
const PAUSE_MS = 60

/**
 * Has every new head of every tree signed, on the node whose signer folder holds the key the ledger names
 * (`log_signer`). Other nodes do not sign. Refusals stop the signing of that workspace and are shown until resolved.
 */
export class Checkpoints {
  readonly #databases: Databases
  readonly #folder: string
  readonly #log: Logger
  readonly #signers = new Map<string, TreeSigner>()
  readonly #running = new Map<string, Promise<void>>()
  readonly #again = new Set<string>()
  readonly #problems = new Map<string, string>()
  readonly #listeners = new Set<(signed: { workspaceId: string; size: number }) => void>()
  #stopped = false

  constructor(parts: { databases: Databases; signerFolder: string; log: Logger }) {
    this.#databases = parts.databases
    this.#folder = parts.signerFolder
    this.#log = parts.log
  }

  /** The verifier key for a tree that is about to begin: makes the signing key. */
  async createKey(workspaceId: string, epoch: number, origin: string): Promise<string> {
    const signer = await TreeSigner.open(join(this.#folder, workspaceId, String(epoch)), origin, true)
    if (!signer) throw new Error('the signer could not be created')
    return signer.vkey
  }

  /** Why a workspace's heads are not being signed now; null when they are. */
  problem(workspaceId: string): string | null {
    return this.#problems.get(workspaceId) ?? null
  }

  onSigned(listener: (signed: { workspaceId: string; size: number }) => void): void {
    this.#listeners.add(listener)
  }

  /** Says that a tree grew. Returns at once. */
  wake(workspaceId: string): void {
    if (this.#stopped) return
    if (this.#running.has(workspaceId)) {
      this.#again.add(workspaceId)
      return
    }
    this.#running.set(workspaceId, this.#work(workspaceId))
  }

  /** At start: sign whatever grew while nobody signed. */
  async wakeAll(): Promise<void> {
    const heads = await this.#databases.read.selectFrom('log_head').select('workspace_id').execute()
    for (const { workspace_id } of heads) this.wake(workspace_id)
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.values())
    this.#stopped = true
    await Promise.all(this.#running.values())
  }

  async #work(workspaceId: string): Promise<void> {
    try {
      do {
        this.#again.delete(workspaceId)
        await this.signHead(workspaceId)
        await new Promise(resolve => setTimeout(resolve, PAUSE_MS))
      } while (this.#again.has(workspaceId))
    } catch (error) {
      const cause = error instanceof SignerRefusalError ? error.refusal : 'error'
      this.#problems.set(workspaceId, cause)
      this.#log.error({ err: error as Error, workspaceId }, 'the head of the ledger was not signed')
    } finally {
      this.#running.delete(workspaceId)
    }
  }

  /** Signs the present head if it grew; returns the signed size, or null where this node does not sign. */
  async signHead(workspaceId: string): Promise<number | null> {
    const head = await readHead(this.#databases.read, workspaceId)
    if (!head) return null
    const signer = await this.#signer(workspaceId, head.epoch, head.origin)
    if (!signer) return null
    if (head.size > signer.size || signer.note === null) {
      await signer.sign(head.size, head.root, this.#leaves(workspaceId, signer.size, head.size))
      this.#problems.delete(workspaceId)
    } else if (head.size < signer.size) {
      throw new SignerRefusalError(
        'tree_shrunk',
        `the tree has ${head.size} leaves; ${signer.size} were signed`,
      )
    }
    // Also when nothing grew: a crash between signing and publishing left a note that nobody has seen yet.
    await this.#publish(workspaceId, head.epoch, signer)
    for (const listener of this.#listeners) listener({ workspaceId, size: signer.size })
    return signer.size
  }

  async #publish(workspaceId: string, epoch: number, signer: TreeSigner): Promise<void> {
    if (signer.note === null) return
    const { size } = parseCheckpoint(parseNote(signer.note).text)
    await this.#databases.ledger.query(
      'insert into log_checkpoint (workspace_id, epoch, size, note, vkey) values ($1, $2, $3, $4, $5) on conflict do nothing',
      [workspaceId, epoch, size, signer.note, signer.vkey],
    )
  }

  async #signer(workspaceId: string, epoch: number, origin: string): Promise<TreeSigner | null> {
    const key = `${workspaceId}/${epoch}`
    const known = this.#signers.get(key)
    if (known) return known
    const named = await this.#databases.read
      .selectFrom('log_signer')
      .select('vkey')
      .where('workspace_id', '=', workspaceId)
      .where('epoch', '=', epoch)
      .executeTakeFirst()
    const signer = await TreeSigner.open(join(this.#folder, workspaceId, String(epoch)), origin, false)
    if (!signer || !named) return null
    if (signer.vkey !== named.vkey)
      throw new SignerRefusalError(
        'other_key',
        `the ledger names the key ${named.vkey}; this signer holds ${signer.vkey}`,
      )
    this.#signers.set(key, signer)
    return signer
  }

  async *#leaves(workspaceId: string, from: number, to: number): AsyncIterable<Uint8Array> {
    for (let at = from; at < to; at += SLICE)
      yield* await readLeaves(this.#databases.read, workspaceId, at, Math.min(at + SLICE, to))
  }
}
