export const START_ERROR_CODES = [
  'config.not_valid',
  'secret.not_valid',
  'secret.not_readable',
  'secret.other',
  'backup.not_valid',
  'backup.exists',
  'restore.not_empty',
  'restore.unfinished',
  'schema.newer',
  'schema.edited',
  'schema.failed',
  'port.taken',
  'port.not_allowed',
  'data_dir.in_use',
  'data_dir.not_writable',
  'data_dir.full',
  'data_dir.unreachable',
  'data_dir.wrong_owner',
  'data_dir.damaged',
  'database.unsupported_platform',
  'database.not_installed',
  'database.no_account',
  'database.wrong_version',
  'database.init_failed',
  'database.start_failed',
  'database.orphan',
] as const

export type StartErrorCode = (typeof START_ERROR_CODES)[number]

/**
 * Why the server cannot start. `code` is the contract; `message` is the one sentence the operator reads,
 * so it names the folder, process or setting at fault and what to do about it.
 */
export class StartError extends Error {
  readonly code: StartErrorCode

  constructor(code: StartErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'StartError'
    this.code = code
  }
}

const FOLDER_TROUBLE: Record<string, { code: StartErrorCode; trouble: string }> = {
  ENOSPC: { code: 'data_dir.full', trouble: 'The disk is full' },
  EDQUOT: { code: 'data_dir.full', trouble: 'The disk quota is used up' },
  EROFS: { code: 'data_dir.not_writable', trouble: 'The file system is read-only' },
  EACCES: { code: 'data_dir.not_writable', trouble: 'Permission denied' },
  EPERM: { code: 'data_dir.not_writable', trouble: 'Operation not permitted' },
  ENOTDIR: { code: 'data_dir.not_writable', trouble: 'Not a folder' },
  ENOENT: { code: 'data_dir.not_writable', trouble: 'No folder can be made there' },
}

/**
 * Turns a file system error met inside the data folder into a StartError that names the folder;
 * returns anything else unchanged.
 */
export function explainFolderError(error: unknown, folder: string): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error
  const known = FOLDER_TROUBLE[String(error.code)]
  if (known === undefined) return error
  return new StartError(
    known.code,
    `${known.trouble}: ${folder}. Set DATA_DIR to a folder with space that can be written to.`,
    {
      cause: error,
    },
  )
}
