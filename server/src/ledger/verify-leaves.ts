import { decodeLeaf, hashLeaf } from '@tracedesk/proof/node'
import type pg from 'pg'
import { ENTRY_COLUMNS } from './append.ts'
import { ConversationNumbers, type Where } from './verify-conversations.ts'
import { type CopiedRow, copyRows } from './verify-copy.ts'
import { NodeChains } from './verify-counters.ts'
import { EpochCheck } from './verify-epochs.ts'
import { F, ROW_FIELDS, readRow } from './verify-fields.ts'
import type { Findings } from './verify-findings.ts'
import { PartsCheck } from './verify-parts.ts'
import type { Purges } from './verify-purges.ts'
import { RowChecker } from './verify-row.ts'
import type { VerifyState } from './verify-state.ts'
import type { TreeCheck } from './verify-tree.ts'

/** So many positions are copied at once: 64 tiles, about 15 MB. */
const SLICE = 16_384

/** How a run is watched, stopped and kept between two slices. */
export interface Pace {
  /** Keeps the state of the run when it is time to; `now`: always. */
  readonly keep: (now?: boolean) => Promise<void>
  readonly tell: (done: number, of: number) => void
  /** Keeps the state and rejects when the run is to stop. */
  readonly stopIfAsked: () => Promise<void>
}

interface LeavesParts {
  readonly client: pg.PoolClient
  readonly workspaceId: string
  readonly findings: Findings
  readonly purges: Purges
}

/** Walks the leaves in their order, and hands each row to whoever counts, compares or collects something of it. */
export class LeavesCheck {
  readonly nodes = new NodeChains()
  readonly parts = new PartsCheck()
  readonly epochs = new EpochCheck()
  readonly conversations: ConversationNumbers
  readonly #client: pg.PoolClient
  readonly #workspaceId: string
  readonly #findings: Findings
  readonly #purges: Purges
  readonly #rows = new RowChecker()
  #checked = 0
  #next = 0

  constructor({ client, workspaceId, findings, purges }: LeavesParts) {
    this.#client = client
    this.#workspaceId = workspaceId
    this.#findings = findings
    this.#purges = purges
    this.conversations = new ConversationNumbers(findings, purges)
  }

  /** Rows looked at so far, waiting ones included. */
  get checked(): number {
    return this.#checked
  }

  /** From where the tree has got to up to the head's size. */
  async walk(size: number, tree: TreeCheck, pace: Pace): Promise<void> {
    const columns = ['position', ...ENTRY_COLUMNS].join(', ')
    for (let from = tree.size; from < size; from = tree.size) {
      await pace.stopIfAsked()
      const to = Math.min(from + SLICE - (from % SLICE), size)
      await tree.prepare(from, to)
      await this.#purges.prepare(from)
      await copyRows(
        this.#client,
        `select ${columns} from log_entry where workspace_id = '${this.#workspaceId}' and position >= ${from} and position < ${to} order by position`,
        ROW_FIELDS.length,
        row => this.#takeLeaf(row, tree),
      )
      this.#fillTo(to, tree)
      await tree.settle()
      pace.tell(to, size)
      await pace.keep(to === size)
    }
  }

  /** Everything about a row beside its place in the tree; `position` is null for one that waits. */
  takeRow(row: CopiedRow, position: number | null): void {
    this.#checked++
    const problem = this.#rows.check(row)
    if (problem) this.#findings.add(problem.verdict, problem.detail, whereOf(row, position))
    if (problem?.verdict === 'leaf_malformed') return
    const { facts } = this.#rows
    const { bytes, at, length } = row
    if (length[F.conversation_id] === 16 && facts.conversationCounter > 0)
      this.conversations.take(row, facts.conversationCounter, () => whereOf(row, position))
    if (facts.nodeCounter > 0)
      this.nodes.take(this.#rows, this.#findings, position === null ? {} : { position })
    this.parts.named(this.#rows, bytes, at[F.entry_id] as number, position, this.#purges)
    // 12 and 20 bytes; nearly no event is so long
    if (length[F.event] === 12 && isEvent(row, 'node.stopped')) this.#nodeStopped(row)
    if (length[F.event] === 20 && position !== null && isEvent(row, 'ledger.epoch_started'))
      this.epochs.take(position, leafOf(row))
  }

  /** Rows beyond the head: what the tree does not know. */
  async findSurplus(size: number): Promise<void> {
    const { rows } = await this.#client.query<{ position: number; entry_id: string }>(
      'select position, entry_id from log_entry where workspace_id = $1 and (position >= $2 or position < 0) order by position limit 100',
      [this.#workspaceId, size],
    )
    for (const row of rows)
      this.#findings.add('leaf_surplus', `the head says ${size} leaves`, {
        position: Number(row.position),
        entryId: row.entry_id,
      })
  }

  save(): Pick<VerifyState, 'checked' | 'nodes' | 'epochs' | 'parts' | 'chains'> {
    return {
      checked: this.#checked,
      nodes: this.nodes.save(),
      epochs: this.epochs.save(),
      parts: this.parts.save(),
      chains: this.conversations.toBytes(),
    }
  }

  /** Takes in what another run had kept. */
  fill(state: VerifyState): void {
    this.#next = state.tree.size
    this.#checked = state.checked
    this.conversations.fill(state.purges, state.chains)
    this.nodes.fill(state.nodes)
    this.epochs.fill(state.epochs)
    this.parts.fill(state.parts)
  }

  #takeLeaf(row: CopiedRow, tree: TreeCheck): void {
    const { bytes, at } = row
    const p = at[F.position] as number
    const position = bytes.readUInt32BE(p) * 4294967296 + bytes.readUInt32BE(p + 4)
    if (position < this.#next) {
      this.#findings.add('leaf_duplicate', 'two leaves claim this position', whereOf(row, position))
      return
    }
    this.#fillTo(position, tree)
    this.#next = position + 1
    tree.add(hashLeaf(leafOf(row)))
    if (this.#purges.has(position))
      this.#findings.add('purge_undone', 'the log says that this leaf was destroyed', whereOf(row, position))
    this.takeRow(row, position)
  }

  #fillTo(position: number, tree: TreeCheck): void {
    for (; this.#next < position; this.#next++) {
      if (!this.#purges.has(this.#next))
        this.#findings.add('leaf_missing', 'no leaf has this position', { position: this.#next })
      tree.addMissing()
    }
  }

  #nodeStopped(row: CopiedRow): void {
    const leaf = decodeLeaf(leafOf(row))
    const { entries, unused } = leaf.data
    if (typeof entries === 'number' && Array.isArray(unused))
      this.nodes.stopped(
        leaf.subject.id,
        entries,
        unused.filter(n => typeof n === 'number'),
      )
  }
}

/** The row's entry, and its position when it has one. */
export function whereOf(row: CopiedRow, position: number | null): Where {
  const entryId = String(readRow(row).entry_id)
  return position === null ? { entryId } : { position, entryId }
}

/** A field's bytes, not copied. */
export function sliceOf({ bytes, at, length }: CopiedRow, field: number): Buffer {
  const from = at[field] as number
  return bytes.subarray(from, from + (length[field] as number))
}

const leafOf = (row: CopiedRow): Buffer => sliceOf(row, F.leaf)

const isEvent = ({ bytes, at }: CopiedRow, name: string): boolean => {
  const from = at[F.event] as number
  return bytes.toString('latin1', from, from + name.length) === name
}
