import { formatOpeningLine, type Leaf, type Opening, SALT_BYTES } from '@tracedesk/proof/node'
import type { Caller } from '../../command/caller.ts'
import type { ReadDb } from '../../db/database.ts'
import { unseal } from '../../kernel/secret.ts'
import { partContext } from '../../ledger/draft.ts'
import type { SubjectKey, SubjectKeys } from '../../ledger/subject-keys.ts'
import { readPartRows, type StoredLeaf } from './store.ts'

/** May this viewer read a part of an entry they may see? The log module answers. */
export type MayOpen = (viewer: Caller, leaf: Leaf, name: string, owner: string) => boolean

/** Nobody may read anything: nothing is read or opened to find that out. */
export const opensNothing: MayOpen = () => false

/** Salt and content of a sealed part; null when it does not open with this key. */
export function openSealed(
  workspaceId: string,
  part: { readonly entry_id: string; readonly name: string; readonly sealed: Buffer },
  key: Buffer,
): { salt: Uint8Array; bytes: Uint8Array } | null {
  try {
    const plain = unseal(key, part.sealed, partContext(workspaceId, part.entry_id, part.name))
    return { salt: plain.subarray(0, SALT_BYTES), bytes: plain.subarray(SALT_BYTES) }
  } catch {
    return null // GCM refused: the bundle says that the part is missing, which its verifier reports
  }
}

/** The lines of `openings.ndjson` for some entries, all open: one for each part a leaf commits to. */
export async function openingLines(
  db: ReadDb,
  keys: SubjectKeys,
  viewer: Caller,
  mayOpen: MayOpen,
  rows: readonly StoredLeaf[],
): Promise<string[]> {
  const [first, last] = [rows[0], rows.at(-1)]
  if (!first || !last) return []
  const { workspaceId } = viewer
  const closed = mayOpen === opensNothing
  const parts = closed ? [] : await readPartRows(db, workspaceId, first.position, last.position + 1)
  const sealed = new Map(parts.map(part => [`${part.position}/${part.name}`, part.sealed]))
  // The bytes come from our own ledger, which parsed them strictly when it wrote them; the verifier does so again.
  const leaves = rows.map(row => ({
    position: row.position,
    leaf: JSON.parse(row.leaf.toString('utf8')) as Leaf,
  }))
  const owners = leaves.flatMap(({ leaf }) => Object.values(leaf.parts).map(part => part.owner))
  const known = await keys.forOpening(db, workspaceId, closed ? [] : owners)
  return leaves.flatMap(({ position, leaf }) =>
    Object.entries(leaf.parts)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { owner }]) => {
        const bytes = sealed.get(`${position}/${name}`)
        const part = bytes && { entry_id: leaf.id, name, sealed: bytes }
        const opening = mayOpen(viewer, leaf, name, owner)
          ? show(workspaceId, part, known.get(owner))
          : ({ state: 'withheld' } as const)
        return formatOpeningLine({ position, name, opening })
      }),
  )
}

function show(
  workspaceId: string,
  part: { entry_id: string; name: string; sealed: Buffer } | undefined,
  key: SubjectKey | undefined,
): Opening {
  if (key?.state === 'erased') return { state: 'erased', by: key.by }
  const plain = part && key ? openSealed(workspaceId, part, key.key) : null
  return plain ? { state: 'open', ...plain } : { state: 'missing' }
}
