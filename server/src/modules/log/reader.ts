import type { Entry, Part } from '@tracedesk/contracts'
import type { Leaf } from '@tracedesk/proof/node'
import type { Caller } from '../../command/caller.ts'
import type { ReadDb } from '../../db/database.ts'
import type { SubjectKeys } from '../../ledger/subject-keys.ts'
import { describeLeaf } from './describe-leaf.ts'
import { loadParts, mayOpen, type SealedPart, showPart } from './parts.ts'
import { type AbsentPart, partsDestroyedAt, purgedParts } from './purged.ts'
import { restrictedOwners, seesRestricted } from './restricted.ts'
import { isRevealed, revealsFor } from './reveals.ts'
import { tokenNames, tokensOf } from './token-names.ts'

export interface EntryRecord {
  readonly position: number | null
  readonly leaf: Buffer
}

const WITHHELD: Part = { state: 'withheld' }

/** Turns stored entries into what one reader gets: names as they were then, parts opened as far as they may. */
export class EntryReader {
  readonly #keys: SubjectKeys

  constructor(keys: SubjectKeys) {
    this.#keys = keys
  }

  /**
   * The entries of `records` in their order. `kept`: sealed parts from outside the database, by `entry/part`, for those
   * that it has no longer; what a rule on parts destroyed stays destroyed.
   */
  async present(
    db: ReadDb,
    viewer: Caller,
    records: readonly EntryRecord[],
    kept: ReadonlyMap<string, SealedPart> = new Map(),
  ): Promise<Entry[]> {
    const { workspaceId } = viewer
    // The bytes come from our own ledger, which parsed them strictly when it wrote them; verify reads them strictly again.
    const leaves = records.map(record => JSON.parse(record.leaf.toString('utf8')) as Leaf)
    const [parts, names, customers, departments, tokens] = await Promise.all([
      loadOwnParts(db, workspaceId, leaves),
      loadParts(
        db,
        workspaceId,
        leaves.flatMap(leaf =>
          [leaf.actor.named, leaf.subject.named, leaf.via.origin].filter(id => id !== undefined),
        ),
      ),
      currentNames(
        db,
        workspaceId,
        leaves.flatMap(leaf => leaf.customerId ?? []),
      ),
      departmentNames(
        db,
        workspaceId,
        leaves.flatMap(leaf => leaf.actor.departments ?? []),
      ),
      tokenNames(db, workspaceId, tokensOf(leaves)),
    ])
    const named = await loadParts(db, workspaceId, [...customers.values()])
    for (const [key, part] of named) names.set(key, part)
    await addKept(db, workspaceId, records, leaves, kept, parts)
    const owners = [
      ...leaves.flatMap(leaf => Object.values(leaf.parts).map(part => part.owner)),
      ...[...names.values()].map(part => part.owner),
      ...leaves.flatMap(namedOwners),
    ]
    const keys = await this.#keys.forOpening(db, workspaceId, owners)
    const reveals = await revealsFor(db, viewer)
    const restricted = seesRestricted(viewer) ? null : await restrictedOwners(db, workspaceId, owners)
    const purged = await purgedParts(db, workspaceId, absentOf(leaves, parts, names, customers))
    const nameOf = (leaf: Leaf, entryId: string | undefined, owner: string, name = 'name'): Part | null => {
      if (!entryId) return null
      if (!mayOpen(viewer, leaf, name, owner, isRevealed(reveals, leaf)) || restricted?.has(owner))
        return WITHHELD
      const place = `${entryId}/${name}`
      return showPart(workspaceId, names.get(place), keys.get(owner), undefined, purged.get(place))
    }
    return leaves.map((leaf, i) => {
      const shown: Record<string, Part> = {}
      for (const [name, { owner, commitment }] of Object.entries(leaf.parts))
        shown[name] =
          mayOpen(viewer, leaf, name, owner, isRevealed(reveals, leaf)) && !restricted?.has(owner)
            ? showPart(
                workspaceId,
                parts.get(`${leaf.id}/${name}`),
                keys.get(owner),
                commitment,
                purged.get(`${leaf.id}/${name}`),
              )
            : WITHHELD
      return describeLeaf(leaf, records[i]?.position ?? null, shown, {
        nameOf: (entryId, owner, name) => nameOf(leaf, entryId, owner, name),
        customers,
        departments,
        tokens,
      })
    })
  }
}

