import type { Part } from '@tracedesk/contracts'
import { checkPart, fromBase64, type Leaf, SALT_BYTES } from '@tracedesk/proof/node'
import { sql } from 'kysely'
import { type Caller, confidantOf, isWithheldFrom } from '../../command/caller.ts'
import type { ReadDb } from '../../db/database.ts'
import { unseal } from '../../kernel/secret.ts'
import { partContext } from '../../ledger/draft.ts'
import type { SubjectKey, SubjectKeys } from '../../ledger/subject-keys.ts'
import { purgedParts } from './purged.ts'
import { restrictedOwners, seesRestricted } from './restricted.ts'
import { revealedAmong } from './reveals.ts'

export interface SealedPart {
  readonly entry_id: string
  readonly name: string
  readonly owner: string
  readonly sealed: Buffer
}

/** The sealed parts of entries, by entry and name. `from` and `to` bound the entries' times when they are known. */
export async function loadParts(
  db: ReadDb,
  workspaceId: string,
  entryIds: readonly string[],
  bounds?: { from: string; to: string },
): Promise<Map<string, SealedPart>> {
  if (entryIds.length === 0) return new Map()
  const within = bounds ? sql`and at >= ${bounds.from} and at <= ${bounds.to}` : sql``
  // one array instead of hundreds of parameters, which would be parsed and planned anew each time
  const { rows } = await sql<SealedPart>`select entry_id, name, owner, sealed from log_part
    where workspace_id = ${workspaceId} and entry_id = any(${[...new Set(entryIds)]}::uuid[]) ${within}`.execute(
    db as never,
  )
  return new Map(rows.map(row => [`${row.entry_id}/${row.name}`, row]))
}

/** The plain bytes of a sealed part; null when it does not open (another key, or bytes that were changed). */
export function openPart(
  workspaceId: string,
  part: SealedPart,
  key: Buffer,
  commitment?: string,
): Buffer | null {
  try {
    const plain = unseal(key, part.sealed, partContext(workspaceId, part.entry_id, part.name))
    const bytes = plain.subarray(SALT_BYTES)
    if (
      commitment !== undefined &&
      !checkPart(fromBase64(commitment), plain.subarray(0, SALT_BYTES), part.name, bytes)
    )
      return null
    return bytes
  } catch {
    return null // GCM refused: the caller shows it as missing, which is an alarm
  }
}

/** A note that is its author's alone. */
export const isPrivateNote = (leaf: Leaf): boolean =>
  leaf.event.startsWith('note.') && leaf.data.scope === 'private'
// Long texts of the house, such as phrase groups: parts for their length, not because they are anybody's.
const OF_NOBODY = /^(phrase_group|canned_reply|field|role|api_token):/

/**
 * May this viewer read a personal part of an entry they may see? Auditors read names of agents only, until a part is
 * revealed; a private note is its author's alone.
 */
export function mayOpen(viewer: Caller, leaf: Leaf, name: string, owner: string, revealed = false): boolean {
  if (isPrivateNote(leaf) && name === 'text' && leaf.actor.id !== confidantOf(viewer)) return false
  if (isWithheldFrom(viewer) && !revealed)
    return OF_NOBODY.test(owner) || (name === 'name' && owner.startsWith('agent:'))
  return true
}

/** One part of an entry as a reader gets it. `purgedBy`: the entry that says that it was destroyed by rule. */
export function showPart(
  workspaceId: string,
  sealed: SealedPart | undefined,
  key: SubjectKey | undefined,
  commitment: string | undefined,
  purgedBy?: string,
): Part {
  if (key?.state === 'erased') return { state: 'erased', by: key.by }
  if (!sealed && purgedBy) return { state: 'erased', by: purgedBy }
  if (!sealed || !key) return { state: 'missing' }
  const bytes = openPart(workspaceId, sealed, key.key, commitment)
  return bytes ? { state: 'open', value: bytes.toString('utf8') } : { state: 'missing' }
}

/**
 * Opens parts of many messages or notes at once, for lists: `<entry id>/<name>` → part. A part an entry does not have is
 * not in the answer. From an auditor they are withheld but for what is revealed to them; that a viewer may see the
 * conversation at all was decided before.
 */
