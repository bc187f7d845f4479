import {
  concatBytes,
  consistencyProof,
  encodeSeal,
  formatContextLine,
  inclusionProof,
  packHashes,
  rangeProof,
  toBase64,
} from '@tracedesk/proof/node'
import type { Caller } from '../../command/caller.ts'
import type { ReadDb } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { sha256 } from '../../kernel/secret.ts'
import type { ZipFileWriter } from '../../kernel/zip-file.ts'
import type { SubjectKeys } from '../../ledger/subject-keys.ts'
import { hashReader, type TreeHead } from '../../ledger/tree-store.ts'
import { type MayOpen, openSealed } from './openings.ts'
import { findNote, findPosition, type PositionRange, readNamingRows, type SignedNote } from './store.ts'

const PAUSE_MS = 25
/** Sequencing and signing take a tenth of a second; a signer that is away may come back. */
const PATIENCE_MS = 20_000
const SLICE = 500

interface Record {
  readonly position: number
  readonly leaf: Buffer
}

export interface SealParts {
  readonly db: ReadDb
  readonly keys: SubjectKeys
  readonly mayOpen: MayOpen
  readonly viewer: Caller
  readonly head: TreeHead
  readonly range: PositionRange
  readonly before: SignedNote | null
  /** The entries that brought the names of those who appear in the range. */
  readonly namedBy: readonly string[]
}

/**
 * Waits until the entry that recorded the manifest is signed, and writes what proves everything against that
 * checkpoint: it, the range, the checkpoint before, and the names. Throws ConsoleError `evidence.not_signed`.
 */
export async function writeSeal(zip: ZipFileWriter, parts: SealParts, recordId: string): Promise<void> {
  const { db, viewer, range, before } = parts
  const { workspaceId } = viewer
  const { record, after } = await awaitSigned(db, workspaceId, parts.head, recordId)
  const reader = hashReader(db, workspaceId, after.size)
  const path = (position: number) => inclusionProof(position, after.size, reader)
  const context = await zip.add('context.ndjson', contextLines(parts, path))
  await zip.add('checkpoints/after.note', [after.note])
  const { left, right } = await rangeProof(range.from, range.to + 1, after.size, reader)
  const note = Buffer.from(after.note)
  const sealed = encodeSeal({
    after: { sha256: sha256(note).toString('hex'), size: note.length },
    before: packHashes(before ? await consistencyProof(before.size, after.size, reader) : []),
    context: { sha256: context.sha256, size: context.size },
    left: packHashes(left),
    right: packHashes(right),
    record: {
      leaf: toBase64(record.leaf),
      path: packHashes(await path(record.position)),
      position: record.position,
    },
  })
  await zip.add('seal.json', [sealed])
}

async function awaitSigned(
  db: ReadDb,
  workspaceId: string,
  head: TreeHead,
  recordId: string,
): Promise<{ record: Record; after: SignedNote }> {
  const end = performance.now() + PATIENCE_MS
  while (performance.now() < end) {
    const record = await findPosition(db, workspaceId, recordId)
    const after = record && (await findNote(db, workspaceId, head, { moreThan: record.position }))
    if (record && after) return { record, after }
    await new Promise(resolve => setTimeout(resolve, PAUSE_MS))
  }
  throw new ConsoleError('evidence.not_signed')
}

async function* contextLines(
  { db, keys, mayOpen, viewer, namedBy }: SealParts,
  path: (position: number) => Promise<Uint8Array[]>,
): AsyncGenerator<string> {
  const { workspaceId } = viewer
  const rows = await readNamingRows(db, workspaceId, namedBy)
  for (let at = 0; at < rows.length; at += SLICE) {
    const slice = rows.slice(at, at + SLICE)
    const known = await keys.forOpening(
      db,
      workspaceId,
      slice.map(row => row.owner),
    )
    for (const row of slice) {
      const key = known.get(row.owner)
      if (
        key?.state !== 'alive' ||
        !mayOpen(viewer, JSON.parse(row.leaf.toString('utf8')), 'name', row.owner)
      )
        continue
      const plain = openSealed(workspaceId, { ...row, name: 'name' }, key.key)
      // A name that does not open is only not shown here; `verify` on the server raises it.
      if (plain)
        yield formatContextLine({ ...row, path: concatBytes(...(await path(row.position))), ...plain })
    }
  }
}
