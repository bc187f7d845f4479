import { concatBytes } from './bytes.ts'
import { ProofError } from './errors.ts'
import { partialTilesOf, TILE_HEIGHT, TILE_WIDTH, type Tile } from './tile.ts'
import { Frontier, HASH_BYTES, splitHashes } from './tree.ts'

const NONE: readonly Tile[] = []

/**
 * A tree that grows at its right edge and hands out each tile as it becomes full. Does a frontier's work and no
 * hashing beyond it; holds at most 255 hashes a level.
 */
export class TileBuilder {
  readonly #frontier: Frontier
  /** Hashes of the not yet full tile of each level. */
  readonly #edges: Uint8Array[][]
  #full: Tile[] = []

  private constructor(frontier: Frontier, edges: Uint8Array[][]) {
    this.#frontier = frontier
    this.#edges = edges
  }

  /** The empty tree. */
  static start(): TileBuilder {
    return new TileBuilder(new Frontier(), [])
  }

  /**
   * Goes on where another builder stopped: `partials` are the partial tiles of the tree of `size` leaves, as
   * `partialTiles` gave them or a log serves them. The frontier follows from them, so compare `root()` with the one
   * you trust. Throws `bad_tile` when one is missing, surplus or of the wrong length.
   */
  static resume(size: number, partials: readonly Tile[]): TileBuilder {
    const needed = partialTilesOf(size)
    if (needed.length !== partials.length)
      throw new ProofError('bad_tile', `${partials.length} partial tiles`)
    const edges: Uint8Array[][] = []
    const subtrees: Uint8Array[] = []
    for (const { level, index, width } of needed) {
      const tile = partials.find(partial => partial.level === level)
      if (tile?.index !== index || tile.hashes.length !== width * HASH_BYTES) {
        throw new ProofError('bad_tile', `level ${level} needs tile ${index} with ${width} hashes`)
      }
      const hashes = splitHashes(tile.hashes)
      edges[level] = hashes
      subtrees.unshift(...subtreesOf(hashes))
    }
    return new TileBuilder(new Frontier(size, subtrees), edges)
  }

  get size(): number {
    return this.#frontier.size
  }

  /** Root of the tree of the present size. */
  root(): Uint8Array {
    return this.#frontier.root()
  }

  /** A copy of the right edge as a plain frontier. */
  frontier(): Frontier {
    return this.#frontier.clone()
  }

  /** Adds a leaf by its hash and returns the tiles it made full, lowest level first. Throws `bad_hash`. */
  append(leafHash: Uint8Array): readonly Tile[] {
    this.#frontier.append(leafHash, this.#onNode)
    if (this.#full.length === 0) return NONE
    const full = this.#full
    this.#full = []
    return full
  }

  /** The tiles at the right edge that are not full yet, lowest level first. */
  partialTiles(): Tile[] {
    return partialTilesOf(this.size).map(id => ({
      ...id,
      hashes: concatBytes(...(this.#edges[id.level] ?? [])),
    }))
  }

  readonly #onNode = (height: number, hash: Uint8Array): void => {
    if (height % TILE_HEIGHT !== 0) return
    const level = height / TILE_HEIGHT
    const edge = this.#edges[level] ?? []
    this.#edges[level] = edge
    edge.push(hash)
    if (edge.length < TILE_WIDTH) return
    // The frontier counts this leaf only after the walk, hence + 1.
    const index = Math.floor((this.size + 1) / TILE_WIDTH ** (level + 1)) - 1
    this.#full.push({ level, index, width: TILE_WIDTH, hashes: concatBytes(...edge) })
    this.#edges[level] = []
  }
}

/** The hashes of one tile level as perfect subtrees, largest first. */
function subtreesOf(hashes: readonly Uint8Array[]): readonly Uint8Array[] {
  const frontier = new Frontier()
  for (const hash of hashes) frontier.append(hash)
  return frontier.hashes
}
