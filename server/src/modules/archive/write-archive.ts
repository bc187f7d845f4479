import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import type { Caller } from '../../command/caller.ts'
import type { ReadDb } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { readHead } from '../../ledger/tree-store.ts'
import { describeFile, fetchFile } from './local-files.ts'
import {
  ARCHIVE_FORMAT,
  type ArchiveFile,
  type ArchiveManifest,
  encodeManifest,
  keyOf,
  MANIFEST_NAME,
} from './manifest.ts'
import { spanOf } from './month.ts'
import type { ArchivePort, NamedStore, PositionRange } from './port.ts'
import { writeParts } from './sealed-parts.ts'
import { type ArchiveReport, type PlaceFile, verifyFiles } from './verify-archive.ts'

/** Positions of one bundle: small enough to be looked through for a page of entries. */
const BUNDLE_POSITIONS = 50_000
/** Entries of other months between two of ours that a bundle rather takes along than ends. */
const GAP = 64
const RANGES_MAX = 500

export interface ArchiveJob {
  readonly workspaceId: string
  readonly id: string
  readonly month: string
  readonly since: number
  readonly size: number
  readonly withParts: boolean
  readonly lockDays: number | null
}

/** What was decided and what is done: the ranges, and the files that were written, read back and verified. */
export interface WrittenSoFar {
  readonly plan: readonly PositionRange[]
  readonly files: readonly ArchiveFile[]
}

export interface WrittenArchive {
  readonly manifest: ArchiveManifest
  readonly key: string
  readonly sha256: string
  /** Of everything, the manifest included. */
  readonly bytes: number
  readonly checkpoint: { readonly origin: string; readonly size: number; readonly root: string }
  readonly lockedUntil: string | null
}

/** A file that was read back is not what was written, or proves nothing: it may not count. */
export class NotVerified extends Error {
  constructor(detail: string) {
    super(detail)
    this.name = 'NotVerified'
  }
}

/** How many files there will be, the manifest aside. */
export const filesOf = ({ plan }: Pick<WrittenSoFar, 'plan'>, withParts: boolean): number =>
  plan.length * (withParts ? 2 : 1) + 1

/** The stretches of positions that hold the month's entries, none longer than a bundle. Throws `archive.nothing_new`. */
export async function planArchive(
  db: ReadDb,
  { workspaceId, month, since, size }: ArchiveJob,
): Promise<PositionRange[]> {
  const { from, to } = spanOf(month)
  for (let gap = GAP; ; gap *= 8) {
    const { rows } = await sql<PositionRange>`
      select min(position) as "from", max(position) as "to" from (
        select position, count(*) filter (where step > ${gap}) over (order by position) as island from (
          select position, position - lag(position) over (order by position) as step from log_entry
          where workspace_id = ${workspaceId} and at >= ${from} and at < ${to}
            and position >= ${since} and position < ${size}) s) i
      group by island order by 1`.execute(db as never)
    if (rows.length === 0) throw new ConsoleError('archive.nothing_new', { month })
    if (rows.length <= RANGES_MAX) return rows.flatMap(cut)
  }
}

function cut({ from, to }: PositionRange): PositionRange[] {
  const ranges: PositionRange[] = []
  for (let at = from; at <= to; at += BUNDLE_POSITIONS)
    ranges.push({ from: at, to: Math.min(at + BUNDLE_POSITIONS - 1, to) })
  return ranges
}

/**
 * Writes what is missing of an archive, file by file; each is put into the store, read back from there and verified
 * before it counts. `note` is told after each file, and throws to stop. Throws NotVerified, and what the store throws.
 */
