import type { ClaimKind, Completeness, Part } from '@tracedesk/contracts'
import type { Leaf } from '@tracedesk/proof/node'
import { type RawBuilder, sql } from 'kysely'
import type { Caller } from '../../command/caller.ts'
import type { ReadDb } from '../../db/database.ts'
import { caseEntryScopeSql, type Scope } from '../team/index.ts'
import { countDestroyed, countWideLooks, findBlindSpots } from './blind-spots.ts'
import { readChains } from './chains.ts'
import { type ClaimEntry, isOutgoingText } from './claims/index.ts'
import { belongsSql, inTimesSql, type Matter } from './matter.ts'
import { mentionsSql } from './mentions.ts'
import { run } from './store.ts'

/** Opens the words of entries as far as a reader may have them: entry id → part. */
export type OpenTexts = (
  db: ReadDb,
  viewer: Caller,
  entryIds: readonly string[],
) => Promise<Map<string, Part>>

export interface SearchPort {
  readonly db: ReadDb
  readonly openTexts: OpenTexts
}

export interface Search {
  readonly matter: Matter
  readonly caller: Caller
  readonly scope: Scope
  readonly claim: ClaimKind
  /** Whose doings the claim is about; anybody's when there is none. */
  readonly agentId?: string | null
  readonly events: readonly string[]
  readonly readsTexts: boolean
  /** More entries than this are not read; the answer then says so. */
  readonly atMost?: number
}

/** So many entries are read at a time, and so many for one check: a day of a busy desk, a customer of many years. */
const SLICE = 5_000
const AT_MOST = 250_000

/** Claims that entries outside any conversation decide as well. */
const OUTSIDE_CONVERSATIONS: ReadonlySet<ClaimKind> = new Set(['wrong_label', 'data_changed', 'data_seen'])

interface Row {
  readonly id: string
  readonly at: string
  readonly position: number | null
  readonly event: string
  readonly outcome: string
  readonly actorKind: string
  readonly actorId: string | null
  readonly source: string
  readonly conversationId: string | null
  readonly subjectId: string
  readonly counter: number | null
  readonly data: Record<string, unknown>
}

type Stored = Omit<Row, 'counter' | 'data'> & { readonly leaf: Buffer }

/** What only the leaf says. It is taken apart here: the database would do so for every row it sorts, and longer. */
function read({ leaf, ...row }: Stored): Row {
  // our own ledger's bytes
  const { counters, data } = JSON.parse(leaf.toString('utf8')) as Pick<Leaf, 'counters' | 'data'>
  return { ...row, counter: counters.conversation ?? null, data }
}

/**
 * Reads everything in sight that a claim about a matter is decided by, and says how complete that is. What happens
 * after the times of the matter in the conversations it touches is read as well: an answer may come later.
 */
export async function searchMatter(
  port: SearchPort,
  search: Search,
): Promise<{ entries: ClaimEntry[]; completeness: Completeness }> {
  const { db } = port
  const { matter, caller, scope } = search
  const atMost = search.atMost ?? AT_MOST
  const tree = await readTree(db, caller.workspaceId)
  const found = await readRows(db, search, atMost)
  const rows = found.slice(0, atMost)
  const touched =
    matter.kind === 'range'
      ? [...new Set(rows.flatMap(row => row.conversationId ?? []))]
      : [...matter.conversationIds]
  const { entries, texts } = await withTexts(port, search, rows)
  const chains = await readChains(db, caller.workspaceId, touched)
  const positions = rows.flatMap(row => row.position ?? [])
  const outOfScope = await countHidden(db, search, scope)
  const capped = found.length > atMost
  const blindSpots = await findBlindSpots(db, matter, search.claim)
  const wideLooks =
    search.claim === 'data_seen' ? await countWideLooks(db, matter, search.agentId ?? null) : undefined
  // a case about conversations sees in their numbers what is gone from them
  const isCounted = matter.kind !== 'range' && !OUTSIDE_CONVERSATIONS.has(search.claim)
  const destroyed = isCounted ? 0 : await countDestroyed(db, matter, search.events)
  const isWhole =
    chains.holes + outOfScope + destroyed + blindSpots.length + (wideLooks ?? 0) === 0 && !capped
  const unread = texts.withheld + texts.erased + texts.missing
  return {
    entries,
    completeness: {
      complete: isWhole && unread === 0,
      from: matter.from,
      to: matter.to,
      fromPosition: positions.length > 0 ? positions.reduce((a, b) => Math.min(a, b)) : null,
      toPosition: positions.length > 0 ? positions.reduce((a, b) => Math.max(a, b)) : null,
      ...tree,
      entries: rows.length,
      pending: rows.length - positions.length,
      outOfScope,
      capped,
      conversations: touched.length,
      holes: chains.holes,
      destroyed,
      blindSpots,
      ...(wideLooks !== undefined && { wideLooks }),
      chains: chains.first as never, // branded ids
      texts,
    },
  }
}

