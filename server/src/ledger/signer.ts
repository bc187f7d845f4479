import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import {
  equalBytes,
  Frontier,
  formatCheckpoint,
  fromBase64,
  generateSigner,
  hashLeaf,
  signNote,
  toBase64,
} from '@tracedesk/proof/node'

/** Why the signer will not sign. Each is an alarm: the database says something else than it said before. */
export type SignerRefusal = 'tree_shrunk' | 'root_mismatch' | 'leaf_missing' | 'other_key'

export class SignerRefusalError extends Error {
  readonly refusal: SignerRefusal
  constructor(refusal: SignerRefusal, message: string) {
    super(message)
    this.refusal = refusal
  }
}

interface SignerState {
  readonly frontier: Frontier
  /** The note last signed; null before the first. */
  readonly note: string | null
}

/**
 * Signs the heads of one tree. Key, last note and right edge of the tree live in a folder of its own, outside the
 * database: whoever rewrites the database cannot rewrite what this signer remembers. It recomputes every leaf hash
 * from bytes, never signs a tree that shrank or changed behind its edge, and writes durably before it gives a
 * signature away.
 */
export class TreeSigner {
  readonly #folder: string
  readonly #origin: string
  readonly #skey: string
  readonly vkey: string
  #state: SignerState

  private constructor(
    folder: string,
    origin: string,
    keys: { skey: string; vkey: string },
    state: SignerState,
  ) {
    this.#folder = folder
    this.#origin = origin
    this.#skey = keys.skey
    this.vkey = keys.vkey
    this.#state = state
  }

  /** Opens the signer of `origin` in `folder`; makes a key there when `create` is set. Null when there is none. */
  static async open(folder: string, origin: string, create: boolean): Promise<TreeSigner | null> {
    const keyFile = join(folder, 'key.json')
    if (!existsSync(keyFile)) {
      if (!create) return null
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      writeDurably(folder, 'key.json', JSON.stringify(await generateSigner(origin)))
    }
    const keys = JSON.parse(readFileSync(keyFile, 'utf8')) as { skey: string; vkey: string }
    return new TreeSigner(folder, origin, keys, readState(folder))
  }

  /** How many leaves the last signed tree had. */
  get size(): number {
    return this.#state.frontier.size
  }

  get note(): string | null {
    return this.#state.note
  }

  /**
   * Signs the tree of `size` leaves with `root`. `leaves` yields the bytes of the leaves from `this.size` on, in
   * order. Returns the signed note (C2SP tlog-checkpoint). Throws SignerRefusalError and signs nothing when the tree
   * shrank, a leaf is missing, or the leaves do not give that root.
   */
  async sign(size: number, root: Uint8Array, leaves: AsyncIterable<Uint8Array>): Promise<string> {
    if (size < this.size)
      throw new SignerRefusalError('tree_shrunk', `the tree has ${size} leaves; ${this.size} were signed`)
    const frontier = this.#state.frontier.clone()
    for await (const leaf of leaves) frontier.append(hashLeaf(leaf))
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
    const note = await signNote(formatCheckpoint({ origin: this.#origin, size, root: frontier.root() }), [
      this.#skey,
    ])
    // Durable before it leaves this function: after a crash we remember having signed it, or nobody ever saw it.
    writeDurably(this.#folder, 'state.json', JSON.stringify({ frontier: toBase64(frontier.toBytes()), note }))
    this.#state = { frontier, note }
    return note
  }
}

function readState(folder: string): SignerState {
  const file = join(folder, 'state.json')
  if (!existsSync(file)) return { frontier: new Frontier(), note: null }
  const { frontier, note } = JSON.parse(readFileSync(file, 'utf8')) as { frontier: string; note: string }
  return { frontier: Frontier.fromBytes(fromBase64(frontier)), note }
}

/** Writes a file so that after a crash either the old or the new content is there, whole. */
function writeDurably(folder: string, name: string, text: string): void {
  const temporary = join(folder, `${name}.new`)
  const file = openSync(temporary, 'w', 0o600)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(temporary, join(folder, name))
  const directory = openSync(folder, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}
