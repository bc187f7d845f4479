import { z } from 'zod'

export const ARCHIVE_FORMAT = 'tracedesk/archive/v1'
export const MANIFEST_NAME = 'manifest.json'

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const Count = z.int().min(0)

/** One file beside the manifest. `entries` and `parts`: of the month; bundles also hold what lies between its entries. */
export const ArchiveFile = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}(\.[a-z0-9]{1,8}){1,2}$/),
  kind: z.enum(['bundle', 'parts', 'parquet']),
  bytes: Count,
  sha256: Sha256,
  /** First and last position, both included. */
  from: Count,
  to: Count,
  entries: Count,
  parts: Count,
})
export type ArchiveFile = z.infer<typeof ArchiveFile>

/** What an archive of a month says of itself. Its digest stands in the log, in the entry `archive.written`. */
export const ArchiveManifest = z.strictObject({
  format: z.literal(ARCHIVE_FORMAT),
  archive: z.uuid(),
  workspace: z.uuid(),
  origin: z.string().min(1),
  month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/),
  /** Of the month's entries those at positions from `since` on and below `size`. */
  since: Count,
  size: Count,
  entries: Count,
  parts: Count,
  withParts: z.boolean(),
  writtenAt: z.string(),
  software: z.string(),
  files: z.array(ArchiveFile),
})
export type ArchiveManifest = z.infer<typeof ArchiveManifest>

/** Bytes of a manifest. */
export const encodeManifest = (manifest: ArchiveManifest): Buffer =>
  Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`, 'utf8')

/** Reads a manifest; null when it is none of ours. */
export function parseManifest(bytes: Buffer): ArchiveManifest | null {
  try {
    const parsed = ArchiveManifest.safeParse(JSON.parse(bytes.toString('utf8')))
    return parsed.success ? parsed.data : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** Where a file of an archive lies in the store. */
export const keyOf = (workspaceId: string, month: string, archiveId: string, name: string): string =>
  `${workspaceId}/${month}/${archiveId}/${name}`
