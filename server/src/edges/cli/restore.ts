import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import pg from 'pg'
import { migrate, schemaVersion } from '../../db/migrate.ts'
import { StartError } from '../../kernel/start-error.ts'
import { ErasureList, readErasures } from '../../ledger/erasures.ts'
import {
  checkBackup,
  declareRestored,
  type FinishedRestore,
  loadBackup,
  readManifest,
  restoreFiles,
} from '../../modules/backup/index.ts'
import { CliError, usage } from './cli-error.ts'
import { type CliCommand, type Invocation, optional } from './command.ts'
import {
  closeNode,
  type OpenDatabase,
  openDatabase,
  openNode,
  readCliConfig,
  readSchemaVersion,
  settleWorkspace,
} from './open-desk.ts'

export const restoreCommand: CliCommand = {
  name: 'restore',
  synopsis: 'restore FOLDER | restore --declare | restore --finish  [--erasures FILE] [--checkpoint FILE]',
  summary: 'put a backup into an empty database, and announce the new epoch of the log',
  options: {
    declare: { type: 'boolean' },
    finish: { type: 'boolean' },
    erasures: { type: 'string' },
    checkpoint: { type: 'string' },
  },
  positionals: true,
  run: async invocation => {
    const { declare, finish } = invocation.options
    const [folder, ...others] = invocation.positionals
    if (others.length > 0 || [folder, declare, finish].filter(Boolean).length !== 1)
      throw usage('name one FOLDER with a backup, or --declare, or --finish')
    const notes = readNotes(invocation)
    requireSecret(invocation)
    const database = await openDatabase(invocation.env)
    try {
      await requireNobodyElse(database)
      const erasures = takeErasures(invocation, database)
      if (folder !== undefined) await putBack(invocation, database, resolve(folder), erasures)
      else await migrate(database.targets)
      const finished = await finishAll(database, erasures, notes, declare === true)
      invocation.progress.clear()
      for (const restore of finished) describe(invocation, restore)
      return { exitCode: 0, json: { workspaces: finished } }
    } finally {
      await database.close()
    }
  },
}

/** Made anew, a secret could open nothing of what is put back. */
function requireSecret({ env }: Invocation): void {
  const { secretFile } = readCliConfig(env)
  if (!existsSync(secretFile))
    throw new CliError(3, 'secret.not_readable', `Put the installation’s secret file at ${secretFile} first.`)
}

async function putBack(
  { progress }: Invocation,
  { targets, secret, config }: OpenDatabase,
  folder: string,
  erasures: ErasureList,
): Promise<void> {
  const { manifest, sha256 } = readManifest(folder)
  progress.show('comparing the backup with its manifest')
  await checkBackup(folder, manifest, secret)
  if (manifest.schema > schemaVersion())
    throw new StartError(
      'schema.newer',
      `The backup has schema ${manifest.schema}; this program knows schemas up to ${schemaVersion()}. Use the newer program.`,
    )
  const there = await readSchemaVersion(targets.migrator)
  if (there > manifest.schema)
    throw new StartError(
      'restore.not_empty',
      `The database has schema ${there} already, the backup has ${manifest.schema}. Restore into a new database.`,
    )
  await migrate(targets, manifest.schema)
  await loadBackup({
    target: targets.migrator,
    folder,
    manifest,
    manifestSha256: sha256,
    erasures: workspaceId => erasures.list(workspaceId),
    onProgress: table => progress.show(`putting back ${table}`),
  })
  await migrate(targets)
  await restoreFiles(folder, manifest, config.dataDir)
}

async function finishAll(
  database: OpenDatabase,
  erasures: ErasureList,
  notes: readonly string[],
  declare: boolean,
): Promise<FinishedRestore[]> {
  const node = openNode(database, 'error')
  try {
    if (declare) await declareRestored(database.targets.migrator, await node.workspaces(), erasures)
    const finished = await node.finishRestores(notes)
    for (const { workspaceId } of finished) await settleWorkspace(node, workspaceId, true)
    return finished
  } finally {
    await closeNode(node)
  }
}

/** A server that works on this database would go on with what it remembers. */
async function requireNobodyElse({ targets }: OpenDatabase): Promise<void> {
  const client = new pg.Client(targets.migrator)
  await client.connect()
  try {
    const { rowCount } = await client.query(
      'select from pg_stat_activity where datname = current_database() and usename = any($1) and pid <> pg_backend_pid()',
      [[targets.app.user, targets.ledger.user]],
    )
    if (rowCount)
      throw new CliError(3, 'restore.server_running', 'A server works on this database. Stop it first.')
  } finally {
    await client.end()
  }
}

/** The list of erasures of this installation, with what a list kept elsewhere knows more. */
function takeErasures(invocation: Invocation, { config }: OpenDatabase): ErasureList {
  const list = new ErasureList(join(config.dataDir, 'erasures'))
  const file = optional(invocation, 'erasures')
  if (!file) return list
  const workspaceId = /([0-9a-f-]{36})\.ndjson$/.exec(file)?.[1]
  if (!workspaceId) throw usage('--erasures is a file named <workspace id>.ndjson')
  try {
    for (const erasure of readErasures(readFileSync(file))) list.append(workspaceId, erasure)
  } catch (error) {
    throw usage(`the list of erasures ${file} cannot be read: ${(error as Error).message}`)
  }
  return list
}

function readNotes(invocation: Invocation): string[] {
  const file = optional(invocation, 'checkpoint')
  try {
    return file ? [readFileSync(file, 'utf8')] : []
  } catch (error) {
    throw usage(`the checkpoint ${file} cannot be read: ${(error as Error).message}`)
  }
}

function describe({ say }: Invocation, restore: FinishedRestore): void {
  const { origin, size, lost, erasures, sessionsEnded, unsent } = restore
  say(`Epoch ${restore.epoch} began at position ${size}: ${origin}`)
  say(
    lost > 0
      ? `${lost} positions that had been signed are not there any more; the log says so at position ${size}.`
      : 'Nothing that is known to have been signed is missing.',
  )
  say(
    `${erasures} erasures were made again, ${sessionsEnded} sessions ended, ${unsent} messages are of unknown fate.`,
  )
  say('Give verifiers and witnesses the new trust file: bin/tracedesk trust.')
}