export async function openNamedPartsFor(
  db: ReadDb,
  keys: SubjectKeys,
  viewer: Caller,
  entryIds: readonly string[],
  names: readonly string[],
): Promise<Map<string, Part>> {
  const { workspaceId } = viewer
  const revealed = isWithheldFrom(viewer) ? new Set(await revealedAmong(db, viewer, entryIds)) : null
  const parts = await loadParts(db, workspaceId, entryIds)
  const absent = entryIds.flatMap(entryId =>
    names.filter(name => !parts.has(`${entryId}/${name}`)).map(name => ({ entryId, name })),
  )
  const purged = await purgedParts(db, workspaceId, absent)
  const owners = [...parts.values()].map(part => part.owner)
  const opened = await keys.forOpening(db, workspaceId, owners)
  const restricted = seesRestricted(viewer) ? null : await restrictedOwners(db, workspaceId, owners)
  const answer = new Map<string, Part>()
  for (const [place, sealed] of parts) {
    if (!names.includes(sealed.name)) continue
    const closed = (revealed && !revealed.has(sealed.entry_id)) || restricted?.has(sealed.owner)
    const key = opened.get(sealed.owner)
    answer.set(place, closed ? { state: 'withheld' } : showPart(workspaceId, sealed, key, undefined))
  }
  for (const place of purged.keys())
    answer.set(place, showPart(workspaceId, undefined, undefined, undefined, purged.get(place)))
  return answer
}

/** Opens the texts of many messages or notes at once, as `openNamedPartsFor` does: entry id → part, for each of them. */
export async function openTextsFor(
  db: ReadDb,
  keys: SubjectKeys,
  viewer: Caller,
  entryIds: readonly string[],
): Promise<Map<string, Part>> {
  const parts = await openNamedPartsFor(db, keys, viewer, entryIds, ['text'])
  const absent = entryIds.filter(id => !parts.has(`${id}/text`))
  const erased = absent.length > 0 ? await erasedTexts(db, viewer.workspaceId, absent) : null
  return new Map(
    entryIds.map(id => [id, parts.get(`${id}/text`) ?? erased?.get(id) ?? { state: 'missing' as const }]),
  )
}

/** Of texts that are not there, those whose owner was erased: the leaf still says whose they were. */
async function erasedTexts(
  db: ReadDb,
  workspaceId: string,
  ids: readonly string[],
): Promise<Map<string, Part>> {
  const wanted = sql`workspace_id = ${workspaceId} and entry_id = any(${[...ids]}::uuid[])`
  const { rows } = await sql<{ id: string; by: string }>`
    select e.entry_id as id, k.erased_by as by
    from (select entry_id, leaf from log_entry where ${wanted} union all select entry_id, leaf from log_pending where ${wanted}) e
    join subject_key k on k.workspace_id = ${workspaceId} and k.wrapped is null and k.erased_by is not null
      and k.owner = convert_from(e.leaf, 'UTF8')::json -> 'parts' -> 'text' ->> 'owner'`.execute(db as never)
  return new Map(rows.map(({ id, by }) => [id, { state: 'erased', by }]))
}

/**
 * Opens one named part of many entries, for lists beside the log: entry id → part. Judged part by part, like the log
 * itself, and open where the entry was revealed; what an entry does not have is missing from the answer.
 */
export async function openPartsFor(
  db: ReadDb,
  keys: SubjectKeys,
  viewer: Caller,
  entryIds: readonly string[],
  name: string,
): Promise<Map<string, Part>> {
  const { workspaceId } = viewer
  const revealed = new Set(isWithheldFrom(viewer) ? await revealedAmong(db, viewer, entryIds) : [])
  const parts = [...(await loadParts(db, workspaceId, entryIds)).values()].filter(part => part.name === name)
  const there = new Set(parts.map(part => part.entry_id))
  const absent = entryIds.filter(id => !there.has(id)).map(entryId => ({ entryId, name }))
  const purged = await purgedParts(db, workspaceId, absent)
  const opened = await keys.forOpening(
    db,
    workspaceId,
    parts.map(part => part.owner),
  )
  return new Map([
    ...parts.map((part): [string, Part] => [
      part.entry_id,
      isWithheldFrom(viewer) && !OF_NOBODY.test(part.owner) && !revealed.has(part.entry_id)
        ? { state: 'withheld' as const }
        : showPart(workspaceId, part, opened.get(part.owner), undefined),
    ]),
    ...[...purged].map(([place, by]): [string, Part] => [
      place.slice(0, -name.length - 1),
      { state: 'erased', by },
    ]),
  ])
}