/** Parts that only `kept` has, but for those that a rule on parts destroyed. */
async function addKept(
  db: ReadDb,
  workspaceId: string,
  records: readonly EntryRecord[],
  leaves: readonly Leaf[],
  kept: ReadonlyMap<string, SealedPart>,
  into: Map<string, SealedPart>,
): Promise<void> {
  if (kept.size === 0) return
  const absent = leaves.flatMap((leaf, i) =>
    Object.keys(leaf.parts)
      .filter(name => !into.has(`${leaf.id}/${name}`))
      .map(name => ({ position: records[i]?.position ?? -1, place: `${leaf.id}/${name}`, name })),
  )
  const destroyed = await partsDestroyedAt(db, workspaceId, absent)
  for (const { place, position, name } of absent) {
    const part = kept.get(place)
    if (part && !destroyed.has(`${position}/${name}`)) into.set(place, part)
  }
}

/** What the leaves name and is not there: destroyed by rule, or missing. */
function absentOf(
  leaves: readonly Leaf[],
  parts: ReadonlyMap<string, SealedPart>,
  names: ReadonlyMap<string, SealedPart>,
  customers: ReadonlyMap<string, string>,
): AbsentPart[] {
  const absent: AbsentPart[] = []
  const need = (known: ReadonlyMap<string, SealedPart>, entryId: string | undefined, name: string) => {
    if (entryId && !known.has(`${entryId}/${name}`)) absent.push({ entryId, name })
  }
  for (const leaf of leaves) {
    for (const name of Object.keys(leaf.parts)) need(parts, leaf.id, name)
    need(names, leaf.actor.named, 'name')
    need(names, leaf.subject.named, 'name')
    if (leaf.customerId) need(names, customers.get(leaf.customerId), 'name')
    for (const name of ['ip', 'userAgent']) need(names, leaf.via.origin, name)
  }
  return absent
}

const namedOwners = (leaf: Leaf): string[] => [
  ...(leaf.actor.id ? [`${leaf.actor.kind}:${leaf.actor.id}`] : []),
  ...(leaf.subject.named ? [`${leaf.subject.kind}:${leaf.subject.id}`] : []),
  ...(leaf.customerId ? [`customer:${leaf.customerId}`] : []),
]

async function loadOwnParts(
  db: ReadDb,
  workspaceId: string,
  leaves: readonly Leaf[],
): Promise<Map<string, SealedPart>> {
  const holding = leaves.filter(leaf => Object.keys(leaf.parts).length > 0)
  const times = holding.map(leaf => leaf.at).sort()
  const [from, to] = [times[0], times.at(-1)]
  if (from === undefined || to === undefined) return new Map()
  return loadParts(
    db,
    workspaceId,
    holding.map(leaf => leaf.id),
    { from, to },
  )
}

/** Customer id → the entry that brought the name in force now. */
async function currentNames(
  db: ReadDb,
  workspaceId: string,
  customerIds: string[],
): Promise<Map<string, string>> {
  if (customerIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('customer')
    .select(['customer_id', 'named_by'])
    .where('workspace_id', '=', workspaceId)
    .where('customer_id', 'in', [...new Set(customerIds)])
    .execute()
  return new Map(rows.map(row => [row.customer_id, row.named_by]))
}

async function departmentNames(db: ReadDb, workspaceId: string, ids: string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('department')
    .select(['department_id', 'name'])
    .where('workspace_id', '=', workspaceId)
    .where('department_id', 'in', [...new Set(ids)])
    .execute()
  return new Map(rows.map(row => [row.department_id, row.name]))
}
