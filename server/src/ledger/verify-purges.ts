import { decodeLeaf, isListed, ProofError, PURGE_CHUNK, PurgeDigest } from '@tracedesk/proof/node'
import type pg from 'pg'
import type { Findings } from './verify-findings.ts'

/** Events whose entries can vouch for a list. */
const VOUCHING = ['retention.applied', 'privacy.mentions_erased']
/** Chunks kept in memory while single parts are looked up. */
const CHUNKS_KEPT = 64

type Chunk = ReadonlyMap<string, readonly Buffer[]>

/**
 * What was destroyed on record: by retention, and in colleagues' words by an erasure. A list counts only when the entry it names is in the log (or waits for it) and
 * holds its digest; a list without such an entry is a finding, and whatever only it names is missing.
 */
export class Purges {
  readonly #client: pg.ClientBase
  readonly #workspaceId: string
  readonly #valid: readonly string[]
  /** Leaves that are said to be destroyed. */
  readonly entries: number
  /** Of these, how many had a number in their conversation. */
  readonly numbered: number
  readonly parts: number
  readonly #chunks = new Map<number, Chunk>()
  #current: Chunk = new Map()
  #currentIndex = -1

  private constructor(
    client: pg.ClientBase,
    workspaceId: string,
    valid: readonly { entryId: string; what: string; count: number; numbered: number }[],
  ) {
    this.#client = client
    this.#workspaceId = workspaceId
    this.#valid = valid.map(({ entryId }) => entryId)
    const sum = (what: string, of: 'count' | 'numbered') =>
      valid.filter(each => each.what === what).reduce((total, each) => total + each[of], 0)
    this.entries = sum('entries', 'count')
    this.numbered = sum('entries', 'numbered')
    this.parts = sum('parts', 'count')
  }

  /** Reads which lists there are and holds each against its entry. */
  static async read(client: pg.ClientBase, workspaceId: string, findings: Findings): Promise<Purges> {
    const { rows } = await client.query<{ entry_id: string; leaf: Buffer | null }>(
      `select l.entry_id, (select leaf from (
           select workspace_id, entry_id, event, outcome, leaf from log_entry union all
           select workspace_id, entry_id, event, outcome, leaf from log_pending) e
         where e.workspace_id = $1 and e.entry_id = l.entry_id and e.event = any($2) and e.outcome = 'done' limit 1) as leaf
       from (select distinct entry_id from log_purge where workspace_id = $1) l order by 1`,
      [workspaceId, VOUCHING],
    )
    const valid: { entryId: string; what: string; count: number; numbered: number }[] = []
    for (const { entry_id: entryId, leaf } of rows) {
      const said = leaf && readSaid(leaf)
      if (!said)
        findings.add('purge_unrecorded', 'what was destroyed names an entry that is not in the log', {
          entryId,
        })
      else if (said.listSha256 !== (await digestOf(client, workspaceId, entryId)))
        findings.add('purge_unrecorded', 'its list of what was destroyed is not the one it vouches for', {
          entryId,
        })
      else valid.push({ entryId, ...said })
    }
    return new Purges(client, workspaceId, valid)
  }

  /** Which lists there are: what was verified while there were others cannot be gone on with. */
  get identity(): string {
    return [this.entries, this.numbered, this.parts, ...this.#valid].join(' ')
  }

  /** Is anything destroyed on record? */
  get any(): boolean {
    return this.#valid.length > 0
  }

  /** What the log says of it, for people; empty when nothing was destroyed. */
  get remarks(): string[] {
    if (!this.any) return []
    const what = [
      ...(this.entries > 0 ? [`${this.entries} entries (their hashes are still in the tree)`] : []),
      ...(this.parts > 0 ? [`${this.parts} parts`] : []),
    ]
    return [`${what.join(' and ')} were destroyed on record, as ${this.#valid.length} entries of the log say`]
  }

  /** Makes `has` answer for the positions from `from` to the end of its chunk. */
  async prepare(from: number): Promise<void> {
    const index = Math.floor(from / PURGE_CHUNK)
    if (index === this.#currentIndex) return
    this.#current = this.any ? await this.#read(index) : new Map()
    this.#currentIndex = index
  }

  /** Does anything in the prepared chunk name a part? */
  get namesParts(): boolean {
    return this.#current.size > 1 || (this.#current.size === 1 && !this.#current.has(''))
  }

  /** Was the leaf (`part` = '') or the part at a prepared position destroyed on record? */
  has(position: number, part = ''): boolean {
    return lookUp(this.#current, position, part)
  }

  /** The same for any position. */
  async hadPart(position: number, part: string): Promise<boolean> {
    if (!this.any) return false
    const index = Math.floor(position / PURGE_CHUNK)
    let chunk = this.#chunks.get(index)
    if (!chunk) {
      chunk = await this.#read(index)
      if (this.#chunks.size >= CHUNKS_KEPT) this.#chunks.clear()
      this.#chunks.set(index, chunk)
    }
    return lookUp(chunk, position, part)
  }

  async #read(index: number): Promise<Chunk> {
    const { rows } = await this.#client.query<{ part: string; positions: Buffer }>(
      'select part, positions from log_purge where workspace_id = $1 and chunk = $2 and entry_id = any($3::uuid[])',
      [this.#workspaceId, index, this.#valid],
    )
    const chunk = new Map<string, Buffer[]>()
    for (const { part, positions } of rows) chunk.set(part, [...(chunk.get(part) ?? []), positions])
    return chunk
  }
}

const lookUp = (chunk: Chunk, position: number, part: string): boolean =>
  chunk.get(part)?.some(positions => isListed(positions, position)) ?? false

function readSaid(leaf: Uint8Array) {
  try {
    const { what, count, parts, numbered, listSha256 } = decodeLeaf(leaf).data
    return {
      what: String(what ?? 'parts'),
      count: Number(count ?? parts),
      numbered: Number(numbered ?? 0),
      listSha256: String(listSha256),
    }
  } catch (error) {
    if (error instanceof ProofError) return null // a finding of the walk over all leaves
    throw error
  }
}

async function digestOf(client: pg.ClientBase, workspaceId: string, entryId: string): Promise<string> {
  const digest = new PurgeDigest()
  let after: [string, number] | null = null
  for (;;) {
    const { rows }: pg.QueryResult<{ part: string; chunk: number; positions: Buffer }> = await client.query(
      `select part, chunk, positions from log_purge where workspace_id = $1 and entry_id = $2
         and ($3::text is null or (part, chunk) > ($3, $4::bigint)) order by part, chunk limit 100`,
      [workspaceId, entryId, after?.[0] ?? null, after?.[1] ?? null],
    )
    for (const row of rows) digest.add({ ...row, chunk: Number(row.chunk) })
    const last = rows.at(-1)
    if (!last) return digest.end()
    after = [last.part, Number(last.chunk)]
  }
}
