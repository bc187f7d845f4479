import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  hashLeaf,
  inclusionProof,
  type Leaf,
  openZip,
  parseEntryLine,
  readLines,
  readUnverifiedCheckpoint,
  trustAtSize,
  verifyCheckpoint,
  verifyInclusion,
} from '@tracedesk/proof/node'
import type { ReadDb } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import { hashReader } from '../../ledger/tree-store.ts'
import { fetchFile, isGone, sourceInStore } from './local-files.ts'
import { type ArchiveFile, type ArchiveManifest, keyOf, MANIFEST_NAME, parseManifest } from './manifest.ts'
import { isWithin } from './month.ts'
import type { ArchivePort, NamedStore, SealedLine } from './port.ts'
import { readPartLines } from './sealed-parts.ts'
import { type DoneArchive, doneArchives, requireDone } from './store.ts'
import { type ArchiveFinding, type ArchiveReport, trustFor, verifyFiles } from './verify-archive.ts'
import { placeFromStore } from './write-archive.ts'

/** An entry as the archive has it. */
export interface ArchivedEntry {
  readonly position: number
  readonly leaf: Leaf
  readonly bytes: Buffer
}

/** Manifests never change; what was checked once against the log need not be fetched again. */
const manifests = new Map<string, ArchiveManifest>()
const MANIFESTS_MAX = 200

const brokenManifest = (verdict: ArchiveFinding['verdict'], detail: string): ArchiveReport => ({
  verdict,
  findings: [{ verdict, file: MANIFEST_NAME, position: null, detail }],
  files: 0,
  entries: 0,
  parts: 0,
  checkpoint: null,
})

