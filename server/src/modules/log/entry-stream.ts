import type { Entry, Part } from '@tracedesk/contracts'
import type { Leaf } from '@tracedesk/proof/node'
import { type RawBuilder, sql } from 'kysely'
import type pg from 'pg'
import type { Caller } from '../../command/caller.ts'
import type { ReadDb } from '../../db/database.ts'
import type { SubjectKeys } from '../../ledger/subject-keys.ts'
import { scopeOf } from '../team/index.ts'
import { and, type LogFilter } from './conditions.ts'
import { describeLeaf } from './describe-leaf.ts'
import { accountsOf, planSearch, waysIn } from './drivers.ts'
import { conditionsOf } from './find-words.ts'
import { mayOpen, type SealedPart, showPart } from './parts.ts'
import { purgedParts } from './purged.ts'
import { restrictedOwners } from './restricted.ts'
import type { SearchRequest } from './search-request.ts'
import { tokenNames, tokensOf } from './token-names.ts'

/** Small, so that a batch is gone before the collector would have to carry it along: a sixth faster than 2,000. */
const BATCH = 250
/** Names and addresses are few and come again and again. */
const NAMES_MAX = 50_000
const WITHHELD: Part = { state: 'withheld' }

export interface StreamAsk {
  /** Who reads: their scope, and what they may see of personal parts. */
  readonly viewer: Caller
  readonly filter: LogFilter
  readonly parts: 'open' | 'withheld'
  /** Entries from this position on are left out. */
  readonly size: number
  /** Entries before this position are left out as well. */
  readonly since?: number | undefined
  /** Goes on after this entry; the conversation matters in the order of conversations only. */
  readonly after: {
    readonly at: string
    readonly id: string
    readonly conversationId?: string | null
  } | null
  /** By time; or conversation by conversation, without the entries that belong to none. */
  readonly order: 'time' | 'conversation'
}

export interface StreamedEntry {
  readonly entry: Entry
  readonly position: number
}

interface Row {
  readonly position: number
  readonly leaf: Buffer
}

/**
 * The entries a filter finds in a viewer's scope, oldest first, in one snapshot and in memory that does not grow with
 * them: what `log.search` shows, batch by batch, for files. What is restricted is withheld from everybody here.
 */
export class EntryStream {
  readonly #pool: pg.Pool
  readonly #db: ReadDb
  readonly #keys: SubjectKeys
  readonly #searchKey: Buffer

  constructor(parts: { pool: pg.Pool; db: ReadDb; keys: SubjectKeys; searchKey: Buffer }) {
    this.#pool = parts.pool
    this.#db = parts.db
    this.#keys = parts.keys
    this.#searchKey = parts.searchKey
  }

