import { createReadStream, existsSync } from 'node:fs'
import { copyFile, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import type { ConnectionTarget } from '../../db/roles.ts'
import { newId } from '../../kernel/id.ts'
import type { InstallationSecret } from '../../kernel/secret.ts'
import { StartError } from '../../kernel/start-error.ts'
import type { Erasure } from '../../ledger/erasures.ts'
import { type BackupManifest, secretCheck } from './manifest.ts'
import { markRestored } from './mark-restored.ts'
import { listForeignKeys, listSequences, listTables } from './tables.ts'
import { digestFile } from './take-backup.ts'

export interface LoadParts {
  /** The owner of the tables. */
  readonly target: ConnectionTarget
  readonly folder: string
  readonly manifest: BackupManifest
  readonly manifestSha256: string
  /** Who was erased, by workspace: forgotten again in the same transaction. */
  readonly erasures: (workspaceId: string) => readonly Erasure[]
  readonly onProgress?: (what: string) => void
}

/** Compares every member with the manifest, and the secret. Throws StartError `backup.not_valid`, `secret.other`. */
export async function checkBackup(
  folder: string,
  manifest: BackupManifest,
  secret: InstallationSecret,
): Promise<void> {
  if (manifest.secretCheck !== secretCheck(secret))
    throw new StartError(
      'secret.other',
      'The secret file is not the one of this backup: put back the secret of that installation first.',
    )
  const members = [
    ...manifest.tables.map(({ file, sha256 }) => ({ path: file, sha256 })),
    ...manifest.files.map(({ path, sha256 }) => ({ path: join('data', path), sha256 })),
  ]
  for (const { path, sha256 } of members) {
    const found = existsSync(join(folder, path)) ? await digestFile(join(folder, path)) : null
    if (found !== sha256)
      throw new StartError(
        'backup.not_valid',
        `${join(folder, path)} ${found === null ? 'is missing' : 'is not the file that was written'}.`,
      )
  }
}

/**
 * Fills an empty database from a backup, in one transaction: all of it, with what was erased since forgotten again,
 * sessions ended, messages on their way marked as of unknown fate, and the mark that keeps servers away until the
 * restore is finished; or nothing.
 */
export async function loadBackup(parts: LoadParts): Promise<void> {
  const client = new pg.Client(parts.target)
  await client.connect()
  try {
    await client.query('begin; set local statement_timeout = 0')
    await requireEmpty(client)
    await fill(client, parts)
    for (const { id } of parts.manifest.workspaces)
      await markRestored(client, {
        workspaceId: id,
        restoreId: newId(),
        cause: 'backup',
        manifestSha256: parts.manifestSha256,
        takenAt: parts.manifest.takenAt,
        erasures: parts.erasures(id),
      })
    await toggleTriggers(client, parts.manifest, 'enable')
    await client.query('commit')
    await client.query('analyze')
  } finally {
    await client.end()
  }
}

async function requireEmpty(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query('select from workspace limit 1')
  if (rowCount)
    throw new StartError(
      'restore.not_empty',
      'There is a workspace in this database. Restore into an empty one.',
    )
}

async function fill(client: pg.Client, { manifest, folder, onProgress }: LoadParts): Promise<void> {
  for (const month of manifest.months)
    await client.query('select ensure_log_month($1::timestamptz)', [`${month}-01T00:00:00Z`])
  await requireSameTables(client, manifest)
  const foreignKeys = await listForeignKeys(client)
  for (const { table, name } of foreignKeys)
    await client.query(`alter table ${table} drop constraint ${name}`)
  await toggleTriggers(client, manifest, 'disable')
  for (const table of manifest.tables) {
    onProgress?.(table.name)
    await client.query(`truncate ${table.name}`)
    const columns = table.columns.map(column => client.escapeIdentifier(column)).join(', ')
    const target = client.query(copyFrom(`copy ${table.name} (${columns}) from stdin`))
    await pipeline(createReadStream(join(folder, table.file)), createGunzip(), target)
    if (target.rowCount !== table.rows)
      throw new StartError(
        'backup.not_valid',
        `${table.file} has ${target.rowCount} rows; the manifest says ${table.rows}.`,
      )
  }
  for (const { table, name, definition } of foreignKeys)
    await client.query(`alter table ${table} add constraint ${name} ${definition}`)
  for (const { table, column, sequence } of await listSequences(client))
    await client.query(`select setval('${sequence}', greatest((select max(${column}) from ${table}), 1))`)
}

/** The commit check asks for entries; what is put back here has its entries already. */
async function toggleTriggers(
  client: pg.Client,
  { tables }: BackupManifest,
  how: 'enable' | 'disable',
): Promise<void> {
  for (const { name } of tables) await client.query(`alter table ${name} ${how} trigger user`)
}

async function requireSameTables(client: pg.Client, manifest: BackupManifest): Promise<void> {
  const here = new Map((await listTables(client)).map(({ name, columns }) => [name, columns.join()]))
  for (const { name, columns } of manifest.tables) {
    if (here.get(name) === columns.join()) here.delete(name)
    else
      throw new StartError(
        'backup.not_valid',
        `The table ${name} of the backup is not that of schema ${manifest.schema}.`,
      )
  }
  const [left] = here.keys()
  if (left) throw new StartError('backup.not_valid', `The backup lacks the table ${left}.`)
}

/** Puts the files beside the database back where they were. A file that is there already is left. */
export async function restoreFiles(
  folder: string,
  manifest: BackupManifest,
  dataDir: string,
): Promise<number> {
  let restored = 0
  for (const { path } of manifest.files) {
    const place = join(dataDir, path)
    if (existsSync(place)) continue
    await mkdir(dirname(place), { recursive: true, mode: 0o700 })
    await copyFile(join(folder, 'data', path), place)
    restored++
  }
  return restored
}
