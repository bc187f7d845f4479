import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { explainFolderError, StartError } from '../../kernel/start-error.ts'

/** The data folder is ours alone until `release`, or until this process ends in whatever way. */
export interface DataDirLock {
  /** What the last holder noted, when it ended without releasing the folder. */
  readonly previous: Readonly<Record<string, unknown>> | null
  /** Publishes facts about the running server for other processes of this folder; see `readNotes`. */
  note(facts: Readonly<Record<string, unknown>>): void
  release(): void
}

const SQLITE_BUSY = 5

/**
 * Takes the folder. The lock is the operating system's own (held through SQLite, whose only use here this
 * is), so it vanishes with its holder, a `kill -9` included, and no stale lock can exist.
 * Throws `data_dir.in_use` naming the holder's process id, or `data_dir.not_writable` / `data_dir.full`.
 */
export function lockDataDir(dataDir: string): DataDirLock {
  const database = openLock(dataDir)
  const file = notesFile(dataDir)
  const note = (facts: Readonly<Record<string, unknown>>) => {
    writeFileSync(`${file}.new`, JSON.stringify({ pid: process.pid, ...facts }), { mode: 0o600 })
    renameSync(`${file}.new`, file)
  }
  const previous = readNotes(dataDir)
  try {
    note({})
  } catch (error) {
    database.close()
    throw explainFolderError(error, dataDir)
  }
  return {
    previous,
    note,
    release: () => {
      if (!database.isOpen) return
      rmSync(file, { force: true })
      database.close()
    },
  }
}

/** Reads what the present or, after a crash, the last holder of the folder wrote; null when there is nothing we may read. */
export function readNotes(dataDir: string): Readonly<Record<string, unknown>> | null {
  try {
    const notes: unknown = JSON.parse(readFileSync(notesFile(dataDir), 'utf8'))
    return typeof notes === 'object' && notes !== null ? { ...notes } : null
  } catch (error) {
    if (
      error instanceof SyntaxError ||
      (error instanceof Error && 'code' in error && error.code === 'ENOENT')
    )
      return null
    throw error
  }
}

function notesFile(dataDir: string): string {
  return join(dataDir, 'running.json')
}

function openLock(dataDir: string): DatabaseSync {
  const file = join(dataDir, 'lock')
  let database: DatabaseSync | undefined
  try {
    // Creating the file ourselves gives the true reason when it fails; SQLite would only say "cannot open".
    writeFileSync(file, '', { flag: 'a', mode: 0o600 })
    database = new DatabaseSync(file, { timeout: 0 })
    database.exec('pragma journal_mode = memory; begin exclusive')
    return database
  } catch (error) {
    database?.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) {
      const holder = readNotes(dataDir)?.pid ?? '(unknown)'
      throw new StartError(
        'data_dir.in_use',
        `The data folder ${dataDir} is in use by process ${holder}. Stop it first, or set another DATA_DIR.`,
      )
    }
    throw explainFolderError(error, dataDir)
  }
}
