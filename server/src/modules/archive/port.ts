import type { Entry } from '@tracedesk/contracts'
import type { TrustFile } from '@tracedesk/proof/node'
import type { Caller } from '../../command/caller.ts'
import type { CommandDoor } from '../../command/execute.ts'
import type { Databases, ReadDb } from '../../db/database.ts'
import type { Logger } from '../../kernel/log.ts'

/** Where archives lie: a folder or a bucket. A key is written once. */
export interface ArchiveStore {
  /** Takes the file at `path` away into the store. `sha256` (hex) lets a bucket check what arrived; durable once it returns. */
  put(
    key: string,
    path: string,
    options?: { readonly sha256?: string; readonly lockUntil?: string },
  ): Promise<void>
  /** Bytes `from` (inclusive) to `to` (exclusive). Throws an error named FileGone when they are not there. */
  read(key: string, from: number, to: number): Promise<AsyncIterable<Uint8Array>>
  /** Whether it can keep a file from everybody until a day (Object Lock). */
  offersLock?(): Promise<boolean>
}

/** A store with the words by which administrators know it. */
export interface NamedStore {
  readonly kind: 'folder' | 's3'
  readonly place: string
  readonly store: ArchiveStore
}

/** First and last position, both included. */
export interface PositionRange {
  readonly from: number
  readonly to: number
}

/** A part as the database has it: under its owner's key. */
export interface SealedLine {
  readonly entry_id: string
  readonly name: string
  readonly owner: string
  readonly sealed: Buffer
}

export interface ParquetAsk {
  readonly viewer: Caller
  /** Times as instants, `to` not included. */
  readonly from: string
  readonly to: string
  /** Positions from `since` on and below `size`. */
  readonly since: number
  readonly size: number
}

/** What the archive needs of the rest of the house. */
export interface ArchivePort {
  readonly databases: Databases
  readonly door: CommandDoor
  readonly log: Logger
  readonly nodeId: string
  /** Where files are made and read back, in a folder for each archive. */
  readonly scratch: string
  /** Name and version of this software, for manifests. */
  readonly software: string
  readonly workspaces: () => Promise<string[]>
  /** Null: nothing is configured. */
  readonly archive: NamedStore | null
  /** Writes a bundle of evidence over a range, every part withheld. */
  readonly writeBundle: (range: PositionRange, viewer: Caller, path: string) => Promise<void>
  /** Writes entries as Parquet, everything personal withheld. */
  readonly writeParquet: (ask: ParquetAsk, path: string) => Promise<{ rows: number }>
  /** Whom to believe about a workspace's log. */
  readonly readTrust: (db: ReadDb, workspaceId: string) => Promise<TrustFile | null>
  /** Entries as a viewer gets them; what is sealed comes from `sealed` where the database has it no longer. */
  readonly present: (
    db: ReadDb,
    viewer: Caller,
    records: readonly { readonly position: number; readonly leaf: Buffer }[],
    sealed: ReadonlyMap<string, SealedLine>,
  ) => Promise<Entry[]>
}
