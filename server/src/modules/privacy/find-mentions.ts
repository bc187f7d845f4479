import type { Leaf } from '@tracedesk/proof/node'
import type { Databases } from '../../db/database.ts'
import { foldName, type HoldsPerson, recognise } from '../../kernel/names-in.ts'
import type { SubjectKeys } from '../../ledger/subject-keys.ts'
import { type Place, type Sought, TYPED } from './mention-search.ts'
import { unsealPart } from './open-part.ts'

/** So many entries are looked at in one read. */
const SLICE = 1_000

/** A part that names somebody who was erased. */
export interface Mention {
  readonly entryId: string
  readonly name: string
}

interface TypedRow {
  readonly position: string
  readonly entry_id: string
  readonly at: string
  readonly leaf: Buffer
  readonly name: string | null
  readonly owner: string
  readonly sealed: Buffer
}

/** Somebody whose name is told from others'. */
export interface Seeker {
  /** Whose names do not count where a part lies under their key: they are called the same. */
  readonly holds: HoldsPerson
  /** The same without names. */
  readonly reaches: HoldsPerson
  readonly names: ReadonlySet<string>
  /** Ids of the person and of their conversations. */
  readonly ids: ReadonlySet<string>
}

export interface FindPort {
  readonly databases: Databases
  readonly keys: SubjectKeys
}

/** What is needed to tell whether a part speaks of somebody. */
export async function createSeeker(
  { databases }: FindPort,
  workspaceId: string,
  { customerIds, identities }: Sought,
): Promise<Seeker> {
  const conversations = await databases.read
    .selectFrom('conversation')
    .select('conversation_id as id')
    .where('workspace_id', '=', workspaceId)
    .where('customer_id', 'in', [...customerIds])
    .execute()
  const any =
    (tests: readonly HoldsPerson[]): HoldsPerson =>
    (text, kind) =>
      tests.some(holds => holds(text, kind))
  return {
    holds: any(identities.map(recognise)),
    reaches: any(identities.map(identity => recognise({ ...identity, names: [] }))),
    names: new Set(identities.flatMap(({ names }) => names.map(foldName))),
    ids: new Set([...customerIds, ...conversations.map(({ id }) => id)]),
  }
}

/** One slice of what colleagues typed, from `place` on: what names the person, and where to go on; null at the end. */
export async function lookOn(
  port: FindPort,
  workspaceId: string,
  seeker: Seeker,
  place: Place,
): Promise<{ found: Mention[]; next: Place | null }> {
  const index = TYPED.findIndex(({ event }) => event >= place.event)
  const typed = TYPED[index]
  if (!typed) return { found: [], next: null }
  const from = typed.event === place.event ? place : { at: '-infinity', afterId: place.afterId }
  const rows = await readSlice(port, workspaceId, typed, from)
  const found = await among(port, workspaceId, seeker, rows)
  const last = rows.at(-1)
  const entries = new Set(rows.map(row => row.entry_id)).size
  if (last && entries >= SLICE)
    return { found, next: { event: typed.event, at: last.at, afterId: last.entry_id } }
  const following = TYPED[index + 1]
  return { found, next: following ? { ...place, event: following.event, at: '-infinity' } : null }
}

async function readSlice(
  { databases }: FindPort,
  workspaceId: string,
  { event, parts }: (typeof TYPED)[number],
  { at, afterId }: Pick<Place, 'at' | 'afterId'>,
): Promise<TypedRow[]> {
  const { rows } = await databases.readPool.query<TypedRow>(
    `select e.position, e.entry_id, e.at, e.leaf, p.name, p.owner, p.sealed from (
         select * from log_entry where workspace_id = $1 and event = $2 and (at, entry_id) > ($3::timestamptz, $4::uuid)
         order by at, entry_id limit ${SLICE}) e
       -- "offset 0" has them looked up entry by entry: a planner without fresh counts reads all parts there are for each slice
       left join lateral (select p.name, p.owner, p.sealed from log_part p
         where p.workspace_id = $1 and p.entry_id = e.entry_id and p.at = e.at and p.name = any($5) offset 0) p on true
     order by e.at, e.entry_id`,
    [workspaceId, event, at, afterId, parts],
  )
  return rows
}

async function among(
  { databases, keys }: FindPort,
  workspaceId: string,
  seeker: Seeker,
  rows: readonly TypedRow[],
): Promise<Mention[]> {
  const held = rows.filter(row => row.name !== null)
  const opened = await keys.forOpening(
    databases.read,
    workspaceId,
    held.map(row => row.owner),
  )
  const namesakes = await findNamesakes(databases, workspaceId, seeker, held)
  return held.flatMap(row => {
    const [key, name] = [opened.get(row.owner), row.name ?? '']
    const text = key?.state === 'alive' ? unsealPart(workspaceId, { ...row, name }, key.key) : null
    if (text === null) return []
    const kind = SEARCHES.test(name) ? 'search' : 'words'
    const holds = namesakes.has(row.owner) ? seeker.reaches : seeker.holds
    return holds(text, kind) || looksFor(row.leaf, name, seeker.ids) ? [{ entryId: row.entry_id, name }] : []
  })
}

const SEARCHES = /^q(Before)?$/
/** What a search or a view is called by and looks for. */
const OF_A_SEARCH = /^(q|name)(Before)?$/

/** A filter with something in it, in the canonical bytes of a leaf. */
const NARROWED = [Buffer.from('"filter":{"'), Buffer.from('"filterBefore":{"')]

/** Words searched for among somebody's entries may be theirs, whatever they are: does the filter name them by id? */
function looksFor(leaf: Buffer, part: string, ids: ReadonlySet<string>): boolean {
  if (!OF_A_SEARCH.test(part) || !NARROWED.some(mark => leaf.includes(mark))) return false
  const { data } = JSON.parse(leaf.toString('utf8')) as Leaf // sequenced leaves were encoded by us
  return [data.filter, data.filterBefore].some(
    filter =>
      typeof filter === 'object' &&
      filter !== null &&
      Object.values(filter).some(values => [values].flat().some(value => ids.has(String(value)))),
  )
}

/** What counts in words about a customer who is called so: not the names they share with whoever was erased. */
export const holdsOf = (
  { holds, reaches, names }: Seeker,
  { name, nickname }: { readonly name: string; readonly nickname: string | null },
): HoldsPerson => (names.has(foldName(name)) || names.has(foldName(nickname ?? '')) ? reaches : holds)

/** Customers among the owners of parts who are called the same: what is said of them is not said of the person erased. */
async function findNamesakes(
  { read }: Databases,
  workspaceId: string,
  seeker: Seeker,
  rows: readonly TypedRow[],
): Promise<Set<string>> {
  const ids = [...new Set(rows.flatMap(({ owner }) => /^customer:(.*)$/.exec(owner)?.[1] ?? []))]
  if (ids.length === 0) return new Set()
  const customers = await read
    .selectFrom('customer')
    .select(['customer_id as id', 'name', 'nickname'])
    .where('workspace_id', '=', workspaceId)
    .where('customer_id', 'in', ids)
    .execute()
  return new Set(
    customers
      .filter(customer => holdsOf(seeker, customer) === seeker.reaches)
      .map(({ id }) => `customer:${id}`),
  )
}