export async function writeArchive(
  port: ArchivePort,
  job: ArchiveJob,
  viewer: Caller,
  from: WrittenSoFar,
  note: (written: WrittenSoFar) => Promise<void>,
): Promise<WrittenArchive> {
  const writer = await ArchiveWriter.open(port, job, viewer)
  let files = [...from.files]
  const keep = async (made: readonly ArchiveFile[]) => {
    files = [...files, ...made]
    await note({ plan: from.plan, files })
  }
  try {
    for (const [i, range] of from.plan.entries()) {
      const number = String(i + 1).padStart(4, '0')
      if (!files.some(({ name }) => name === `bundle-${number}.zip`))
        await keep(await writer.writeRange(number, range))
    }
    if (!files.some(({ kind }) => kind === 'parquet')) await keep([await writer.writeTable(from.plan)])
    return await writer.finish(files)
  } finally {
    await writer.close()
  }
}

class ArchiveWriter {
  readonly #port: ArchivePort
  readonly #job: ArchiveJob
  readonly #viewer: Caller
  readonly #named: NamedStore
  readonly #folder: string
  readonly #lockedUntil: string | null
  readonly #origin: string

  private constructor(
    port: ArchivePort,
    job: ArchiveJob,
    viewer: Caller,
    rest: { named: NamedStore; folder: string; lockedUntil: string | null; origin: string },
  ) {
    this.#port = port
    this.#job = job
    this.#viewer = viewer
    this.#named = rest.named
    this.#folder = rest.folder
    this.#lockedUntil = rest.lockedUntil
    this.#origin = rest.origin
  }

  static async open(port: ArchivePort, job: ArchiveJob, viewer: Caller): Promise<ArchiveWriter> {
    const named = port.archive
    const head = await readHead(port.databases.read, job.workspaceId)
    if (!named || !head) throw new ConsoleError('archive.not_configured')
    const folder = join(port.scratch, job.id)
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const locks = job.lockDays !== null && (await named.store.offersLock?.())
    const lockedUntil = locks ? new Date(Date.now() + job.lockDays * 86_400_000).toISOString() : null
    return new ArchiveWriter(port, job, viewer, { named, folder, lockedUntil, origin: head.origin })
  }

