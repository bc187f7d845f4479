import { equalBytes, HASH_BYTES, hashLeaf, type Tile, type TileBuilder } from '@tracedesk/proof/node'
import { CompiledQuery, sql } from 'kysely'
import { bindTx, type Databases, type Tx } from '../db/database.ts'
import type { Logger } from '../kernel/log.ts'
import { Rounds } from '../kernel/rounds.ts'
import { hmac, type InstallationSecret, sameBytes } from '../kernel/secret.ts'
import { Turns } from '../kernel/turns.ts'
import { pendingMac } from './draft.ts'
import { ensureMonths } from './months.ts'
import { resumeTree } from './tree-store.ts'
import { BATCH_MAX, moveOldest, movePending, oldestPending, type PendingRow } from './waiting.ts'

/** Between two batches of a workspace, so that a busy workspace pays for a few large batches instead of many small ones. */
const PAUSE_MS = 100
/** Entries whose node died before it woke a sequencer, or that another node wrote, are found this often. */
const SWEEP_MS = 250

export interface SequencedBatch {
  readonly workspaceId: string
  readonly from: number
  readonly size: number
}

/**
 * Moves committed entries from `log_pending` into the tree. Every node runs one; there is no leader. Whoever holds
 * the lock on the head row works, the others pass by; the head itself is swapped by comparing size and root, so even
 * a sequencer with a wrong memory can do no harm. Dying at any line loses nothing: a batch is one transaction.
 */
export class Sequencer {
  readonly #databases: Databases
  readonly #mac: Buffer
  readonly #log: Logger
  readonly #trees = new Map<string, TileBuilder>()
  readonly #months = new Set<string>()
  readonly #turns: Turns
  readonly #sweeps: Rounds
  readonly #listeners = new Set<(batch: SequencedBatch) => void>()

