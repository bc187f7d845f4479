import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  equalBytes,
  Frontier,
  formatCheckpoint,
  fromBase64,
  generateSigner,
  hashLeaf,
  parseNote,
  signNote,
  toBase64,
} from '@tracedesk/proof/node'
import { removeDurably, type StepHook, type WriteStep, writeDurably } from '../kernel/durable-file.ts'

/** Why the signer will not sign. Each is an alarm: the database says something else than it said before. */
export const SIGNER_REFUSALS = [
  'tree_shrunk',
  'root_mismatch',
  'leaf_missing',
  'other_key',
  /** A note that this key signed says something else than the leaves do now. */
  'forked',
] as const
export type SignerRefusal = (typeof SIGNER_REFUSALS)[number]

export class SignerRefusalError extends Error {
  readonly refusal: SignerRefusal
  constructor(refusal: SignerRefusal, message: string) {
    super(message)
    this.refusal = refusal
  }
}

export type SignerStep = WriteStep | 'release'

interface KeyPair {
  readonly skey: string
  readonly vkey: string
}

/** A key that is to follow the present one: until the ledger names it, heads are signed by both. */
interface NextKey extends KeyPair {
  /** From this size on there are signatures by it. */
  readonly size: number
  /** Its signature line under the head of that size. */
  readonly line: string
}

export interface PendingRotation {
  readonly fromVkey: string
  readonly toVkey: string
  readonly size: number
  readonly line: string
}

interface SignerState {
  readonly frontier: Frontier
  /** The note last signed; null before the first. */
  readonly note: string | null
}

/** What the tree claims to be, and a note that this signer is said to have published. */
export interface TreeClaim {
  readonly size: number
  readonly root: Uint8Array
  /** A published head larger than what the signer remembers: its memory is older than its signatures. */
  readonly published?: { readonly size: number; readonly root: Uint8Array } | undefined
}

/** A leaf; of one destroyed by retention only its hash, which the note published since then must confirm. */
export type SignableLeaf =
  | { readonly leaf: Uint8Array; readonly hash: null }
  | { readonly leaf: null; readonly hash: Uint8Array }

/**
 * Signs the heads of one tree. Key, last note and right edge of the tree live in a folder of its own, outside the
 * database: whoever rewrites the database cannot rewrite what this signer remembers. It recomputes every leaf hash
 * from bytes, never signs a tree that shrank or changed behind its edge, and writes durably before it gives a
 * signature away. A crash between any two steps leaves the old state or the new one, and either can go on.
 */
export class TreeSigner {
  readonly #folder: string
  readonly #origin: string
  readonly #onStep: StepHook<SignerStep>
  #key: KeyPair
  #next: NextKey | null
  #state: SignerState

  private constructor(folder: string, origin: string, onStep: StepHook<SignerStep>) {
    this.#folder = folder
    this.#origin = origin
    this.#onStep = onStep
    this.#key = readJson<KeyPair>(folder, 'key.json')
    this.#next = readNext(folder)
    this.#state = readState(folder)
  }

  /** Opens the signer of `origin` in `folder`; makes a key there when `create` is set. Null when there is none. */
  static async open(
    folder: string,
    origin: string,
    create: boolean,
    onStep: StepHook<SignerStep> = () => {},
  ): Promise<TreeSigner | null> {
    if (!existsSync(join(folder, 'key.json'))) {
      if (!create) return null
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      await writeDurably(folder, 'key.json', JSON.stringify(await generateSigner(origin)))
    }
    return new TreeSigner(folder, origin, onStep)
  }

  get vkey(): string {
    return this.#key.vkey
  }

  /** How many leaves the last signed tree had. */
  get size(): number {
    return this.#state.frontier.size
  }

  get note(): string | null {
    return this.#state.note
  }

  /** Takes up what another process with the same folder may have written since. */
  refresh(): void {
    this.#key = readJson<KeyPair>(this.#folder, 'key.json')
    this.#next = readNext(this.#folder)
    this.#state = readState(this.#folder)
  }

