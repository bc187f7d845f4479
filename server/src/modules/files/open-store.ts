import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FolderStore } from './folder-store.ts'
import { openS3Store } from './s3-store.ts'
import type { FileStore } from './store.ts'

/** The store below `dataDir`. */
export const openFolderStore = (dataDir: string): FileStore =>
  new FolderStore(join(resolve(dataDir), 'files', 'store'))

/** The store that `ARCHIVE_URL` names, with the words by which people know it. */
export async function openNamedStore(
  text: string,
): Promise<{ kind: 'folder' | 's3'; place: string; store: FileStore }> {
  const url = new URL(text)
  if (url.protocol === 's3:')
    return { kind: 's3', place: `${url.hostname}${url.pathname}`, store: await openS3Store(url) }
  const place = fileURLToPath(url)
  return { kind: 'folder', place, store: new FolderStore(place) }
}

/**
 * The store that `FILES_URL` names: `file:///folder`, `s3://bucket/prefix?endpoint=…&region=…`; without it the folder
 * `files` below `dataDir`.
 */
export async function openFileStore(filesUrl: string | undefined, dataDir: string): Promise<FileStore> {
  const url = filesUrl === undefined ? undefined : new URL(filesUrl)
  if (url?.protocol === 's3:') return openS3Store(url)
  return url ? new FolderStore(fileURLToPath(url)) : openFolderStore(dataDir)
}
