import { equalBytes, hashLeaf, type Tile, type TileBuilder } from '@tracedesk/proof/node'
import type pg from 'pg'
import { bindTx, type Databases } from '../db/database.ts'
import { ENTRY_COLUMNS } from './append.ts'
import { CopyRows, type Place } from './bulk-copy.ts'
import { buildEntry, type EntryDraft, type EntryRow, type PartRow } from './draft.ts'
import { ensureMonths } from './months.ts'
import { type Head, lockHead, type Sequencer, storeTree } from './sequencer.ts'
import type { PartOwnerId } from './subject-keys.ts'
import { resumeTree } from './tree-store.ts'

const ENTRY_TABLE_COLUMNS = ['workspace_id', 'position', ...ENTRY_COLUMNS] as const
const PART_TABLE_COLUMNS = ['workspace_id', 'entry_id', 'name', 'at', 'owner', 'sealed'] as const

/**
 * Many entries, built ahead and already in the form PostgreSQL takes; only their positions are open. Nothing in a leaf
 * depends on its position, so a batch can be prepared while the one before it is being committed.
 */
export class BulkBatch {
  readonly workspaceId: string
  readonly #recordedAt: string
  readonly #nodeId: string
  readonly #entries = new CopyRows('log_entry', ENTRY_TABLE_COLUMNS)
  readonly #parts = new CopyRows('log_part', PART_TABLE_COLUMNS)
  readonly #positions: Place[] = []
  readonly #hashes: Uint8Array[] = []
  readonly #months = new Set<string>()

  /** `recordedAt`: the database's clock. `nodeId`: the process that writes. */
  constructor(workspaceId: string, recordedAt: string, nodeId: string) {
    this.workspaceId = workspaceId
    this.#recordedAt = recordedAt
    this.#nodeId = nodeId
  }

  get size(): number {
    return this.#hashes.length
  }

  /** The month of each entry, as the first instant met in it. */
  get months(): Iterable<string> {
    return this.#months
  }

  /**
   * Adds an entry behind those already there. `counter` is its number in its conversation; entries that go straight
   * into the tree have no number of their node, because there is no queue in which one could get lost. Throws
   * ConsoleError `entry.too_large`, and has added nothing then.
   */
  add(draft: EntryDraft, keys: ReadonlyMap<PartOwnerId, Buffer>, counter: number | undefined): void {
    const counters = counter === undefined ? {} : { conversation: counter }
    const built = buildEntry(this.workspaceId, draft, this.#recordedAt, keys, counters, this.#nodeId)
    this.#hashes.push(hashLeaf(built.row.leaf))
    this.#months.add(draft.at.slice(0, 7))
    this.#addEntry(built.row)
    for (const part of built.parts) this.#addPart(part)
  }

  #addEntry(row: EntryRow): void {
    const out = this.#entries
    out.row()
    this.#positions.push(out.uuid(this.workspaceId).laterInt8())
    // in the order of ENTRY_COLUMNS
    out.uuid(row.entry_id).instant(row.at).instant(row.recorded_at).text(row.event).int2(row.version)
    out.text(row.outcome).text(row.reach).text(row.actor_kind).uuid(row.actor_id)
    out.text(row.subject_kind).text(row.subject_id)
    out.uuid(row.conversation_id).uuid(row.customer_id).uuid(row.bot_id)
    out.uuids(row.agent_ids).uuids(row.department_ids).text(row.source).bytea(row.leaf)
  }

  #addPart(part: PartRow): void {
    const out = this.#parts
    out.row()
    out.uuid(this.workspaceId).uuid(part.entry_id).text(part.name).instant(part.at)
    out.text(part.owner).bytea(part.sealed)
  }

  /** Puts the entries behind the head, in the transaction of `client` that holds the head's lock. */
  async send(client: pg.ClientBase, head: Head, tree: TileBuilder): Promise<readonly Tile[]> {
    const tiles: Tile[] = []
    for (const [i, hash] of this.#hashes.entries()) {
      tiles.push(...tree.append(hash))
      this.#entries.setInt8(this.#positions[i] as Place, head.size + i)
    }
    await this.#entries.send(client)
    await this.#parts.send(client)
    return tiles
  }
}

/**
 * Appends whole batches straight to the tree, past the queue that single entries go through: positions, tiles and head
 * move in the caller's own transaction, which therefore holds the head's lock until it ends. For imports; anything
 * that many do at once belongs through `Appender`.
 */
export class BulkAppender {
  readonly #databases: Databases
  readonly #sequencer: Pick<Sequencer, 'moveWaiting'> | null
  readonly #months = new Set<string>()
  #tree: TileBuilder | null = null

  /** `sequencer`: moves what waits out of the way; null only for entries that belong to no conversation. */
  constructor(databases: Databases, sequencer: Pick<Sequencer, 'moveWaiting'> | null) {
    this.#databases = databases
    this.#sequencer = sequencer
  }

  /** Makes the partitions for a batch, in transactions of their own. Before the transaction that appends it. */
  async makeRoom(batch: BulkBatch): Promise<void> {
    await ensureMonths(this.#databases, batch.months, this.#months)
  }

  /**
   * Locks the head (waiting for whoever sequences), moves what others committed before into the tree and appends. Call
   * it with the ledger role's connection. When the transaction does not commit, call `forget`.
   */
  async append(client: pg.PoolClient, batch: BulkBatch): Promise<{ from: number; size: number }> {
    const tx = bindTx(client)
    const { workspaceId } = batch
    const locked = await lockHead(tx, workspaceId, true)
    if (!locked) throw new Error(`workspace ${workspaceId} has no ledger`)
    const tree = await this.#treeAt(tx, workspaceId, locked)
    const head = this.#sequencer ? await this.#sequencer.moveWaiting(tx, workspaceId, locked, tree) : locked
    const tiles = await batch.send(client, head, tree)
    await storeTree(tx, workspaceId, head, tree, tiles)
    return { from: head.size, size: tree.size }
  }

  /** The tree in memory is ahead of the database; read it afresh next time. */
  forget(): void {
    this.#tree = null
  }

  async #treeAt(tx: ReturnType<typeof bindTx>, workspaceId: string, head: Head): Promise<TileBuilder> {
    const known = this.#tree
    if (known && known.size === head.size && equalBytes(known.root(), head.root)) return known
    const tree = await resumeTree(tx, workspaceId, head.size)
    if (!equalBytes(tree.root(), head.root))
      throw new Error(`leaves and tiles do not give the root of the head at size ${head.size}`)
    this.#tree = tree
    return tree
  }
}
