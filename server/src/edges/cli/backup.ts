import { resolve } from 'node:path'
import { VERSION } from '../../boot.ts'
import { operatorCaller } from '../../command/caller.ts'
import { type BackupManifest, recordBackup, takeBackup } from '../../modules/backup/index.ts'
import { usage } from './cli-error.ts'
import type { CliCommand } from './command.ts'
import { closeNode, type OpenDatabase, openDatabase, openNode, settleWorkspace } from './open-desk.ts'

export const backupCommand: CliCommand = {
  name: 'backup',
  synopsis: 'backup FOLDER',
  summary:
    'copy the database as of one moment, and the files, into a new folder; not secret, signer and erasures',
  options: {},
  positionals: true,
  run: async invocation => {
    const [folder, ...others] = invocation.positionals
    if (folder === undefined || others.length > 0) throw usage('name one FOLDER that is not there yet')
    const database = await openDatabase(invocation.env)
    try {
      const { manifest, sha256 } = await takeBackup(
        {
          target: database.targets.migrator,
          secret: database.secret,
          dataDir: database.config.dataDir,
          software: `Tracedesk ${VERSION}`,
          onProgress: what => invocation.progress.show(`copying ${what}`),
          signal: invocation.signal,
        },
        resolve(folder),
      )
      await recordTaken(database, manifest, sha256)
      invocation.progress.clear()
      const totals = totalsOf(manifest)
      invocation.say(
        `${totals.rows} rows of ${totals.tables} tables and ${totals.files} files, ${totals.bytes} bytes, as of ${manifest.takenAt}.`,
      )
      invocation.say(
        `Keep beside it, by another way: ${database.config.secretFile}, and of ${database.config.dataDir} the folders signer and erasures.`,
      )
      return {
        exitCode: 0,
        json: { folder: resolve(folder), manifestSha256: sha256, takenAt: manifest.takenAt, ...totals },
      }
    } finally {
      await database.close()
    }
  },
}

const totalsOf = ({ tables, files }: BackupManifest) => ({
  tables: tables.length,
  rows: tables.reduce((sum, { rows }) => sum + rows, 0),
  files: files.length,
  bytes: [...tables, ...files].reduce((sum, { bytes }) => sum + bytes, 0),
})

/** That a copy left the database is an entry in every workspace that is in it. */
async function recordTaken(
  database: OpenDatabase,
  manifest: BackupManifest,
  manifestSha256: string,
): Promise<void> {
  const node = openNode(database, 'error')
  try {
    for (const { id, size } of manifest.workspaces) {
      await node.door.execute(recordBackup, operatorCaller(id), {
        manifestSha256,
        size,
        ...totalsOf(manifest),
      })
      await settleWorkspace(node, id, database.alone)
    }
  } finally {
    await closeNode(node)
  }
}
