import { hashLeaf } from '@tracedesk/proof/node'
import { CompiledQuery } from 'kysely'
import type { Databases, Tx } from '../db/database.ts'
import type { InstallationSecret } from '../kernel/secret.ts'
import { buildEntry, type EntryDraft, type EntryRow, ownerOf, type PartRow, pendingMac } from './draft.ts'
import { ensureMonths } from './months.ts'
import type { NodeCounter } from './node-counter.ts'
import type { SubjectKeys } from './subject-keys.ts'

export const ENTRY_COLUMNS = [
  'entry_id',
  'at',
  'recorded_at',
  'event',
  'version',
  'outcome',
  'reach',
  'actor_kind',
  'actor_id',
  'subject_kind',
  'subject_id',
  'conversation_id',
  'customer_id',
  'bot_id',
  'agent_ids',
  'department_ids',
  'source',
  'leaf',
] as const satisfies readonly (keyof EntryRow)[]

/** Entries made ready: the statement that writes them, and whom to tell how its transaction ended. */
export interface PreparedAppend {
  readonly statement: CompiledQuery
  /** Call when the transaction committed. */
  committed(): void
  /** Call when it did not: the node's numbers are used again, so that they stay without holes. */
  rolledBack(): void
  /** Call when nobody can tell: the numbers are neither used again nor missed. */
  inDoubt(): void
}

/** Writes entries into the transaction of a command. The tree is not touched here: the sequencer does that. */
export class Appender {
  readonly #keys: SubjectKeys
  readonly #mac: Buffer
  readonly #counter: NodeCounter
  readonly #databases: Databases
  readonly #months = new Set<string>()

  constructor(databases: Databases, keys: SubjectKeys, secret: InstallationSecret, counter: NodeCounter) {
    this.#databases = databases
    this.#keys = keys
    this.#mac = secret.key('pending-mac')
    this.#counter = counter
  }

