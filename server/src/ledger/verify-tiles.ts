import { HASH_BYTES, TILE_WIDTH, type Tile } from '@tracedesk/proof/node'
import type pg from 'pg'
import { copyRows } from './verify-copy.ts'
import type { Findings } from './verify-findings.ts'

/** What is wrong with a stored tile above level 0. */
export interface UpperProblem {
  readonly verdict: 'tile_missing' | 'tile_mismatch'
  readonly name: string
  readonly position: number
}

/** The stored tiles of a log: read by level, and those above the leaves held against what the leaves give. */
export class StoredTiles {
  readonly #client: pg.ClientBase
  readonly #workspaceId: string
  /** Full, and not compared yet. */
  #waiting: Tile[] = []
  readonly #problems: UpperProblem[] = []

  constructor(client: pg.ClientBase, workspaceId: string) {
    this.#client = client
    this.#workspaceId = workspaceId
  }

  /** What was found so far; a check that goes on begins with what was saved. */
  get problems(): readonly UpperProblem[] {
    return this.#problems
  }

  recall(problems: readonly UpperProblem[]): void {
    this.#problems.push(...problems)
  }

  /** A tile above level 0 that the leaves made full. */
  add(tile: Tile): void {
    this.#waiting.push(tile)
  }

  /** Compares the upper tiles that became full, so that they need not be kept. */
  async settle(): Promise<void> {
    const tiles = this.#waiting
    this.#waiting = []
    for (const tile of tiles) await this.#compare(tile)
  }

  async #compare(tile: Tile): Promise<void> {
    let stored: Buffer | undefined
    await this.read(tile.level, tile.index, tile.index + 1, (_index, hashes) => {
      stored = hashes
    })
    const position = tile.index * TILE_WIDTH ** (tile.level + 1)
    const name = `tile ${tile.index} of level ${tile.level}`
    if (!stored) this.#problems.push({ verdict: 'tile_missing', name, position })
    else if (!stored.equals(tile.hashes)) {
      const differs = position + firstDifference(stored, tile.hashes) * TILE_WIDTH ** tile.level
      this.#problems.push({ verdict: 'tile_mismatch', name, position: differs })
    }
  }

  /** Names what was found; tiles that differ only when the leaves below them are not in doubt. */
  report(findings: Findings, isDoubted: boolean): void {
    for (const { verdict, name, position } of this.#problems)
      if (verdict === 'tile_missing') findings.add(verdict, name, { position })
      else if (!isDoubted) findings.add(verdict, `${name} differs from the tiles below it`, { position })
  }

  /** Names tiles beyond a tree of `size` leaves. */
  async findSurplus(findings: Findings, size: number): Promise<void> {
    const { rows } = await this.#client.query(
      'select level, index from log_tile where workspace_id = $1 and (index + 1) * (256::numeric ^ (level + 1)) > $2 order by level, index limit 100',
      [this.#workspaceId, size],
    )
    for (const { level, index } of rows)
      findings.add('tile_surplus', `tile ${index} of level ${level} lies beyond the tree`, {
        position: Number(index) * TILE_WIDTH ** (Number(level) + 1),
      })
  }

  /** Gives the stored tiles of a level from index `from` on and below `to`, in their order. */
  async read(
    level: number,
    from: number,
    to: number,
    take: (index: number, hashes: Buffer) => void,
  ): Promise<void> {
    await copyRows(
      this.#client,
      `select index, hashes from log_tile where workspace_id = '${this.#workspaceId}' and level = ${level} and index >= ${from} and index < ${to} order by index`,
      2,
      ({ bytes, at, length }) =>
        take(
          Number(bytes.readBigInt64BE(at[0])),
          Buffer.from(bytes.subarray(at[1], (at[1] as number) + (length[1] as number))),
        ),
    )
  }
}

/** At which hash two tiles differ first, counted from 0. */
export function firstDifference(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) if (a[i] !== b[i]) return Math.floor(i / HASH_BYTES)
  return 0
}