/**
 * Entries of the matter, whoever may see them, in runs of which each lies behind the one before; log_entry or
 * log_pending is `e`. Runs of their own, because of one condition with an `or` the database walks everything again for
 * each page as long as it has no statistics, as after an import.
 */
function wanted({ matter, events }: Search): [RawBuilder<boolean>, ...RawBuilder<boolean>[]] {
  const { workspaceId, from, to } = matter
  const those = sql<boolean>`e.workspace_id = ${workspaceId} and e.event = any(${[...events]}::text[])`
  if (matter.kind === 'range') {
    const touched = sql`select t.conversation_id from log_entry t where t.workspace_id = ${workspaceId}
      and t.at >= ${from} and t.at < ${to} and t.conversation_id is not null`
    return [
      sql<boolean>`${those} and ${belongsSql(matter)}`,
      sql<boolean>`${those} and e.at >= ${to} and e.conversation_id in (${touched})`,
    ]
  }
  const mentioned = mentionsSql(matter)
  return [sql<boolean>`${those} and (${belongsSql(matter)}${mentioned ? sql` or ${mentioned}` : sql``})`]
}

async function readRows(db: ReadDb, search: Search, atMost: number): Promise<Row[]> {
  const rows: Row[] = []
  for (const which of wanted(search)) await readRun(db, search, which, rows, atMost)
  return rows
}

/** Adds the entries of a run to `rows`, page by page, until there are more than `atMost`. */
async function readRun(
  db: ReadDb,
  { scope, matter }: Search,
  which: RawBuilder<boolean>,
  rows: Row[],
  atMost: number,
): Promise<void> {
  const where = sql`${which} and ${caseEntryScopeSql(scope, matter.conversationIds)}`
  const columns = sql`e.entry_id as id, e.at, e.event, e.outcome, e.actor_kind as "actorKind", e.actor_id as "actorId",
    e.source, e.conversation_id as "conversationId", e.subject_id as "subjectId", e.leaf`
  let after: { at: string; id: string } | null = null
  while (rows.length <= atMost) {
    const beyond: RawBuilder<unknown> = after
      ? sql`(e.at, e.entry_id) > (${after.at}::timestamptz, ${after.id}::uuid)`
      : sql`true`
    const end = sql`order by e.at, e.entry_id limit ${SLICE}`
    const page: Stored[] = await run<Stored>(
      db,
      sql`select * from (
        (select ${columns}, e.position from log_entry e where ${where} and ${beyond} ${end}) union all
        (select ${columns}, null from log_pending e where ${where} and ${beyond} ${end})
      ) found order by at, id limit ${SLICE}`,
    )
    rows.push(...page.map(read))
    const last = page.at(-1)
    if (page.length < SLICE || !last) break
    after = { at: last.at, id: last.id }
  }
}

/** How many entries that could decide the claim are out of the searcher's sight. */
async function countHidden(db: ReadDb, search: Search, scope: Scope): Promise<number> {
  if (scope.kind === 'all' && scope.bots === null) return 0
  const [which] = wanted(search) // what lies behind is out of the times
  const where = sql`${which} and ${inTimesSql(search.matter)} and not ${caseEntryScopeSql(scope, search.matter.conversationIds)}`
  const [row] = await run<{ n: number }>(
    db,
    sql`select (select count(*) from log_entry e where ${where}) + (select count(*) from log_pending e where ${where}) as n`,
  )
  return Number(row?.n ?? 0)
}

async function withTexts({ db, openTexts }: SearchPort, search: Search, rows: readonly Row[]) {
  const texts = { read: 0, withheld: 0, erased: 0, missing: 0 }
  if (!search.readsTexts) return { entries: [...rows], texts }
  const entries: ClaimEntry[] = []
  for (let at = 0; at < rows.length; at += SLICE) {
    const slice = rows.slice(at, at + SLICE)
    const written = slice.filter(row => isOutgoingText(row) && Number(row.data.length ?? 0) > 0)
    const opened = await openTexts(
      db,
      search.caller,
      written.map(({ id }) => id),
    )
    for (const row of slice) {
      const part = opened.get(row.id)
      if (!part) entries.push(row)
      else if (part.state === 'open') entries.push({ ...row, text: part.value })
      else entries.push(row)
      if (part) texts[part.state === 'open' ? 'read' : part.state]++
    }
  }
  return { entries, texts }
}

async function readTree(db: ReadDb, workspaceId: string) {
  const [row] = await run<{ treeSize: number; signedSize: number | null }>(
    db,
    sql`select h.size as "treeSize", (select max(k.size) from log_checkpoint k
        where k.workspace_id = h.workspace_id and k.epoch = h.epoch) as "signedSize"
      from log_head h where h.workspace_id = ${workspaceId}`,
  )
  return { treeSize: row?.treeSize ?? 0, signedSize: row?.signedSize ?? null }
}