  /**
   * Follows the key that the ledger names: the present one, or the next one it offered. Throws SignerRefusalError
   * `other_key` for any third.
   */
  async follow(named: string): Promise<void> {
    if (this.#next && (named === this.#next.vkey || this.#key.vkey === this.#next.vkey)) {
      const { skey, vkey } = this.#next
      // Rename first, remove second: a crash in between leaves the key twice, and this runs again.
      await writeDurably(this.#folder, 'key.json', JSON.stringify({ skey, vkey }), this.#onStep)
      await removeDurably(this.#folder, 'next.json', this.#onStep)
      this.#key = { skey, vkey }
      this.#next = null
    }
    if (named !== this.#key.vkey)
      throw new SignerRefusalError(
        'other_key',
        `the ledger names the key ${named}; this signer holds ${this.#key.vkey}`,
      )
  }

  /**
   * Makes the key that is to follow and signs the last head with it as well. From here on every head carries both
   * signatures, until `follow` hears that the ledger names the new key: so no head is ever without the signature of
   * the key in force, whatever fails in between. Asked again, it offers the same key. Null before the first head.
   */
  async offerNextKey(): Promise<PendingRotation | null> {
    if (this.#state.note === null) return null
    if (!this.#next || this.size > this.#next.size) {
      const { skey, vkey } = this.#next ?? (await generateSigner(this.#origin))
      const { text } = parseNote(this.#state.note)
      const line = (await signNote(text, [skey])).slice(text.length + 1)
      this.#next = { skey, vkey, size: this.size, line }
      await writeDurably(this.#folder, 'next.json', JSON.stringify(this.#next), this.#onStep)
    }
    const { vkey, size, line } = this.#next
    return { fromVkey: this.#key.vkey, toVkey: vkey, size, line }
  }

  /**
   * Signs the tree that `claim` describes. `leaves` yields the bytes of the leaves from `this.size` on, in order.
   * Returns the signed note (C2SP tlog-checkpoint). Throws SignerRefusalError and signs nothing when the tree shrank,
   * a leaf is missing, or the leaves do not give that root.
   */
  async sign(claim: TreeClaim, leaves: AsyncIterable<SignableLeaf>): Promise<string> {
    const { size, root } = claim
    if (size < this.size)
      throw new SignerRefusalError('tree_shrunk', `the tree has ${size} leaves; ${this.size} were signed`)
    const frontier = await this.#extend(claim, leaves)
    if (frontier.size !== size)
      throw new SignerRefusalError(
        'leaf_missing',
        `the tree says ${size} leaves; ${frontier.size} could be read`,
      )
    if (!equalBytes(frontier.root(), root))
      throw new SignerRefusalError(
        'root_mismatch',
        `the leaves up to ${size} do not give the root the database claims`,
      )
    const skeys = [this.#key.skey, ...(this.#next ? [this.#next.skey] : [])]
    const note = await signNote(
      formatCheckpoint({ origin: this.#origin, size, root: frontier.root() }),
      skeys,
    )
    // Durable before it leaves this function: after a crash we remember having signed it, or nobody ever saw it.
    await writeDurably(
      this.#folder,
      'state.json',
      JSON.stringify({ frontier: toBase64(frontier.toBytes()), note }),
      this.#onStep,
    )
    this.#onStep('release', 'before')
    this.#state = { frontier, note }
    this.#onStep('release', 'after')
    return note
  }

  async #extend({ published }: TreeClaim, leaves: AsyncIterable<SignableLeaf>): Promise<Frontier> {
    const frontier = this.#state.frontier.clone()
    for await (const { leaf, hash } of leaves) {
      if (!leaf && frontier.size >= (published?.size ?? 0))
        throw new SignerRefusalError(
          'leaf_missing',
          `the leaf at ${frontier.size} was never signed and is gone`,
        )
      frontier.append(leaf ? hashLeaf(leaf) : hash)
      if (frontier.size === published?.size && !equalBytes(frontier.root(), published.root))
        throw new SignerRefusalError(
          'forked',
          `this key signed another tree of ${published.size} leaves than the one that is there now`,
        )
    }
    return frontier
  }
}

const readNext = (folder: string): NextKey | null =>
  existsSync(join(folder, 'next.json')) ? readJson<NextKey>(folder, 'next.json') : null

function readState(folder: string): SignerState {
  if (!existsSync(join(folder, 'state.json'))) return { frontier: new Frontier(), note: null }
  const { frontier, note } = readJson<{ frontier: string; note: string }>(folder, 'state.json')
  return { frontier: Frontier.fromBytes(fromBase64(frontier)), note }
}

/** The files are this signer's own; what does not parse stops it, loudly. */
const readJson = <T>(folder: string, name: string): T =>
  JSON.parse(readFileSync(join(folder, name), 'utf8')) as T
