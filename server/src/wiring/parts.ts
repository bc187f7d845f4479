import type { CommandDoor } from '../command/execute.ts'
import type { Databases, PoolSizes } from '../db/database.ts'
import type { RoleTargets } from '../db/roles.ts'
import type { StreamTiming } from '../edges/streams/index.ts'
import type { Logger } from '../kernel/log.ts'
import type { InstallationSecret } from '../kernel/secret.ts'
import type { Appender } from '../ledger/append.ts'
import type { Checkpoints } from '../ledger/checkpoints.ts'
import type { ErasureList } from '../ledger/erasures.ts'
import type { HeadSigner } from '../ledger/head-signer.ts'
import type { NodeCounter } from '../ledger/node-counter.ts'
import type { Sequencer } from '../ledger/sequencer.ts'
import type { SubjectKeys } from '../ledger/subject-keys.ts'
import type * as anchors from '../modules/anchors/index.ts'
import type * as archive from '../modules/archive/index.ts'
import type * as bots from '../modules/bots/index.ts'
import type * as cannedReplies from '../modules/canned-replies/index.ts'
import type * as conversations from '../modules/conversations/index.ts'
import type * as exports from '../modules/exports/index.ts'
import type * as files from '../modules/files/index.ts'
import type * as imports from '../modules/imports/index.ts'
import type * as ledgerModule from '../modules/ledger-state/index.ts'
import type * as privacy from '../modules/privacy/index.ts'
import type * as team from '../modules/team/index.ts'

export interface NodeOptions {
  readonly targets: RoleTargets
  readonly secret: InstallationSecret
  readonly dataDir: string
  /** Host name in the origin of new ledgers. */
  readonly originHost: string
  readonly log: Logger
  readonly version: string
  /** The token of the set-up link, for as long as there is no owner. */
  readonly setupToken: () => string | null
  /** How bots are told apart and delivered; the gateway answers it. */
  readonly bots: Pick<bots.BotsPort, 'identify' | 'delivery'> & { readonly profile: bots.ProfileReader }
  readonly pools?: PoolSizes
  /** After how long a silent browser turns its agent away. */
  readonly presence?: team.PresenceTiming
  /** Who signs when it is not this process. */
  readonly signer?: HeadSigner
  /** Where files of messages lie; a folder below `dataDir` when not given. */
  readonly fileStore?: files.FileStore
  /** Where archived months are written; nowhere when not given. */
  readonly archive?: archive.NamedStore
  /** Witnesses and timestamp authorities may have private addresses. */
  readonly allowPrivateTargets?: boolean
  /** How long streams wait after a failure. */
  readonly streamTiming?: StreamTiming
}

/** Something that looks for work when it is woken. */
interface Keeper {
  wake(): void
}

/** What commands, queries and ports may ask of the node they run on. */
export interface NodeParts {
  readonly options: NodeOptions
  readonly databases: Databases
  readonly keys: SubjectKeys
  readonly counter: NodeCounter
  readonly appender: Appender
  readonly sequencer: Sequencer
  readonly checkpoints: Checkpoints
  /** Who was erased, kept outside the database. */
  readonly erasures: ErasureList
  readonly watch: ledgerModule.LedgerWatch
  readonly door: CommandDoor
  readonly fileLinks: files.FileLinks
  readonly cannedFiles: ReturnType<typeof cannedReplies.createCannedFileCommands>
  /** Files given in the console to be imported. */
  readonly uploads: imports.Uploads
  readonly exportPort: exports.ExportPort
  readonly archivePort: archive.ArchivePort
  readonly importKeeper: Keeper
  readonly exportKeeper: Keeper
  readonly retentionKeeper: Keeper
  readonly mentionKeeper: Keeper
  readonly archiveKeeper: Keeper
  readonly streams: { changed(): void }
  /** Everybody who keeps personal things of their own; modules add theirs. */
  readonly erasers: privacy.Eraser[]
  /** The files kept for a customer, for the package they may ask for. */
  readonly filesOf: (workspaceId: string, customerId: string) => AsyncIterable<privacy.SubjectFile>
  readonly wakeOutbox: conversations.WakeOutbox
  readonly botsChanged: (workspaceId: string) => void
  readonly sendDocument: anchors.SendDocument
  readonly discoverOidc: team.DiscoverOidc
  workspaces(): Promise<string[]>
}
