import { type Beside, findPartProblem } from './beside.ts'
import { equalBytes, toBase64, utf8Decode } from './bytes.ts'
import { MAX_LEAF_BYTES } from './canonical.ts'
import { type Checkpoint, readUnverifiedCheckpoint, type Trust, verifyCheckpoint } from './checkpoint.ts'
import { ProofError } from './errors.ts'
import { decodeLeaf } from './leaf.ts'
import { scanLeaf } from './leaf-scan.ts'
import type { VerifiedSignature } from './note.ts'
import { findProjectionMismatch, type LeafProjection, projectLeaf } from './projection.ts'
import { TILE_WIDTH, type Tile, tilePath } from './tile.ts'
import { TileBuilder } from './tile-builder.ts'
import { Frontier, HASH_BYTES, hashLeaf } from './tree.ts'
import { type Finding, Findings, type Verdict } from './verdict.ts'

export type VerifierOptions = Trust & {
  /** The signed note to verify against. */
  readonly checkpoint: string
  /**
   * Older signed notes of the same tree, from the verifier's own records: history must still agree with them. One of an
   * epoch that has ended comes with the trust that held then.
   */
  readonly known?: readonly (string | KnownNote)[]
  /** Right edge of the tree at the first leaf given; the empty tree by default. */
  readonly start?: Frontier
  /**
   * Asked once, in `finish`: how many numbers of conversations may be missing, because the log says that leaves with so
   * many were destroyed. Their hashes are given by `addClosed`. Without it no number may be missing.
   */
  readonly numbersDestroyed?: () => number
  /** Keep full tiles for `takeTiles`; only from the empty tree. Take them often: until then they are in memory. */
  readonly collectTiles?: boolean
}

export type KnownNote = { readonly note: string; readonly trust: Trust }

export type VerifyReport = {
  /** `ok`, or that of the first finding. */
  readonly verdict: Verdict
  /** First bad position of the first finding, null when that is not known or nothing is wrong. */
  readonly position: number | null
  readonly detail: string
  /** Leaves seen, counted from the start of the log, and the root they give. */
  readonly size: number
  readonly root: Uint8Array
  readonly signedBy: readonly VerifiedSignature[]
  readonly witnessedBy: readonly VerifiedSignature[]
  /** The first hundred, those with a position first; `counts` has them all. */
  readonly findings: readonly Finding[]
  readonly counts: Readonly<Partial<Record<Verdict, number>>>
}

/** A checkpoint whose root is compared when the tree reaches its size. */
type Milestone = { readonly head: Checkpoint; readonly isKnown: boolean; root?: Uint8Array }

/**
 * Verifies a log leaf by leaf against a signed checkpoint, in memory that does not grow with the log (but for one
 * number a conversation). `add` every leaf in order, then `finish`.
 */
export function createVerifier(options: VerifierOptions): Verifier {
  return new Verifier(options)
}

export class Verifier {
  readonly #options: VerifierOptions
  readonly #findings = new Findings()
  readonly #tree: Frontier | TileBuilder
  readonly #firstPosition: number
  readonly #milestones: Milestone[]
  readonly #conversations = new Map<string, number>()
  /** Numbers of conversations that were skipped, where that may be right, and where it began. */
  #skipped = 0
  #firstSkip: { position: number; detail: string } | null = null
  #nextMilestone = 0
  #position: number
  /** After a gap nothing about the tree can be said any more; leaves are still checked one by one. */
  #treeIsWhole = true
  #tiles: Tile[] = []

  /** Throws `bad_index` when `start` lies behind a known checkpoint or comes with `collectTiles`. */
  constructor(options: VerifierOptions) {
    const { start = new Frontier(), collectTiles = false } = options
    if (collectTiles && start.size > 0)
      throw new ProofError('bad_index', 'tiles need every leaf from the first')
    this.#options = options
    this.#tree = collectTiles ? TileBuilder.start() : start.clone()
    this.#firstPosition = start.size
    this.#position = start.size
    this.#milestones = collectMilestones(options)
    if (this.#milestones.some(({ head }) => head.size < start.size)) {
      throw new ProofError('bad_index', `a checkpoint is older than the start at ${start.size}`)
    }
    this.#passMilestones()
  }

  /** Takes the next leaf. Returns what is wrong with it, `ok` when nothing is; more may only show in `finish`. */
  add(position: number, leafBytes: Uint8Array, beside?: Beside): Verdict {
    const gap = this.#advance(position, () => hashLeaf(leafBytes))
    const columns = this.#readColumns(position, leafBytes)
    if (typeof columns === 'string') return columns
    const counter = this.#checkCounter(position, columns)
    const shown = beside === undefined ? 'ok' : this.#checkBeside(position, leafBytes, columns, beside)
    return [gap, counter, shown].find(verdict => verdict !== 'ok') ?? 'ok'
  }