  constructor(parts: { databases: Databases; secret: InstallationSecret; log: Logger }) {
    this.#databases = parts.databases
    this.#mac = parts.secret.key('pending-mac')
    this.#log = parts.log
    this.#turns = new Turns({
      restMs: PAUSE_MS,
      turn: async (workspaceId, signal) => {
        while ((await this.sequenceOnce(workspaceId)) === BATCH_MAX && !signal.aborted);
      },
      onError: (error, workspaceId) => {
        this.#trees.delete(workspaceId)
        this.#log.error({ err: error, workspaceId }, 'a batch could not be sequenced; it will be tried again')
      },
    })
    this.#sweeps = new Rounds({
      everyMs: SWEEP_MS,
      atOnce: true,
      work: () => this.#sweep(),
      onError: error => this.#log.warn({ err: error }, 'the sequencer could not look for waiting entries'),
    })
  }

  /** Begins to look for entries that nobody announced. */
  start(): void {
    this.#sweeps.start()
  }

  /** Stops after the batches under way. */
  async stop(): Promise<void> {
    await this.#sweeps.stop()
    await this.#turns.stop()
  }

  /** Told of every batch this node put into the tree. */
  onBatch(listener: (batch: SequencedBatch) => void): void {
    this.#listeners.add(listener)
  }

  /** Says that a workspace has new entries. Returns at once. */
  wake(workspaceId: string): void {
    this.#turns.wake(workspaceId)
  }

  async #sweep(): Promise<void> {
    // by workspace: what was moved lies dead in the table for a while, and reading past all of it would cost more
    const waiting = await this.#databases.read
      .selectFrom('log_head as h')
      .select('h.workspace_id')
      .where(({ exists, selectFrom }) =>
        exists(selectFrom('log_pending as p').whereRef('p.workspace_id', '=', 'h.workspace_id')),
      )
      .execute()
    for (const { workspace_id } of waiting) this.wake(workspace_id)
  }

  /** Sequences one batch; returns how many pending rows it took (0 when there are none or another node is at it). */
  async sequenceOnce(workspaceId: string): Promise<number> {
    try {
      return await this.#batch(workspaceId, (tx, head, tree) => this.#takeAll(tx, workspaceId, head, tree))
    } catch (error) {
      if (!isOdd(error)) throw error
      return this.#batch(workspaceId, async (tx, head, tree) => {
        const rows = await oldestPending(tx, workspaceId)
        await this.#store(tx, workspaceId, head, tree, rows)
        return rows.length
      })
    }
  }

  async #batch(
    workspaceId: string,
    move: (tx: Tx, head: Head, tree: TileBuilder) => Promise<number>,
  ): Promise<number> {
    const client = await this.#databases.ledger.connect()
    let broken = false
    try {
      await client.query('begin')
      const tx = bindTx(client)
      const head = await lockHead(tx, workspaceId)
      const tree = head && (await this.#treeAt(tx, workspaceId, head))
      // Until commit the memory is ahead of the database; forgetting it makes the next round read afresh.
      this.#trees.delete(workspaceId)
      const moved = head && tree ? await move(tx, head, tree) : 0
      await client.query(moved > 0 ? 'commit' : 'rollback')
      if (!head || !tree) return 0
      this.#trees.set(workspaceId, tree)
      if (tree.size > head.size) this.#announce({ workspaceId, from: head.size, size: tree.size })
      return moved
    } catch (error) {
      broken = await client.query('rollback').then(
        () => false,
        () => true,
      )
      throw error
    } finally {
      client.release(broken)
    }
  }

  /**
   * Moves the oldest of what waits in one statement, and looks only then whether all of it is ours. Throws when it is
   * not: the batch is undone, and row by row comes again.
   */
  async #takeAll(tx: Tx, workspaceId: string, head: Head, tree: TileBuilder): Promise<number> {
    const { hashes, macs } = await moveOldest(tx, workspaceId, head.size)
    if (hashes.length === 0) return 0
    if (macs.length !== hashes.length) throw new OddBatchError('a MAC has another length')
    const tiles: Tile[] = []
    for (let at = 0; at < hashes.length; at += HASH_BYTES) {
      const hash = hashes.subarray(at, at + HASH_BYTES)
      if (!sameBytes(pendingMac(this.#mac, hash), macs.subarray(at, at + HASH_BYTES)))
        throw new OddBatchError('a waiting entry has a wrong MAC')
      tiles.push(...tree.append(new Uint8Array(hash)))
    }
    await storeTree(tx, workspaceId, head, tree, tiles)
    return hashes.length / HASH_BYTES
  }

  /**
   * Moves what waits into `tree`, within the transaction that holds the lock of `head` and goes on; what that
   * transaction itself wrote stays where it is. Returns the new head. For whoever puts entries behind it past the queue:
   * those of one conversation must stand in the tree in the order of their numbers.
   */
  async moveWaiting(tx: Tx, workspaceId: string, head: Head, tree: TileBuilder): Promise<Head> {
    for (let at = head; ; at = { size: tree.size, root: Buffer.from(tree.root()) }) {
      const rows = await oldestPending(tx, workspaceId, 'and xact <> pg_current_xact_id()')
      if (rows.length === 0) return at
      await this.#store(tx, workspaceId, at, tree, rows)
    }
  }

  async #store(
    tx: Tx,
    workspaceId: string,
    head: Head,
    tree: TileBuilder,
    rows: PendingRow[],
  ): Promise<void> {
    const genuine: { row: PendingRow; hash: Uint8Array }[] = []
    const forged: PendingRow[] = []
    for (const row of rows) {
      const hash = hashLeaf(row.leaf)
      if (this.#isOurs(row, hash)) genuine.push({ row, hash })
      else forged.push(row)
    }
    if (forged.length > 0) await this.#reject(tx, workspaceId, forged)
    await ensureMonths(
      this.#databases,
      genuine.map(({ row }) => row.at),
      this.#months,
    )
    const tiles: Tile[] = []
    for (const { hash } of genuine) tiles.push(...tree.append(hash))
    await movePending(
      tx,
      workspaceId,
      genuine.map(({ row }) => row.ordinal),
      head.size,
    )
    await storeTree(tx, workspaceId, head, tree, tiles)
  }

  /** An older version made the MAC of the leaf itself; what it wrote last may have waited through the upgrade. */
  #isOurs({ leaf, mac }: PendingRow, hash: Uint8Array): boolean {
    return sameBytes(pendingMac(this.#mac, hash), mac) || sameBytes(hmac(this.#mac, leaf), mac)
  }

  async #treeAt(tx: Tx, workspaceId: string, head: Head): Promise<TileBuilder> {
    const remembered = this.#trees.get(workspaceId)
    if (remembered && remembered.size === head.size && equalBytes(remembered.root(), head.root))
      return remembered
    const tree = await resumeTree(tx, workspaceId, head.size)
    if (!equalBytes(tree.root(), head.root))
      throw new Error(
        `workspace ${workspaceId}: leaves and tiles do not give the root of the head at size ${head.size}`,
      )
    return tree
  }

  /** A row this installation did not write: out of the queue, kept as evidence, never in the tree. */
  async #reject(tx: Tx, workspaceId: string, forged: PendingRow[]): Promise<void> {
    this.#log.error(
      { workspaceId, entries: forged.map(row => row.entry_id) },
      'pending entries with a wrong MAC were put aside',
    )
    await sql`with gone as (delete from log_pending where workspace_id = ${workspaceId} and ordinal = any(${forged.map(row => row.ordinal)}::bigint[]) returning workspace_id, entry_id, leaf, mac)
      insert into log_rejected (workspace_id, entry_id, cause, leaf, mac) select workspace_id, entry_id, 'wrong_mac', leaf, mac from gone`.execute(
      tx,
    )
  }

  #announce(batch: SequencedBatch): void {
    for (const listener of this.#listeners) listener(batch)
  }
}