  /**
   * Makes the statement that appends `drafts` in their order. `chains` holds the counters of conversations as far as
   * they are known (conversation id → entries so far); others are locked and read here. The statement swaps each
   * counter by comparing: when one has moved meanwhile, or the conversation has an entry that is not older than these,
   * it fails with 40001, and the whole transaction may run again, with a later time. `late` lets older times pass.
   */
  async prepare(
    tx: Tx,
    workspaceId: string,
    drafts: readonly EntryDraft[],
    recordedAt: string,
    chains: Map<string, number>,
    late = false,
  ): Promise<PreparedAppend> {
    await ensureMonths(
      this.#databases,
      drafts.map(draft => draft.at),
      this.#months,
    )
    const owners = drafts.flatMap(draft => Object.keys(draft.parts).map(name => ownerOf(draft, name)))
    const { keys, remember } = await this.#keys.forSealing(tx, workspaceId, owners)
    await lockChains(tx, workspaceId, drafts, chains)
    const before = new Map(chains)
    const numbers = drafts.map(() => this.#counter.take(workspaceId))
    const rolledBack = () => {
      for (const number of numbers) this.#counter.giveBack(workspaceId, number)
    }
    try {
      const rows: EntryRow[] = []
      const parts: PartRow[] = []
      drafts.forEach((draft, i) => {
        const built = buildEntry(
          workspaceId,
          draft,
          recordedAt,
          keys,
          { ...nextInChain(draft, chains), node: numbers[i] as number },
          this.#counter.nodeId,
        )
        rows.push(built.row)
        parts.push(...built.parts)
      })
      const touched = [...new Set(drafts.flatMap(draft => draft.conversationId ?? []))].sort()
      const swaps = touched.map(id => {
        const times = drafts.filter(draft => draft.conversationId === id).map(draft => draft.at)
        const earliest = late ? 'infinity' : (times[0] ?? recordedAt)
        const latest = times.at(-1) ?? recordedAt
        return { id, from: before.get(id) ?? 0, to: chains.get(id) ?? 0, earliest, latest }
      })
      const statement = appendStatement(workspaceId, rows, parts, swaps, this.#mac)
      const inDoubt = () => {
        for (const number of numbers) this.#counter.doubt(workspaceId, number)
      }
      return { statement, committed: remember, rolledBack, inDoubt }
    } catch (error) {
      rolledBack()
      throw error
    }
  }

  /** Appends `drafts` within a transaction that goes on, and so cannot come again with a later time. */
  async append(
    tx: Tx,
    workspaceId: string,
    drafts: readonly EntryDraft[],
    recordedAt: string,
  ): Promise<PreparedAppend> {
    const prepared = await this.prepare(tx, workspaceId, drafts, recordedAt, new Map(), true)
    try {
      await tx.executeQuery(prepared.statement)
    } catch (error) {
      prepared.rolledBack()
      throw error
    }
    return prepared
  }
}

function nextInChain(draft: EntryDraft, chains: Map<string, number>): { conversation?: number } {
  if (!draft.conversationId) return {}
  const next = (chains.get(draft.conversationId) ?? 0) + 1
  chains.set(draft.conversationId, next)
  return { conversation: next }
}

/** Takes the counter rows of conversations that nobody locked before us, in one order for all so that none deadlock. */
async function lockChains(
  tx: Tx,
  workspaceId: string,
  drafts: readonly EntryDraft[],
  chains: Map<string, number>,
): Promise<void> {
  const missing = [...new Set(drafts.flatMap(draft => draft.conversationId ?? []))]
    .filter(id => !chains.has(id))
    .sort()
  if (missing.length === 0) return
  const { rows } = await tx.executeQuery<{ chain_id: string; count: number }>(
    CompiledQuery.raw(
      `insert into log_counter (workspace_id, chain_id, count) select $1, id, 0 from unnest($2::uuid[]) as t (id)
     on conflict (workspace_id, chain_id) do update set count = log_counter.count returning chain_id, count`,
      [workspaceId, missing],
    ),
  )
  for (const row of rows) chains.set(row.chain_id, row.count)
}

interface ChainSwap {
  readonly id: string
  readonly from: number
  readonly to: number
  readonly earliest: string
  readonly latest: string
}

function appendStatement(
  workspaceId: string,
  rows: readonly EntryRow[],
  parts: readonly PartRow[],
  swaps: readonly ChainSwap[],
  mac: Buffer,
): CompiledQuery {
  const values: unknown[] = [workspaceId]
  for (const row of rows) {
    for (const column of ENTRY_COLUMNS) values.push(row[column])
    values.push(pendingMac(mac, hashLeaf(row.leaf)))
  }
  for (const p of parts) values.push(p.entry_id, p.name, p.at, p.owner, p.sealed)
  for (const { id, from, to, earliest, latest } of swaps) values.push(id, from, to, earliest, latest)
  const shape = `${rows.length} ${parts.length} ${swaps.length}`
  let text = texts.get(shape)
  if (!text) {
    text = appendText(rows.length, parts.length, swaps.length)
    if (texts.size < TEXTS_MAX) texts.set(shape, text)
  }
  return CompiledQuery.raw(text, values)
}

/** Statements by their shape: writing one costs as much as sealing a part. */
const texts = new Map<string, string>()
const TEXTS_MAX = 200

/** The statement for so many entries, parts and counters. */
function appendText(rows: number, parts: number, swaps: number): string {
  let given = 1
  const param = () => `$${++given}`
  const many = (count: number, columns: number) =>
    Array.from({ length: count }, () => `($1, ${Array.from({ length: columns }, param).join(', ')})`).join(
      ', ',
    )
  // in the order of the values: entries, parts, counters
  const entries = `insert into log_pending (workspace_id, ${ENTRY_COLUMNS.join(', ')}, mac) values ${many(rows, ENTRY_COLUMNS.length + 1)}`
  const sealed =
    parts > 0
      ? [`insert into log_part (workspace_id, entry_id, name, at, owner, sealed) values ${many(parts, 5)}`]
      : []
  const counters = Array.from({ length: swaps }, () => swapText(param))
  return asOne([...sealed, entries, ...counters])
}

/** Several statements that change something and return nothing, as one. */
function asOne(statements: readonly string[]): string {
  const steps = statements.slice(0, -1).map((text, i) => `s${i} as (${text})`)
  return `${steps.length > 0 ? `with ${steps.join(', ')} ` : ''}${statements.at(-1)}`
}

/** Moves a counter from where its writer saw it; refuses when it stands elsewhere or its last entry is not older. */
function swapText(param: () => string): string {
  const [id, from, to, earliest, latest] = [param(), param(), param(), param(), param()]
  return `insert into log_counter (workspace_id, chain_id, count, last_at) values ($1, ${id}, ${to}, ${latest})
    on conflict (workspace_id, chain_id) do update set last_at = greatest(log_counter.last_at, ${latest}),
      count = case when log_counter.count = ${from} and (log_counter.last_at is null or log_counter.last_at < ${earliest}) then ${to}
        else refuse_overtaken() end`
}