  /** Takes the next leaf of which only the hash is shown: its place is proven, its content is not looked at. */
  addClosed(position: number, leafHash: Uint8Array): Verdict {
    return this.#advance(position, () => leafHash)
  }

  /** The tiles that became full since the last call. Compare each with the stored one by `compareTile`. */
  takeTiles(): readonly Tile[] {
    const tiles = this.#tiles
    this.#tiles = []
    return tiles
  }

  /** The tiles at the right edge, once all leaves are in; none when tiles are not collected or leaves were missing. */
  partialTiles(): readonly Tile[] {
    return this.#tree instanceof TileBuilder && this.#treeIsWhole ? this.#tree.partialTiles() : []
  }

  /** Compares a tile made of the leaves with the one the log stores (undefined when it has none). */
  compareTile(tile: Tile, stored: Uint8Array | undefined): Verdict {
    const name = tilePath(tile.level, tile.index, tile.width)
    if (stored === undefined)
      return this.#findings.add({ verdict: 'tile_missing', ...placeOf(tile, 0), detail: name })
    const hash = firstDifference(tile.hashes, stored)
    if (hash === undefined) return 'ok'
    return this.#findings.add({
      verdict: 'tile_mismatch',
      ...placeOf(tile, hash),
      detail: `${name} hash ${hash}`,
    })
  }

  /** Verifies signatures and roots and sums up. Throws `bad_vkey` when the trust is malformed. */
  async finish(): Promise<VerifyReport> {
    const note = await verifyCheckpoint(this.#options.checkpoint, this.#options)
    if (note.verdict !== 'ok')
      this.#findings.add({ verdict: note.verdict, position: null, detail: 'checkpoint' })
    await this.#verifyKnownNotes()
    if (this.#treeIsWhole) this.#compareRoots()
    this.#compareSkipped()
    const findings = this.#findings.sorted()
    const [first] = findings
    return {
      verdict: first?.verdict ?? 'ok',
      position: first?.position ?? null,
      detail: first?.detail ?? '',
      size: this.#position,
      root: this.#tree.root(),
      signedBy: note.verdict === 'ok' ? note.signedBy : [],
      witnessedBy: note.verdict === 'ok' ? note.witnessedBy : [],
      findings,
      counts: this.#findings.counts(),
    }
  }

  #advance(position: number, leafHash: () => Uint8Array): Verdict {
    const expected = this.#position
    if (position !== expected) {
      this.#treeIsWhole = false
      this.#position = Math.max(expected, position + 1)
      const detail = `expected ${expected}, given ${position}`
      return this.#findings.add({ verdict: 'position_gap', position: Math.min(expected, position), detail })
    }
    this.#position += 1
    if (!this.#treeIsWhole) return 'ok'
    const full = this.#tree.append(leafHash())
    if (full !== undefined && full.length > 0) this.#tiles.push(...full)
    this.#passMilestones()
    return 'ok'
  }

  #passMilestones(): void {
    for (
      let milestone = this.#milestones[this.#nextMilestone];
      milestone?.head.size === this.#tree.size;
      milestone = this.#milestones[this.#nextMilestone]
    ) {
      milestone.root = this.#tree.root()
      this.#nextMilestone += 1
    }
  }

  #readColumns(position: number, leafBytes: Uint8Array): LeafProjection | Verdict {
    try {
      return readColumns(leafBytes)
    } catch (error) {
      if (!(error instanceof ProofError)) throw error
      return this.#findings.add({ verdict: leafVerdict(error), position, detail: error.message })
    }
  }

  #checkCounter(position: number, { conversationId, conversationCounter: counter }: LeafProjection): Verdict {
    if (conversationId === null || counter === null) return 'ok'
    const last = this.#conversations.get(conversationId)
    // A key cut out of the leaf's text would keep the whole text alive; this makes a copy of its own.
    this.#conversations.set(last === undefined ? ` ${conversationId}`.slice(1) : conversationId, counter)
    // Beginning in the middle of a log, the first entry seen of a conversation can be any of its entries.
    const expected = last === undefined ? (this.#firstPosition > 0 ? counter : 1) : last + 1
    if (counter === expected) return 'ok'
    const detail = `conversation ${conversationId}: expected ${expected}, found ${counter}`
    if (counter > expected && this.#options.numbersDestroyed !== undefined) {
      this.#skipped += counter - expected
      this.#firstSkip ??= { position, detail }
      return 'ok'
    }
    return this.#findings.add({ verdict: 'conversation_counter_gap', position, detail })
  }

  #checkBeside(
    position: number,
    bytes: Uint8Array,
    columns: LeafProjection,
    { parts, projection }: Beside,
  ): Verdict {
    const part = parts === undefined ? undefined : findPartProblem(decodeLeaf(bytes), parts)
    if (part !== undefined) this.#findings.add({ ...part, position })
    const column = projection === undefined ? undefined : findProjectionMismatch(columns, projection)
    if (column === undefined) return part?.verdict ?? 'ok'
    const verdict = this.#findings.add({ verdict: 'projection_mismatch', position, detail: column })
    return part?.verdict ?? verdict
  }

  /** Which numbers went is not written down, only how many: the gaps may not add up to more. */
  #compareSkipped(): void {
    if (this.#firstSkip === null) return
    const allowed = this.#options.numbersDestroyed?.() ?? 0
    if (this.#skipped <= allowed) return
    const detail = `${this.#firstSkip.detail}; ${this.#skipped} numbers are missing in all, ${allowed} were destroyed on record`
    this.#findings.add({
      verdict: 'conversation_counter_gap',
      position: this.#firstSkip.position,
      detail,
    })
  }

  async #verifyKnownNotes(): Promise<void> {
    for (const [at, known] of (this.#options.known ?? []).entries()) {
      const { note, trust } = typeof known === 'string' ? { note: known, trust: this.#options } : known
      const { verdict } = await verifyCheckpoint(note, { ...trust, requiredWitnesses: 0 })
      if (verdict === 'ok') continue
      this.#findings.add({
        verdict: 'known_note_invalid',
        position: null,
        detail: `known checkpoint ${at}: ${verdict}`,
      })
    }
  }

  #compareRoots(): void {
    let proven = this.#firstPosition
    for (const { head, isKnown, root } of this.#milestones) {
      const claim = `size ${head.size}, root ${toBase64(head.root)}`
      if (root === undefined) this.#reportUnreached(head, isKnown)
      else if (equalBytes(root, head.root)) proven = head.size
      else {
        const verdict = isKnown ? 'forked' : 'root_mismatch'
        this.#findings.add({
          verdict,
          position: null,
          notBefore: proven,
          detail: `${claim}: leaves give ${toBase64(root)}`,
        })
      }
    }
    const signed = this.#milestones.find(({ isKnown }) => !isKnown)?.head.size
    if (signed === undefined || this.#position <= signed) return
    const detail = `${this.#position} leaves, ${signed} signed`
    this.#findings.add({ verdict: 'note_size_mismatch', position: signed, detail })
  }

  #reportUnreached(head: Checkpoint, isKnown: boolean): void {
    const verdict = isKnown ? 'tree_shrunk' : 'note_size_mismatch'
    const detail = `${this.#position} leaves, ${head.size} signed`
    this.#findings.add({ verdict, position: this.#position, detail })
  }
}