  close(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true })
  }

  /** A bundle and, beside it, the parts its entries commit to, still sealed. Both count or neither. */
  async writeRange(number: string, range: PositionRange): Promise<ArchiveFile[]> {
    const { databases, writeBundle } = this.#port
    const { workspaceId, month, withParts } = this.#job
    const bundle = join(this.#folder, `bundle-${number}.zip`)
    await writeBundle(range, this.#viewer, bundle)
    const entries = await this.#countEntries(range)
    const made = [{ path: bundle, kind: 'bundle' as const, entries, parts: 0 }]
    if (!withParts) return this.#putAll(range, made)
    const path = join(this.#folder, `parts-${number}.ndjson.gz`)
    const parts = await writeParts(databases.read, workspaceId, month, range, path)
    return this.#putAll(range, [...made, { path, kind: 'parts' as const, entries: 0, parts }])
  }

  /** The entries of the month as one table; everything personal withheld. */
  async writeTable(plan: readonly PositionRange[]): Promise<ArchiveFile> {
    const { month, since, size } = this.#job
    const path = join(this.#folder, 'entries.parquet')
    const span = spanOf(month)
    const { rows } = await this.#port.writeParquet({ viewer: this.#viewer, ...span, since, size }, path)
    const range = { from: plan[0]?.from ?? 0, to: plan.at(-1)?.to ?? 0 }
    const [made] = await this.#putAll(range, [{ path, kind: 'parquet', entries: rows, parts: 0 }])
    if (!made) throw new Error('no table')
    return made
  }

  /** Writes the manifest, reads it back, and says what there is. */
  async finish(files: readonly ArchiveFile[]): Promise<WrittenArchive> {
    const { id, workspaceId, month, since, size, withParts } = this.#job
    const sum = (kind: ArchiveFile['kind'], of: 'entries' | 'parts') =>
      files.filter(file => file.kind === kind).reduce((total, file) => total + file[of], 0)
    const manifest: ArchiveManifest = {
      format: ARCHIVE_FORMAT,
      archive: id,
      workspace: workspaceId,
      origin: this.#origin,
      month,
      since,
      size,
      entries: sum('bundle', 'entries'),
      parts: sum('parts', 'parts'),
      withParts,
      writtenAt: new Date().toISOString(),
      software: this.#port.software,
      files: [...files],
    }
    const bytes = encodeManifest(manifest)
    const path = join(this.#folder, MANIFEST_NAME)
    await writeFile(path, bytes, { mode: 0o600, flush: true })
    const made = await describeFile(path)
    await this.#put(path, MANIFEST_NAME, made.sha256)
    const back = await fetchFile(this.#named.store, this.#key(MANIFEST_NAME), bytes.length, path)
    if (back.sha256 !== made.sha256) throw new NotVerified(`${MANIFEST_NAME} came back changed`)
    return {
      manifest,
      key: this.#key(MANIFEST_NAME),
      sha256: made.sha256,
      bytes: files.reduce((total, file) => total + file.bytes, bytes.length),
      checkpoint: await this.#newestHead(),
      lockedUntil: this.#lockedUntil,
    }
  }

  #key(name: string): string {
    return keyOf(this.#job.workspaceId, this.#job.month, this.#job.id, name)
  }

  async #put(path: string, name: string, sha256: string): Promise<void> {
    const lock = this.#lockedUntil ? { lockUntil: this.#lockedUntil } : {}
    await this.#named.store.put(this.#key(name), path, { sha256, ...lock })
  }

  async #putAll(
    range: PositionRange,
    made: readonly { path: string; kind: ArchiveFile['kind']; entries: number; parts: number }[],
  ): Promise<ArchiveFile[]> {
    const files: ArchiveFile[] = []
    for (const { path, kind, entries, parts } of made) {
      const name = path.slice(this.#folder.length + 1)
      const file = { name, kind, ...(await describeFile(path)), ...range, entries, parts }
      await this.#put(path, name, file.sha256)
      files.push(file)
    }
    await this.#readBack(files)
    return files
  }

  /** Fetches what was just put and verifies it as a stranger would, with the log's own keys. */
  async #readBack(files: readonly ArchiveFile[]): Promise<ArchiveReport> {
    const { databases, readTrust } = this.#port
    const trust = await readTrust(databases.read, this.#job.workspaceId)
    const { month, since, size } = this.#job
    const report = await verifyFiles(
      { month, since, size, origin: this.#origin },
      files,
      placeFromStore(this.#named, file => this.#key(file), this.#folder),
      trust,
    )
    const [first] = report.findings
    if (report.verdict !== 'ok')
      throw new NotVerified(`${first?.file}: ${report.verdict} ${first?.detail ?? ''}`)
    return report
  }

  async #countEntries({ from, to }: PositionRange): Promise<number> {
    const { workspaceId, month, since, size } = this.#job
    const span = spanOf(month)
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from log_entry
      where workspace_id = ${workspaceId} and at >= ${span.from} and at < ${span.to}
        and position between ${Math.max(from, since)} and ${Math.min(to, size - 1)}`.execute(
      this.#port.databases.read as never,
    )
    return rows[0]?.n ?? 0
  }

  /** The signed head that covers everything in the archive. */
  async #newestHead(): Promise<WrittenArchive['checkpoint']> {
    const { read } = this.#port.databases
    const { rows } = await sql<{ note: string }>`select note from log_checkpoint
      where workspace_id = ${this.#job.workspaceId} and size >= ${this.#job.size} order by epoch desc, size limit 1`.execute(
      read as never,
    )
    const [origin = '', size = '0', root = ''] = (rows[0]?.note ?? '').split('\n')
    return { origin, size: Number(size), root }
  }
}

/** Files of an archive out of a store, by way of a folder. */
export const placeFromStore =
  ({ store }: NamedStore, keyOfName: (name: string) => string, folder: string): PlaceFile =>
  async ({ name, bytes }) => {
    const path = join(folder, `back-${name}`)
    await fetchFile(store, keyOfName(name), bytes, path)
    return { path, release: () => rm(path, { force: true }) }
  }