export interface Head {
  readonly size: number
  readonly root: Buffer
}

/** The head row, locked; null when another node holds it or the workspace has no ledger yet. */
export async function lockHead(tx: Tx, workspaceId: string, wait = false): Promise<Head | null> {
  const { rows } = await tx.executeQuery<Head>(
    CompiledQuery.raw(
      `select size, root from log_head where workspace_id = $1 for update ${wait ? '' : 'skip locked'}`,
      [workspaceId],
    ),
  )
  return rows[0] ?? null
}

/** Something in the batch is not as it should be: it has to be looked at row by row. */
class OddBatchError extends Error {}

/** Also where the database has no place for a row, because its time is none that an entry of ours could have. */
const isOdd = (error: unknown): boolean =>
  error instanceof OddBatchError || (error as { code?: unknown } | null)?.code === NO_PARTITION

/** PostgreSQL's check_violation: no partition takes the row. */
const NO_PARTITION = '23514'

/** Stores the tiles that became full and swaps the head. Throws when the head is no longer the one we extended. */
export async function storeTree(
  tx: Tx,
  workspaceId: string,
  head: Head,
  tree: TileBuilder,
  tiles: readonly Tile[],
): Promise<void> {
  if (tiles.length > 0) {
    await tx.executeQuery(
      CompiledQuery.raw(
        'insert into log_tile (workspace_id, level, index, hashes) select $1, l, i, h from unnest($2::int[], $3::bigint[], $4::bytea[]) as t (l, i, h)',
        [
          workspaceId,
          tiles.map(t => t.level),
          tiles.map(t => t.index),
          tiles.map(t => Buffer.from(t.hashes)),
        ],
      ),
    )
  }
  const { numAffectedRows } = await tx.executeQuery(
    CompiledQuery.raw(
      'update log_head set size = $2, root = $3, updated_at = now() where workspace_id = $1 and size = $4 and root = $5',
      [workspaceId, tree.size, Buffer.from(tree.root()), head.size, head.root],
    ),
  )
  if (Number(numAffectedRows) !== 1) throw new Error(`workspace ${workspaceId}: the head moved under a batch`)
}
