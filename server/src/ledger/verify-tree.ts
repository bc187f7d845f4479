import {
  equalBytes,
  Frontier,
  fromBase64,
  HASH_BYTES,
  splitHashes,
  TILE_WIDTH,
  type Tile,
  TileBuilder,
  toBase64,
} from '@tracedesk/proof/node'
import type pg from 'pg'
import { ResumeError } from './resume-error.ts'
import { storedRoot } from './stored-root.ts'
import type { Findings } from './verify-findings.ts'
import { firstDifference, StoredTiles, type UpperProblem } from './verify-tiles.ts'

/** A size at which somebody signed or remembered a root: it is compared when the leaves reach it. */
export interface Milestone {
  readonly size: number
  readonly root: Uint8Array
  readonly what: 'checkpoint' | 'signer' | 'witness'
}

/** `TreeCheck` as JSON; hashes in base64. */
export interface SavedTree {
  readonly size: number
  readonly partials: readonly {
    readonly level: number
    readonly index: number
    readonly width: number
    readonly hashes: string
  }[]
  readonly compared: readonly Compared[]
  readonly doubts: readonly { readonly tile: number; readonly stored: string; readonly made: string }[]
  /** Doubts beyond those; absent in a state that an earlier version saved. */
  readonly moreDoubts?: number
  readonly upper: readonly UpperProblem[]
  readonly whole: boolean
}

/** A milestone that the leaves have reached; `fits` null: they could not tell. */
interface Compared {
  readonly size: number
  readonly root: string
  readonly what: Milestone['what']
  readonly fits: boolean | null
}

/** So many doubts are kept whole, 16 KB each: as many as a report lists. The others are counted. */
const MOST_DOUBTS = 100

type Doubt = { readonly tile: number; readonly stored: Uint8Array; readonly made: Uint8Array }

/**
 * Rebuilds the tree from leaf hashes and holds stored tiles, head, signed checkpoints and the signer's memory against
 * it. Where a leaf and its tile disagree, the root that was signed decides which of the two was changed.
 */
export class TreeCheck {
  readonly #client: pg.ClientBase
  readonly #workspaceId: string
  readonly #findings: Findings
  #tree = TileBuilder.start()
  readonly #milestones: Milestone[]
  readonly #missedMilestones: Milestone[] = []
  readonly #tiles: StoredTiles
  readonly #compared: Compared[] = []
  readonly #doubts: Doubt[] = []
  #moreDoubts = 0
  #nextMilestone = 0
  #tile: Uint8Array[] = []
  #stored = new Map<number, Buffer>()
  #provenSize = 0
  /** False after leaves were lost that no tile remembers: roots say nothing any more. */
  #whole = true
  /** What was signed is known, and the leaves that differ from it have been named: wrong roots are their consequence. */
  #leavesNamed = false

  constructor(client: pg.ClientBase, workspaceId: string, findings: Findings, milestones: Milestone[]) {
    this.#client = client
    this.#workspaceId = workspaceId
    this.#findings = findings
    this.#tiles = new StoredTiles(client, workspaceId)
    this.#milestones = milestones.toSorted((a, b) => a.size - b.size)
  }

  /** The empty tree. */
  static start(
    client: pg.ClientBase,
    workspaceId: string,
    findings: Findings,
    milestones: Milestone[],
  ): TreeCheck {
    const check = new TreeCheck(client, workspaceId, findings, milestones)
    check.#passMilestones()
    return check
  }

  /**
   * Goes on where another check was saved. A milestone behind that point which it did not know yet is compared with
   * what tiles and leaves give now. Throws ResumeError when they give nothing.
   */
  static async resume(
    client: pg.ClientBase,
    workspaceId: string,
    findings: Findings,
    milestones: Milestone[],
    saved: SavedTree,
  ): Promise<TreeCheck> {
    const check = new TreeCheck(client, workspaceId, findings, milestones)
    const partials = saved.partials.map(tile => ({ ...tile, hashes: fromBase64(tile.hashes) }))
    check.#tree = TileBuilder.resume(saved.size, partials)
    const edge = partials.find(({ level }) => level === 0)
    check.#tile = edge ? splitHashes(edge.hashes) : []
    check.#whole = saved.whole
    check.#tiles.recall(saved.upper)
    check.#moreDoubts = saved.moreDoubts ?? 0
    for (const { tile, stored, made } of saved.doubts)
      check.#doubts.push({ tile, stored: fromBase64(stored), made: fromBase64(made) })
    await check.#recallMilestones(saved)
    return check
  }

