import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { ByteSource } from '@tracedesk/proof/node'
import type { ArchiveStore } from './port.ts'

/** Bytes and SHA-256 (hex) of a file on this machine. */
export async function describeFile(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk)
  return { bytes: (await stat(path)).size, sha256: hash.digest('hex') }
}

/** Fetches `bytes` bytes of a key into a new file at `path` and says what came. Throws what the store throws. */
export async function fetchFile(
  store: ArchiveStore,
  key: string,
  bytes: number,
  path: string,
): Promise<{ bytes: number; sha256: string }> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await rm(path, { force: true })
  const file = await open(path, 'wx', 0o600)
  const hash = createHash('sha256')
  let size = 0
  try {
    for await (const chunk of await store.read(key, 0, bytes)) {
      hash.update(chunk)
      size += chunk.length
      await file.writeFile(chunk)
    }
  } finally {
    await file.close()
  }
  return { bytes: size, sha256: hash.digest('hex') }
}

/** A file on this machine, to be read at any place; call `close` when done. */
export async function openSource(path: string): Promise<{ source: ByteSource; close: () => Promise<void> }> {
  const file = await open(path)
  const { size } = await file.stat()
  const read = async (at: number, length: number) => {
    const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, at)
    return buffer.subarray(0, bytesRead)
  }
  return { source: { size, read }, close: () => file.close() }
}

/** A file in the store, to be read at any place. */
export const sourceInStore = (store: ArchiveStore, key: string, bytes: number): ByteSource => ({
  size: bytes,
  read: async (at, length) => {
    const pieces: Uint8Array[] = []
    for await (const piece of await store.read(key, at, at + length)) pieces.push(piece)
    return Buffer.concat(pieces)
  },
})

/** Did a store say that it does not have what was asked for? */
export const isGone = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name === 'FileGone' || ('code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')))