/** Number of the first hash that differs between two rows of hashes, one of which may be cut short or too long. */
function firstDifference(made: Uint8Array, stored: Uint8Array): number | undefined {
  const longest = Math.max(made.length, stored.length)
  for (let at = 0; at < longest; at += HASH_BYTES) {
    if (!equalBytes(made.subarray(at, at + HASH_BYTES), stored.subarray(at, at + HASH_BYTES)))
      return at / HASH_BYTES
  }
  return undefined
}

/** A hash of a level 0 tile is one leaf; above that it only says from where on something differs. */
function placeOf({ level, index }: Tile, hash: number): { position: number | null; notBefore?: number } {
  const first = (index * TILE_WIDTH + hash) * TILE_WIDTH ** level
  return level === 0 ? { position: first } : { position: null, notBefore: first }
}

/** The columns of a leaf, or what `decodeLeaf` throws. */
function readColumns(leafBytes: Uint8Array): LeafProjection {
  const scanned = leafBytes.length <= MAX_LEAF_BYTES ? scanLeaf(utf8Decode(leafBytes)) : undefined
  return scanned ?? projectLeaf(decodeLeaf(leafBytes))
}

/** The checkpoints to compare with, smallest first. Those that cannot be read are reported by `finish`. */
function collectMilestones({ checkpoint, known = [] }: VerifierOptions): Milestone[] {
  const milestones = [
    ...known.map(note => ({ note: typeof note === 'string' ? note : note.note, isKnown: true })),
    { note: checkpoint, isKnown: false },
  ].flatMap(({ note, isKnown }) => {
    const head = tryReadCheckpoint(note)
    return head === undefined ? [] : [{ head, isKnown }]
  })
  return milestones.sort((a, b) => a.head.size - b.head.size)
}

function tryReadCheckpoint(note: string): Checkpoint | undefined {
  try {
    return readUnverifiedCheckpoint(note)
  } catch (error) {
    if (error instanceof ProofError) return undefined
    throw error
  }
}

function leafVerdict({ code }: ProofError): 'leaf_too_long' | 'leaf_malformed' | 'leaf_not_canonical' {
  if (code === 'too_long') return 'leaf_too_long'
  return code === 'leaf_malformed' ? 'leaf_malformed' : 'leaf_not_canonical'
}