/** Reads every file of a finished archive again. Throws `archive.not_found`, `archive.not_written`. */
export async function verifyDone(
  port: ArchivePort,
  workspaceId: string,
  archiveId: string,
  onProgress?: (done: number, of: number) => void,
): Promise<{ month: string; report: ArchiveReport }> {
  const { read } = port.databases
  const done = await requireDone(read, workspaceId, archiveId)
  const named = requireStore(port)
  const folder = join(port.scratch, `verify-${newId()}`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  try {
    const found = await fetchManifest(named, done, folder)
    if ('verdict' in found) return { month: done.month, report: found }
    const trust = await port.readTrust(read, workspaceId)
    const key = (name: string) => keyOf(workspaceId, done.month, done.id, name)
    const report = await verifyFiles(found, found.files, placeFromStore(named, key, folder), trust, count =>
      onProgress?.(count, found.files.length),
    )
    return { month: done.month, report }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const requireStore = ({ archive }: ArchivePort): NamedStore => {
  if (!archive) throw new ConsoleError('archive.not_configured')
  return archive
}

/** The manifest that the log speaks of, or what is wrong with the one that is there. */
async function fetchManifest(
  { store }: NamedStore,
  done: DoneArchive,
  folder: string,
): Promise<ArchiveManifest | ArchiveReport> {
  try {
    const path = join(folder, MANIFEST_NAME)
    const { sha256 } = await fetchFile(store, done.manifest, done.manifestBytes, path)
    if (sha256 !== done.sha256) return brokenManifest('manifest_changed', `SHA-256 ${sha256}`)
    const manifest = parseManifest(await readWhole(store, done.manifest, done.manifestBytes))
    return manifest ?? brokenManifest('manifest_malformed', 'no manifest')
  } catch (error) {
    if (isGone(error)) return brokenManifest('manifest_missing', done.manifest)
    throw error
  }
}

async function readWhole(store: NamedStore['store'], key: string, bytes: number): Promise<Buffer> {
  return Buffer.from(await sourceInStore(store, key, bytes).read(0, bytes))
}

/** The manifest of a finished archive. Throws `archive.unreadable` when it is not the one the log speaks of. */
async function openManifest(port: ArchivePort, done: DoneArchive): Promise<ArchiveManifest> {
  const known = manifests.get(done.id)
  if (known) return known
  const folder = join(port.scratch, `open-${newId()}`)
  try {
    const found = await fetchManifest(requireStore(port), done, folder)
    if ('verdict' in found) throw new ConsoleError('archive.unreadable', { verdict: found.verdict })
    if (manifests.size >= MANIFESTS_MAX) manifests.clear()
    manifests.set(done.id, found)
    return found
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * The entries of a month as the archive has them, by position, from position `from` on; read bundle by bundle, as far as
 * the caller goes on asking. Throws `archive.unreadable`.
 */
export async function* readEntries(
  port: ArchivePort,
  workspaceId: string,
  month: string,
  from: number,
): AsyncGenerator<ArchivedEntry> {
  for (const done of await doneArchives(port.databases.read, workspaceId, month)) {
    const { files } = await openManifest(port, done)
    for (const file of files)
      if (file.kind === 'bundle' && file.to >= from) yield* readBundle(port, workspaceId, done, file, from)
  }
}

async function* readBundle(
  port: ArchivePort,
  workspaceId: string,
  done: DoneArchive,
  file: ArchiveFile,
  from: number,
): AsyncGenerator<ArchivedEntry> {
  const { store } = requireStore(port)
  const key = keyOf(workspaceId, done.month, done.id, file.name)
  try {
    const members = await openZip(sourceInStore(store, key, file.bytes))
    const entries = members.find(({ name }) => name === 'entries.ndjson')
    if (!entries) throw new ConsoleError('archive.unreadable', { file: file.name })
    for await (const lines of readLines(entries.read(), 'entries_malformed'))
      for (const text of lines) {
        const { position, leaf: bytes } = parseEntryLine(text)
        if (!bytes || position < from || position < done.since || position >= done.size) continue
        // Hashed and compared with the tree before it is shown; here it is only looked at.
        const leaf = JSON.parse(Buffer.from(bytes).toString('utf8')) as Leaf
        if (isWithin(done.month, leaf.at)) yield { position, leaf, bytes: Buffer.from(bytes) }
      }
  } catch (error) {
    if (error instanceof ConsoleError) throw error
    throw new ConsoleError('archive.unreadable', { file: file.name }, { cause: error })
  }
}

/** The sealed parts of some entries, `entry/name` → part, out of the files beside the bundles. */
export async function readSealed(
  port: ArchivePort,
  workspaceId: string,
  month: string,
  wanted: readonly ArchivedEntry[],
): Promise<Map<string, SealedLine>> {
  const positions = new Set(
    wanted.filter(({ leaf }) => Object.keys(leaf.parts).length > 0).map(e => e.position),
  )
  const sealed = new Map<string, SealedLine>()
  if (positions.size === 0) return sealed
  const [first, last] = [Math.min(...positions), Math.max(...positions)]
  for (const done of await doneArchives(port.databases.read, workspaceId, month)) {
    const { files } = await openManifest(port, done)
    for (const file of files) {
      if (file.kind !== 'parts' || file.to < first || file.from > last) continue
      const key = keyOf(workspaceId, month, done.id, file.name)
      for await (const line of readPartLines(await requireStore(port).store.read(key, 0, file.bytes))) {
        if (line.position > last) break
        if (!positions.has(line.position)) continue
        const { entryId: entry_id, name, owner } = line
        sealed.set(`${entry_id}/${name}`, {
          entry_id,
          name,
          owner,
          sealed: Buffer.from(line.sealed, 'base64'),
        })
      }
    }
  }
  return sealed
}

/**
 * Whether entries out of the archive are those of the signed tree: each leaf is hashed and proven, with the hashes the
 * database keeps, against the newest head whose signature is that of a key of this log.
 */
export async function proveEntries(
  port: Pick<ArchivePort, 'readTrust'>,
  db: ReadDb,
  workspaceId: string,
  entries: readonly ArchivedEntry[],
): Promise<('proven' | 'changed')[]> {
  const row = await db
    .selectFrom('log_checkpoint')
    .select('note')
    .where('workspace_id', '=', workspaceId)
    .orderBy('epoch', 'desc')
    .orderBy('size', 'desc')
    .limit(1)
    .executeTakeFirst()
  const trust = await port.readTrust(db, workspaceId)
  if (!row || !trust) return entries.map(() => 'changed')
  const { origin, size, root } = readUnverifiedCheckpoint(row.note)
  const known = trustFor(trust, origin) ?? trust
  const { verdict } = await verifyCheckpoint(row.note, trustAtSize(known, size))
  if (verdict !== 'ok') return entries.map(() => 'changed')
  const reader = hashReader(db, workspaceId, size)
  const proofs: ('proven' | 'changed')[] = []
  for (const { position: index, bytes } of entries) {
    const proof = index < size ? await inclusionProof(index, size, reader) : null
    const fits = proof && verifyInclusion({ index, size, leafHash: hashLeaf(bytes), root }, proof) === 'ok'
    proofs.push(fits ? 'proven' : 'changed')
  }
  return proofs
}
