import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { copyFile, mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import { PassThrough, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import type { ConnectionTarget } from '../../db/roles.ts'
import type { InstallationSecret } from '../../kernel/secret.ts'
import { StartError } from '../../kernel/start-error.ts'
import { BACKUP_FORMAT, type BackupManifest, digest, MANIFEST, secretCheck } from './manifest.ts'
import { listTables } from './tables.ts'

/** Folders in DATA_DIR that belong to the data; secret, signer and list of erasures on purpose do not. */
export const FILE_FOLDERS = ['files', 'bundles'] as const

const INCOMING = join('files', 'incoming') + sep

export interface BackupParts {
  /** The owner of the tables: the reading role does not see every column. */
  readonly target: ConnectionTarget
  readonly secret: InstallationSecret
  readonly dataDir: string
  readonly software: string
  readonly onProgress?: (what: string) => void
  readonly signal?: AbortSignal
}

/**
 * Copies the whole database into `folder`, as of one moment (COPY of each table in one snapshot), and the files beside
 * it. The folder appears under its name when everything in it is on the disk, or not at all. Returns the manifest and
 * its digest. Throws StartError `backup.exists`.
 */
export async function takeBackup(
  parts: BackupParts,
  folder: string,
): Promise<{ manifest: BackupManifest; sha256: string }> {
  if (existsSync(folder)) throw new StartError('backup.exists', `${folder} is there already.`)
  const unfinished = join(dirname(folder), `.${basename(folder)}.part`)
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(join(unfinished, 'tables'), { recursive: true, mode: 0o700 })
  try {
    const database = await copyDatabase(parts, unfinished)
    // After the snapshot: a file that a row names was there before the row, and files never change.
    const files = await copyFiles(parts, unfinished)
    const manifest: BackupManifest = {
      format: BACKUP_FORMAT,
      software: parts.software,
      secretCheck: secretCheck(parts.secret),
      ...database,
      files,
    }
    const bytes = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)
    await writeFile(join(unfinished, MANIFEST), bytes, { mode: 0o600, flush: true })
    await rename(unfinished, folder)
    await syncFolder(dirname(folder))
    return { manifest, sha256: digest(bytes) }
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    throw error
  }
}

type DatabasePart = Pick<BackupManifest, 'takenAt' | 'schema' | 'workspaces' | 'months' | 'tables'>

async function copyDatabase(parts: BackupParts, folder: string): Promise<DatabasePart> {
  const client = new pg.Client(parts.target)
  await client.connect()
  try {
    await client.query('begin isolation level repeatable read read only; set local statement_timeout = 0')
    const described = await describe(client)
    const tables: BackupManifest['tables'] = []
    for (const { name, columns } of await listTables(client)) {
      parts.signal?.throwIfAborted()
      parts.onProgress?.(name)
      const file = `tables/${name}.copy.gz`
      const list = columns.map(column => client.escapeIdentifier(column)).join(', ')
      const source = client.query(copyTo(`copy (select ${list} from ${name}) to stdout`))
      const written = await writeMember(source, join(folder, file))
      tables.push({ name, columns, rows: source.rowCount, file, ...written })
    }
    await client.query('commit')
    return { ...described, tables }
  } finally {
    await client.end()
  }
}

async function describe(client: pg.Client): Promise<Omit<DatabasePart, 'tables'>> {
  const { rows: facts } = await client.query<{ now: string; schema: number }>(
    'select clock_timestamp() as now, (select max(version) from schema_version) as schema',
  )
  const { rows: workspaces } = await client.query(
    `select w.workspace_id as id, w.name, h.epoch, h.origin, h.size::int as size, encode(h.root, 'base64') as root,
       (select c.note from log_checkpoint c where c.workspace_id = w.workspace_id and c.epoch = h.epoch order by c.size desc limit 1) as checkpoint
     from workspace w join log_head h using (workspace_id) order by w.workspace_id`,
  )
  const { rows: months } = await client.query<{ month: string }>(
    "select replace(substring(c.relname from 'log_part_(.*)'), '_', '-') as month from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'log_part'::regclass order by 1",
  )
  return {
    takenAt: facts[0]?.now ?? '',
    schema: facts[0]?.schema ?? 0,
    workspaces,
    months: months.map(({ month }) => month),
  }
}

/** Packs a stream into a file that is on the disk when this resolves. */
async function writeMember(
  source: NodeJS.ReadableStream,
  path: string,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256')
  let bytes = 0
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      bytes += chunk.length
      done(null, chunk)
    },
  })
  await pipeline(
    source,
    createGzip({ level: 1 }),
    measure,
    createWriteStream(path, { mode: 0o600, flush: true }),
  )
  return { bytes, sha256: hash.digest('hex') }
}

async function copyFiles(
  { dataDir, onProgress, signal }: BackupParts,
  folder: string,
): Promise<BackupManifest['files']> {
  const files: BackupManifest['files'] = []
  for (const name of FILE_FOLDERS) {
    const root = join(dataDir, name)
    if (!existsSync(root)) continue
    for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
      const inside = relative(dataDir, join(entry.parentPath, entry.name))
      // what is still coming in belongs to no row yet
      if (!entry.isFile() || entry.name.endsWith('.part') || inside.startsWith(INCOMING)) continue
      signal?.throwIfAborted()
      onProgress?.(inside)
      const copy = join(folder, 'data', inside)
      await mkdir(dirname(copy), { recursive: true, mode: 0o700 })
      if (!(await copyIfThere(join(dataDir, inside), copy))) continue
      files.push({ path: inside, bytes: (await stat(copy)).size, sha256: await digestFile(copy) })
    }
  }
  return files
}

/** False when the file was taken away since it was listed: its removal is in the log, and its key is gone with it. */
async function copyIfThere(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && !existsSync(from)) return false
    throw error
  }
}

/** SHA-256 of a file, in hex. */
export async function digestFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), new PassThrough(), async source => {
    for await (const chunk of source) hash.update(chunk as Buffer)
  })
  return hash.digest('hex')
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
