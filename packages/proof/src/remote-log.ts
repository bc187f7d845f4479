import { utf8Decode } from './bytes.ts'
import { decodeEntryBundle } from './entry-bundle.ts'
import { ProofError } from './errors.ts'
import type { RemoteEpochs } from './remote-epochs.ts'
import { type DestroyedLine, parseDestroyedLines, type RemotePurges } from './remote-purges.ts'
import { TILE_WIDTH, tilePath } from './tile.ts'
import { splitHashes } from './tree.ts'
import type { LogEntry } from './verify-log.ts'

/** So many bundles are asked for ahead of the one being verified. */
const AHEAD = 8

/**
 * After so many bundles in a row that are not there no more are asked for: a head may claim any size, and whoever asked
 * for all of it would never end. What is missing is a finding all the same.
 */
const MOST_MISSING = 16

/** What a server answers (410) where retention destroyed entries, all of a tile or some. */
export const DESTROYED = 'destroyed'

/**
 * Reads what is behind a path of the log's server, such as `/api/ledger.checkpoint`; undefined when it says that there
 * is no such thing. Must not answer from a cache: what lies there now is what is verified. Throws RemoteError.
 */
export type ReadPath = (path: string) => Promise<Uint8Array | typeof DESTROYED | undefined>

/** The server did not answer, refused us, or does not speak as a log does. */
export class RemoteError extends Error {}

/** A leaf, or its hash where the leaf is said to be destroyed. */
type Fetched = { readonly bytes: Uint8Array } | { readonly leafHash: Uint8Array }

/** A log as its server lays it out (C2SP tlog-tiles), with what retention destroyed. */
export class RemoteLog {
  readonly #read: ReadPath
  /** Tiles of hashes that were asked for together with the entries under them. */
  readonly #ahead = new Map<string, ReturnType<ReadPath>>()
  /** Where the tiles are: `/log/<workspace id>/<epoch>`. */
  prefix = ''

  constructor(read: ReadPath) {
    this.#read = read
  }

  /** The text behind a path that has to be there. Throws RemoteError. */
  async text(path: string): Promise<string> {
    const text = await this.optionalText(path)
    if (text === undefined) throw new RemoteError(`${path} does not exist`)
    return text
  }

  async optionalText(path: string): Promise<string | undefined> {
    const bytes = await this.#read(path)
    if (bytes === undefined || bytes === DESTROYED) return undefined
    try {
      return utf8Decode(bytes)
    } catch (error) {
      if (error instanceof ProofError) throw new RemoteError(`${path} is no text (${error.code})`)
      throw error
    }
  }

  async tile(level: number, index: number, width: number): Promise<Uint8Array | undefined> {
    const path = `${this.prefix}/${tilePath(level, index, width)}`
    const bytes = await (this.#ahead.get(path) ?? this.#read(path))
    this.#ahead.delete(path)
    return bytes === DESTROYED ? undefined : bytes
  }

  /** The lists of destroyed entries that the server has. */
  async destroyed(): Promise<DestroyedLine[]> {
    return parseDestroyedLines((await this.optionalText(`${this.prefix}/destroyed`)) ?? '')
  }

  /** All leaves in batches of a bundle, fetched a few ahead; what they say of epochs and destruction is taken down. */
  async *leaves(
    size: number,
    epochs: RemoteEpochs,
    purges: RemotePurges,
    onProgress?: (progress: { done: number; of: number }) => void,
  ): AsyncIterable<LogEntry[]> {
    const bundles = Math.ceil(size / TILE_WIDTH)
    const asked: Promise<Fetched[]>[] = []
    let missing = 0
    for (let index = 0; index < bundles && missing < MOST_MISSING; index++) {
      while (asked.length < AHEAD && index + asked.length < bundles)
        asked.push(this.#ask(index + asked.length, size))
      const entries = (await asked.shift()) ?? []
      missing = entries.length > 0 ? 0 : missing + 1
      const batch = entries.map((entry, i) => ({ position: index * TILE_WIDTH + i, ...entry }))
      for (const entry of batch) {
        if ('leafHash' in entry) purges.close(entry.position)
        else {
          epochs.take(entry.position, entry.bytes)
          purges.take(entry.bytes)
        }
      }
      yield batch
      onProgress?.({ done: Math.min((index + 1) * TILE_WIDTH, size), of: size })
    }
  }

  #ask(index: number, size: number): Promise<Fetched[]> {
    const width = Math.min(TILE_WIDTH, size - index * TILE_WIDTH)
    const path = `${this.prefix}/${tilePath(0, index, width)}`
    const [reading, hashes] = [this.#bundle(index, width), this.#read(path)]
    this.#ahead.set(path, hashes)
    // Awaited in their turn; until then a failure is nobody's unhandled rejection.
    for (const asked of [reading, hashes]) asked.catch(() => {})
    return reading
  }

  /** The entries of a tile; none where there are none to be had: the verifier reports the gap. */
  async #bundle(index: number, width: number): Promise<Fetched[]> {
    const path = `${this.prefix}/${tilePath('entries', index, width)}`
    const whole = await this.#read(path)
    const bytes = whole === DESTROYED ? await this.#read(`${path}?destroyed=empty`) : whole
    if (bytes === undefined || bytes === DESTROYED) return []
    try {
      return await this.#closeEmpty(decodeEntryBundle(bytes, width), index, width)
    } catch (error) {
      if (error instanceof ProofError) return []
      throw error
    }
  }

  /** An entry that is empty was destroyed: what is left of it is its hash in the tree. */
  async #closeEmpty(entries: readonly Uint8Array[], index: number, width: number): Promise<Fetched[]> {
    if (entries.every(({ length }) => length > 0)) return entries.map(bytes => ({ bytes }))
    const tile = await this.tile(0, index, width)
    const hashes = tile ? splitHashes(tile) : []
    return entries.flatMap<Fetched>((bytes, i) => {
      const leafHash = hashes[i]
      return bytes.length > 0 ? [{ bytes }] : leafHash ? [{ leafHash }] : []
    })
  }
}
