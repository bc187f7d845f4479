import type { Entry } from '@tracedesk/contracts'
import type { Caller } from '../../command/caller.ts'
import type { CommandDoor } from '../../command/execute.ts'
import type { Databases, Tx } from '../../db/database.ts'
import type { Logger } from '../../kernel/log.ts'
import type { InstallationSecret } from '../../kernel/secret.ts'

export interface StreamedEntry {
  readonly entry: Entry
  readonly position: number
}

/** The filter of `log.search`, as the contract parsed it. */
export type ExportFilter = Readonly<Record<string, string | readonly string[] | undefined>>

export interface StreamAsk {
  readonly viewer: Caller
  readonly filter: ExportFilter
  readonly parts: 'open' | 'withheld'
  readonly size: number
  /** Only entries at positions from this one on. */
  readonly since?: number | undefined
  readonly after: {
    readonly at: string
    readonly id: string
    readonly conversationId: string | null
  } | null
  readonly order: 'time' | 'conversation'
}

export type WordsOf = (language: 'en' | 'zh' | 'ru') => Promise<ReadonlyMap<string, string>>

/** What exports need of the rest of the house. */
export interface ExportPort {
  readonly databases: Databases
  readonly door: CommandDoor
  readonly secret: InstallationSecret
  readonly log: Logger
  readonly nodeId: string
  /** Where files lie, in a folder for each workspace. */
  readonly folder: string
  /** Name and version of this software, for the manifest. */
  readonly software: string
  readonly workspaces: () => Promise<string[]>
  /** The entries a viewer may see, as the log reads them. */
  readonly stream: (ask: StreamAsk) => AsyncGenerator<StreamedEntry[]>
  /** The words of a language, by which events are called. */
  readonly words: WordsOf
  /** Could a file of this filter hold something of a customer? */
  readonly couldHold: (
    tx: Tx,
    workspaceId: string,
    filter: ExportFilter,
    who: { customerId: string; conversationIds: readonly string[] },
  ) => Promise<boolean>
  /** Could a file of this filter hold any of these entries? */
  readonly couldHoldAny: (
    tx: Tx,
    workspaceId: string,
    filter: ExportFilter,
    entries: readonly HeldEntry[],
  ) => Promise<boolean>
}

/** An entry as far as filters tell it from others. */
export interface HeldEntry {
  readonly at: string
  readonly event: string
  readonly conversationId: string | null
  readonly customerId: string | null
}
