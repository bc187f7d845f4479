import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { hmac, type InstallationSecret, sha256 } from '../../kernel/secret.ts'
import { StartError } from '../../kernel/start-error.ts'

export const BACKUP_FORMAT = 'tracedesk-backup/v1'
export const MANIFEST = 'manifest.json'

const Digest = z.string().regex(/^[0-9a-f]{64}$/)
/** A path inside the backup: no step upwards, nothing absolute. */
const Place = z
  .string()
  .refine(path => path !== '' && !path.startsWith('/') && !path.split('/').some(part => part === '..'))

const Manifest = z.strictObject({
  format: z.literal(BACKUP_FORMAT),
  /** When the snapshot was taken, in UTC by the database's clock. */
  takenAt: z.string(),
  software: z.string(),
  /** The schema's version; the tables are put back into just this one. */
  schema: z.int(),
  /** Tells another installation's secret from ours; says nothing about it. */
  secretCheck: z.string(),
  workspaces: z.array(
    z.strictObject({
      id: z.uuid(),
      name: z.string(),
      epoch: z.int(),
      origin: z.string(),
      size: z.int(),
      root: z.string(),
      /** The newest signed head in the snapshot. */
      checkpoint: z.string().nullable(),
    }),
  ),
  /** Months whose partitions the log needs, as `2026-11`. */
  months: z.array(z.string().regex(/^\d{4}-\d\d$/)),
  tables: z.array(
    z.strictObject({
      name: z.string().regex(/^[a-z_][a-z0-9_]*$/),
      columns: z.array(z.string().regex(/^[a-z_][a-z0-9_]*$/)),
      rows: z.int(),
      file: Place,
      bytes: z.int(),
      sha256: Digest,
    }),
  ),
  files: z.array(z.strictObject({ path: Place, bytes: z.int(), sha256: Digest })),
})
export type BackupManifest = z.infer<typeof Manifest>

/** The manifest of the backup in a folder, with its digest. Throws StartError `backup.not_valid`. */
export function readManifest(folder: string): { manifest: BackupManifest; sha256: string } {
  try {
    const bytes = readFileSync(join(folder, MANIFEST))
    return { manifest: Manifest.parse(JSON.parse(bytes.toString('utf8'))), sha256: digest(bytes) }
  } catch (error) {
    const cause = error instanceof z.ZodError ? (error.issues[0]?.message ?? '') : (error as Error).message
    throw new StartError('backup.not_valid', `${folder} is no backup that can be read: ${cause}.`, {
      cause: error,
    })
  }
}

/** A value by which the secret of a backup is recognised. */
export const secretCheck = (secret: InstallationSecret): string =>
  hmac(secret.key('backup-check'), 'tracedesk/backup').toString('hex').slice(0, 16)

export const digest = (bytes: Buffer): string => sha256(bytes).toString('hex')