  save(): SavedTree {
    return {
      size: this.#tree.size,
      partials: this.#tree.partialTiles().map(tile => ({ ...tile, hashes: toBase64(tile.hashes) })),
      compared: this.#compared,
      doubts: this.#doubts.map(({ tile, stored, made }) => ({
        tile,
        stored: toBase64(stored),
        made: toBase64(made),
      })),
      moreDoubts: this.#moreDoubts,
      upper: this.#tiles.problems,
      whole: this.#whole,
    }
  }

  async #recallMilestones(saved: SavedTree): Promise<void> {
    for (const milestone of this.#milestones) {
      if (milestone.size > saved.size) break
      this.#nextMilestone++
      const { size, what } = milestone
      const root = toBase64(milestone.root)
      const known = saved.compared.find(one => one.size === size && one.root === root && one.what === what)
      this.#judge(milestone, known ? known.fits : await this.#compareLate(milestone))
    }
  }

  async #compareLate({ size, root }: Milestone): Promise<boolean | null> {
    if (!this.#whole) return null
    const stored = await storedRoot(this.#client, this.#workspaceId, size)
    if (!stored)
      throw new ResumeError(
        'resume.other_head',
        `the tree of ${size} leaves cannot be made from tiles any more`,
      )
    return equalBytes(stored, root)
  }

  #judge(milestone: Milestone, fits: boolean | null): void {
    const { size, root, what } = milestone
    this.#compared.push({ size, root: toBase64(root), what, fits })
    if (fits === false) this.#missedMilestones.push(milestone)
    // Once one root differs, all later ones do as well; only what lies before the first is proven.
    else if (fits && this.#missedMilestones.length === 0) this.#provenSize = size
  }

  get size(): number {
    return this.#tree.size
  }

  /** Loads the stored level 0 tiles that cover the positions of the next slice. */
  async prepare(from: number, to: number): Promise<void> {
    await this.#tiles.settle()
    this.#stored = new Map()
    await this.#tiles.read(0, Math.floor(from / TILE_WIDTH), Math.ceil(to / TILE_WIDTH), (index, hashes) =>
      this.#stored.set(index, hashes),
    )
  }

  /** Compares the upper tiles that became full, so that they need not be kept. */
  settle(): Promise<void> {
    return this.#tiles.settle()
  }

  /** The next leaf's hash. */
  add(hash: Uint8Array): void {
    this.#append(hash)
  }

  /** The leaf at this position is not there, rightly or not; its tile may still remember its hash. */
  addMissing(): void {
    const position = this.#tree.size
    const tile = this.#stored.get(Math.floor(position / TILE_WIDTH))
    const offset = (position % TILE_WIDTH) * HASH_BYTES
    if (tile && tile.length === TILE_WIDTH * HASH_BYTES)
      this.#append(tile.subarray(offset, offset + HASH_BYTES))
    else {
      this.#whole = false
      this.#append(new Uint8Array(HASH_BYTES))
    }
  }

  #append(hash: Uint8Array): void {
    this.#tile.push(hash)
    for (const tile of this.#tree.append(hash)) {
      if (tile.level === 0) this.#compareLeaves(tile)
      else this.#tiles.add(tile)
    }
    if (this.#tile.length === TILE_WIDTH) this.#tile = []
    if (this.#milestones[this.#nextMilestone]?.size === this.#tree.size) this.#passMilestones()
  }

  #passMilestones(): void {
    for (; this.#milestones[this.#nextMilestone]?.size === this.#tree.size; this.#nextMilestone++) {
      const milestone = this.#milestones[this.#nextMilestone] as Milestone
      this.#judge(milestone, this.#whole ? equalBytes(this.#tree.root(), milestone.root) : null)
    }
  }

  #compareLeaves(tile: Tile): void {
    const stored = this.#stored.get(tile.index)
    if (!stored)
      this.#findings.add('tile_missing', `tile ${tile.index} of level 0`, {
        position: tile.index * TILE_WIDTH,
      })
    else if (!stored.equals(tile.hashes)) this.#doubt({ tile: tile.index, stored, made: tile.hashes })
  }

  #doubt(doubt: Doubt): void {
    if (this.#doubts.length < MOST_DOUBTS) this.#doubts.push(doubt)
    else this.#moreDoubts++
  }

  /** After the last leaf: upper tiles, head, roots. `head` is what the database claims. */
  async finish(head: { size: number; root: Uint8Array }): Promise<void> {
    await this.#tiles.settle()
    this.#tiles.report(this.#findings, this.#doubts.length > 0)
    await this.#tiles.findSurplus(this.#findings, this.#tree.size)
    const headIsRight = this.#whole && equalBytes(this.#tree.root(), head.root)
    await this.#settleDoubts(head)
    if (!headIsRight && this.#whole) this.#explainHead(head)
    if (!this.#leavesNamed) this.#reportMissedMilestones()
  }

  /** One finding a kind: when one root differs, all later ones do too. */
  #reportMissedMilestones(): void {
    for (const kind of ['checkpoint', 'signer', 'witness'] as const) {
      const missed = this.#missedMilestones.filter(({ what }) => what === kind)
      const [first] = missed
      if (!first) continue
      const others = missed.length > 1 ? ` (nor ${missed.length - 1} later ones)` : ''
      this.#findings.add(
        `${kind}_mismatch`,
        `the first ${first.size} leaves do not give the root that was signed${others}; everything before position ${this.#provenSize} is as it was signed`,
        { position: this.#provenSize },
      )
    }
  }

  /** Leaves against tiles: whoever gives the root that was signed (or else the head's) is right. */
  async #settleDoubts(head: { size: number; root: Uint8Array }): Promise<void> {
    if (this.#doubts.length === 0) return
    this.#findings.take({ kept: [], count: this.#moreDoubts })
    const leavesFit = this.#missedMilestones.length === 0 && equalBytes(this.#tree.root(), head.root)
    if (leavesFit) {
      for (const { tile, stored, made } of this.#doubts)
        this.#findings.add(
          'tile_mismatch',
          `tile ${tile} of level 0 differs from its leaves, which give the right root`,
          { position: tile * TILE_WIDTH + firstDifference(stored, made) },
        )
      return
    }
    for (const { tile, stored, made } of this.#doubts) this.#reportLeaves(tile, stored, made)
    await this.#explainWithTiles(head)
  }

  #reportLeaves(tile: number, stored: Uint8Array, made: Uint8Array): void {
    if (stored.length !== made.length) {
      this.#findings.add('tile_mismatch', `tile ${tile} of level 0 has ${stored.length} bytes`, {
        position: tile * TILE_WIDTH,
      })
      return
    }
    const before = splitHashes(stored)
    const now = splitHashes(made)
    const place = new Map(before.map((hash, i) => [Buffer.from(hash).toString('hex'), i]))
    for (const [i, hash] of now.entries()) {
      if (equalBytes(hash, before[i] as Uint8Array)) continue
      const position = tile * TILE_WIDTH + i
      const from = place.get(Buffer.from(hash).toString('hex'))
      if (from === undefined)
        this.#findings.add('leaf_changed', 'its bytes do not give the hash in the tree', { position })
      else
        this.#findings.add('leaf_moved', `the leaf of position ${tile * TILE_WIDTH + from} stands here`, {
          position,
        })
    }
  }

  /** Do the stored tiles, with the leaves beyond them, give the head's root? Then they are what was signed. */
  async #explainWithTiles(head: { size: number; root: Uint8Array }): Promise<void> {
    const frontier = new Frontier()
    let agrees = true
    const unexplained = [...this.#missedMilestones]
    const take = (hash: Uint8Array) => {
      frontier.append(hash)
      while (unexplained[0]?.size === frontier.size)
        agrees &&= equalBytes(frontier.root(), unexplained.shift()?.root ?? new Uint8Array())
    }
    const full = Math.floor(this.#tree.size / TILE_WIDTH)
    await this.#tiles.read(0, 0, full, (_index, tile) => {
      if (tile.length === TILE_WIDTH * HASH_BYTES) splitHashes(tile).forEach(take)
      else agrees = false
    })
    this.#tile.forEach(take)
    this.#leavesNamed = agrees && equalBytes(frontier.root(), head.root)
  }

  #explainHead(head: { size: number; root: Uint8Array }): void {
    if (this.#leavesNamed) return
    const signed = this.#milestones.findLast(milestone => milestone.size === this.#tree.size)
    const tail = Math.max(this.#provenSize, this.#tree.size - (this.#tree.size % TILE_WIDTH))
    if (signed && equalBytes(signed.root, head.root)) {
      this.#leavesNamed = true
      this.#findings.add(
        'leaf_changed',
        `one of the leaves from ${tail} on is not what was signed (they have no tile yet that would tell which)`,
        { position: tail },
      )
    } else
      this.#findings.add(
        'head_mismatch',
        `the leaves give another root than the head of size ${head.size} claims`,
        { position: this.#provenSize },
      )
  }
}