  /** Batches of entries until there are no more. Leaving off early gives the connection back. */
  async *read(ask: StreamAsk): AsyncGenerator<StreamedEntry[]> {
    const scope = await scopeOf(this.#db, ask.viewer)
    const request = { db: this.#db, caller: ask.viewer, scope, filter: ask.filter, key: this.#searchKey }
    const query = await streamSql(request, ask)
    const client = await this.#pool.connect()
    let whole = false
    try {
      await client.query('begin isolation level repeatable read read only; set local statement_timeout = 0')
      const { sql: text, parameters } = compile(this.#db, query)
      await client.query(`declare entries no scroll cursor for ${text}`, [...parameters])
      const fetch = () => client.query<Row>(`fetch ${BATCH} from entries`)
      const presenter = new Presenter(this.#db, this.#keys, ask)
      for (let next = fetch(); ; ) {
        const { rows } = await next
        if (rows.length === BATCH) {
          next = fetch() // read on while this batch is made
          next.catch(() => undefined) // thrown where it is awaited
        }
        if (rows.length > 0) yield await presenter.present(rows)
        if (rows.length < BATCH) break
      }
      await client.query('commit')
      whole = true
    } finally {
      client.release(!whole)
    }
  }
}

/** Sequenced entries below `size`, oldest first or conversation by conversation, after a place. */
async function streamSql(
  request: SearchRequest,
  { size, since, after, order }: StreamAsk,
): Promise<RawBuilder<unknown>> {
  const plan = await planSearch(request.db, request.caller, request.filter)
  const where = [...(await conditionsOf(request, plan)), waysIn(plan), sql`e.position < ${size}`]
  if (since) where.push(sql`e.position >= ${since}`)
  const place = after && sql`${after.at}::timestamptz, ${after.id}::uuid`
  if (after && order === 'conversation')
    where.push(sql`(e.conversation_id, e.at, e.entry_id) > (${after.conversationId}::uuid, ${place})`)
  else if (after) where.push(sql`(e.at, e.entry_id) > (${place})`)
  if (order === 'conversation') where.push(sql`e.conversation_id is not null`)
  return sql`select e.position, e.leaf from log_entry e where ${and(where)}
    order by ${order === 'time' ? sql`e.at, e.entry_id` : sql`e.conversation_id, e.at, e.entry_id`}`
}

// Kysely wants its whole self to compile with; a ReadDb is one with everything hidden that writes.
const compile = (db: ReadDb, query: RawBuilder<unknown>) => query.compile(db as never)

/** What an entry brought: a name, or an address and a browser. */
interface Names {
  readonly name: Part
  readonly ip: Part
  readonly userAgent: Part
}

/** Turns leaves into entries as one viewer gets them. */
export class Presenter {
  readonly #db: ReadDb
  readonly #keys: SubjectKeys
  readonly #ask: Pick<StreamAsk, 'viewer' | 'parts'>
  /** By the entry that brought them. */
  readonly #names = new Map<string, Names>()
  readonly #departments = new Map<string, string | null>()
  readonly #tokens = new Map<string, string>()

  constructor(db: ReadDb, keys: SubjectKeys, ask: Pick<StreamAsk, 'viewer' | 'parts'>) {
    this.#db = db
    this.#keys = keys
    this.#ask = ask
  }

  async present(rows: readonly Row[]): Promise<StreamedEntry[]> {
    const { workspaceId } = this.#ask.viewer
    // Our own ledger's bytes, parsed strictly when they were written.
    const leaves = rows.map(row => JSON.parse(row.leaf.toString('utf8')) as Leaf)
    const open = this.#ask.parts === 'open'
    const named = await this.#currentNames(leaves)
    const sealed = open ? await this.#loadOwn(leaves) : new Map<string, SealedPart>()
    const owners = new Set<string>()
    for (const part of sealed.values()) owners.add(part.owner)
    if (open) for (const leaf of leaves) for (const { owner } of Object.values(leaf.parts)) owners.add(owner)
    const keys = await this.#keys.forOpening(this.#db, workspaceId, owners)
    const restricted = open
      ? await restrictedOwners(this.#db, workspaceId, [...owners, ...named.owners])
      : null
    if (open) await this.#learnNames(leaves, named.byCustomer, restricted ?? new Set())
    await this.#learnDepartments(leaves)
    await this.#learnTokens(leaves)
    const purged = await this.#purgedOf(open ? leaves : [], sealed)
    return leaves.map((leaf, i) => {
      const parts: Record<string, Part> = {}
      for (const [name, { owner, commitment }] of Object.entries(leaf.parts))
        parts[name] =
          open && mayOpen(this.#ask.viewer, leaf, name, owner) && !restricted?.has(owner)
            ? showPart(
                workspaceId,
                sealed.get(`${leaf.id}/${name}`),
                keys.get(owner),
                commitment,
                purged.get(`${leaf.id}/${name}`),
              )
            : WITHHELD
      const position = rows[i]?.position ?? 0
      const entry = describeLeaf(leaf, position, parts, {
        nameOf: (entryId, owner, part = 'name') => this.#nameOf(leaf, entryId, owner, part),
        customers: named.byCustomer,
        departments: this.#departments,
        tokens: this.#tokens,
      })
      return { position, entry }
    })
  }

  #nameOf(leaf: Leaf, entryId: string | undefined, owner: string, part: keyof Names): Part | null {
    if (!entryId) return null
    if (this.#ask.parts === 'withheld' || !mayOpen(this.#ask.viewer, leaf, part, owner)) return WITHHELD
    return this.#names.get(entryId)?.[part] ?? { state: 'missing' }
  }

  #loadOwn(leaves: readonly Leaf[]): Promise<Map<string, SealedPart>> {
    const holding = leaves.filter(leaf => Object.keys(leaf.parts).length > 0)
    let [from, to] = [holding[0]?.at ?? '', '']
    for (const { at } of holding) {
      if (at < from) from = at
      if (at > to) to = at
    }
    return this.#load(
      holding.map(leaf => leaf.id),
      { from, to },
    )
  }

  /** As one array: two thousand parameters would cost more to parse than to answer. */
  async #load(
    ids: readonly string[],
    bounds?: { from: string; to: string },
  ): Promise<Map<string, SealedPart>> {
    if (ids.length === 0) return new Map()
    const within = bounds ? sql`and at >= ${bounds.from} and at <= ${bounds.to}` : sql``
    const { rows } = await sql<SealedPart>`select entry_id, name, owner, sealed from log_part
      where workspace_id = ${this.#ask.viewer.workspaceId} and entry_id = any(${ids}::uuid[]) ${within}`.execute(
      this.#db as never,
    )
    return new Map(rows.map(row => [`${row.entry_id}/${row.name}`, row]))
  }

  /** Customer → the entry that brought the name in force now. */
  async #currentNames(leaves: readonly Leaf[]) {
    const ids = [...new Set(leaves.flatMap(leaf => leaf.customerId ?? []))]
    const rows =
      ids.length === 0
        ? []
        : await this.#db
            .selectFrom('customer')
            .select(['customer_id', 'named_by'])
            .where('workspace_id', '=', this.#ask.viewer.workspaceId)
            .where(sql<boolean>`customer_id = any(${ids}::uuid[])`)
            .execute()
    return {
      byCustomer: new Map(rows.map(row => [row.customer_id, row.named_by])),
      owners: ids.map(id => `customer:${id}`),
    }
  }

  async #learnTokens(leaves: readonly Leaf[]): Promise<void> {
    const unknown = tokensOf(leaves).filter(id => !this.#tokens.has(id))
    const found = await tokenNames(this.#db, this.#ask.viewer.workspaceId, unknown)
    for (const [id, name] of found) this.#tokens.set(id, name)
  }

  /** Parts of these leaves that are not there because retention destroyed them. */
  #purgedOf(leaves: readonly Leaf[], sealed: ReadonlyMap<string, SealedPart>) {
    const absent = leaves.flatMap(leaf =>
      Object.keys(leaf.parts)
        .filter(name => !sealed.has(`${leaf.id}/${name}`))
        .map(name => ({ entryId: leaf.id, name })),
    )
    return purgedParts(this.#db, this.#ask.viewer.workspaceId, absent)
  }

  /** Names and addresses that are not known yet: loaded once for all batches. */
  async #learnNames(
    leaves: readonly Leaf[],
    customers: ReadonlyMap<string, string>,
    restricted: ReadonlySet<string>,
  ) {
    if (this.#names.size > NAMES_MAX) this.#names.clear()
    const wanted = new Map<string, string>()
    const want = (entryId: string | undefined, owner: string) => {
      if (entryId && !this.#names.has(entryId)) wanted.set(entryId, owner)
    }
    for (const { actor, subject, via, customerId } of leaves) {
      want(actor.named, `${actor.kind}:${actor.id}`)
      want(subject.named, `${subject.kind}:${subject.id}`)
      want(via.origin, `${actor.kind}:${actor.id}`)
      if (customerId) want(customers.get(customerId), `customer:${customerId}`)
    }
    if (wanted.size === 0) return
    const { workspaceId } = this.#ask.viewer
    const sealed = await this.#load([...wanted.keys()])
    const keys = await this.#keys.forOpening(this.#db, workspaceId, [
      ...wanted.values(),
      ...[...sealed.values()].map(part => part.owner),
    ])
    const absent = [...wanted.keys()].flatMap(entryId =>
      ['name', 'ip', 'userAgent']
        .filter(name => !sealed.has(`${entryId}/${name}`))
        .map(name => ({ entryId, name })),
    )
    const purged = await purgedParts(this.#db, workspaceId, absent)
    for (const [entryId, owner] of wanted) {
      const show = (part: string) =>
        restricted.has(owner)
          ? WITHHELD
          : showPart(
              workspaceId,
              sealed.get(`${entryId}/${part}`),
              keys.get(owner),
              undefined,
              purged.get(`${entryId}/${part}`),
            )
      this.#names.set(entryId, { name: show('name'), ip: show('ip'), userAgent: show('userAgent') })
    }
  }

  async #learnDepartments(leaves: readonly Leaf[]): Promise<void> {
    const unknown = new Set<string>()
    for (const leaf of leaves)
      for (const id of leaf.actor.departments ?? []) if (!this.#departments.has(id)) unknown.add(id)
    if (unknown.size === 0) return
    const rows = await this.#db
      .selectFrom('department')
      .select(['department_id', 'name'])
      .where('workspace_id', '=', this.#ask.viewer.workspaceId)
      .where('department_id', 'in', [...unknown])
      .execute()
    for (const id of unknown)
      this.#departments.set(id, rows.find(row => row.department_id === id)?.name ?? null)
  }
}

/** Whether a filter finds an entry of a customer before `size`, in anybody's scope: what such a file could hold. */
export async function couldHold(
  db: ReadDb,
  workspaceId: string,
  filter: Pick<LogFilter, 'conversation' | 'customer' | 'from' | 'to'>,
  who: { customerId: string; conversationIds: readonly string[] },
): Promise<boolean> {
  if (filter.customer && !(await accountsOf(db, workspaceId, filter.customer)).includes(who.customerId))
    return false
  if (filter.conversation && !filter.conversation.some(id => who.conversationIds.includes(id))) return false
  const within = sql`workspace_id = ${workspaceId}
    and at >= ${filter.from ?? '-infinity'}::timestamptz and at < ${filter.to ?? 'infinity'}::timestamptz`
  const { rows } =
    await sql`select 1 from log_entry where ${within} and conversation_id = any(${who.conversationIds}::uuid[])
    union all select 1 from log_entry where ${within} and customer_id = ${who.customerId} and conversation_id is null limit 1`.execute(
      db as never,
    )
  return rows.length > 0
}

/** Whether a filter could find any of these entries, in anybody's scope. What it says of words and people is not weighed. */
export async function couldHoldAny(
  db: ReadDb,
  workspaceId: string,
  {
    customer,
    conversation,
    event,
    from,
    to,
  }: Pick<LogFilter, 'conversation' | 'customer' | 'event' | 'from' | 'to'>,
  entries: readonly { at: string; event: string; conversationId: string | null; customerId: string | null }[],
): Promise<boolean> {
  const accounts = customer ? await accountsOf(db, workspaceId, customer) : null
  return entries.some(
    entry =>
      (!from || entry.at >= from) &&
      (!to || entry.at < to) &&
      (!accounts || accounts.includes(entry.customerId ?? '')) &&
      (!conversation || conversation.includes(entry.conversationId as never)) && // branded ids
      (!event || event.some(name => name === entry.event || isOfArea(name, entry.event))),
  )
}

const isOfArea = (pattern: string, event: string): boolean =>
  pattern === '*' || (pattern.endsWith('.*') && event.startsWith(pattern.slice(0, -1)))
