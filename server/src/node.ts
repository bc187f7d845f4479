import { join } from 'node:path'
import { COMMANDS, QUERIES } from '@tracedesk/contracts'
import type { Caller } from './command/caller.ts'
import { systemCaller } from './command/caller.ts'
import type { Command, Disclosure, Query } from './command/define.ts'
import { CommandDoor } from './command/execute.ts'
import { QueryRunner } from './command/query.ts'
import { type Databases, openDatabases } from './db/database.ts'
import type { AlertKeeper } from './edges/alerts/keeper.ts'
import { DeskKeeper } from './edges/desk/keeper.ts'
import { NoticeKeeper } from './edges/desk/notices.ts'
import { TreeBus } from './edges/realtime/bus.ts'
import { Hub } from './edges/realtime/hub.ts'
import { Lookers } from './edges/realtime/lookers.ts'
import type { StreamKeeper } from './edges/streams/index.ts'
import { ConsoleError } from './kernel/console-error.ts'
import { Appender } from './ledger/append.ts'
import { Checkpoints } from './ledger/checkpoints.ts'
import { ErasureList } from './ledger/erasures.ts'
import { LocalSigner } from './ledger/head-signer.ts'
import { NodeCounter } from './ledger/node-counter.ts'
import { Sequencer } from './ledger/sequencer.ts'
import { SubjectKeys } from './ledger/subject-keys.ts'
import * as anchors from './modules/anchors/index.ts'
import * as archive from './modules/archive/index.ts'
import { findUnfinishedRestore, finishRestores } from './modules/backup/index.ts'
import * as cannedReplies from './modules/canned-replies/index.ts'
import * as conversations from './modules/conversations/index.ts'
import * as disputes from './modules/disputes/index.ts'
import * as evidence from './modules/evidence/index.ts'
import * as exports from './modules/exports/index.ts'
import * as files from './modules/files/index.ts'
import * as imports from './modules/imports/index.ts'
import type * as ledgerModule from './modules/ledger-state/index.ts'
import { recordNodeStart, recordNodeStop } from './modules/ledger-state/index.ts'
import * as logModule from './modules/log/index.ts'
import * as privacy from './modules/privacy/index.ts'
import type * as retention from './modules/retention/index.ts'
import * as team from './modules/team/index.ts'
import { commandsOf } from './wiring/commands.ts'
import { erasersOf } from './wiring/erasers.ts'
import { hearFrom } from './wiring/hear-from.ts'
import {
  createAlertKeeper,
  createAnchorKeeper,
  createImportKeeper,
  createLedgerWatch,
  createLogWatches,
  createMentionKeeper,
  createPrivacyKeeper,
  createRetentionKeeper,
  createStreamKeeper,
} from './wiring/keepers.ts'
import type { NodeOptions, NodeParts } from './wiring/parts.ts'
import {
  archivePort,
  cannedFilePort,
  evidencePort,
  exportPort,
  importFolder,
  packagePort,
  reportPort,
} from './wiring/ports.ts'
import { queriesOf } from './wiring/queries.ts'

/** One running server: everything that works on a database, wired together. Edges (HTTP, gateway) are put on top. */
export class TracedeskNode implements NodeParts {
  readonly databases: Databases
  readonly keys: SubjectKeys
  readonly counter = new NodeCounter()
  readonly appender: Appender
  readonly sequencer: Sequencer
  readonly checkpoints: Checkpoints
  /** Who was erased, kept outside the database. */
  readonly erasures: ErasureList
  readonly textIndex: logModule.TextIndex
  readonly rollup: logModule.LogRollup
  readonly logWatches: logModule.LogWatches
  readonly watch: ledgerModule.LedgerWatch
  readonly hub: Hub
  readonly lookers: Lookers
  readonly door: CommandDoor
  readonly anchors: anchors.AnchorKeeper
  readonly queries: QueryRunner
  readonly commandsByName = new Map<string, Command>()
  readonly queriesByName = new Map<string, Query>()
  readonly options: NodeOptions
  /** Records that a bundle leaves the desk and says where it lies; the download route runs it. */
  readonly downloadEvidence: ReturnType<typeof evidence.createDownloadEvidence>
  /** The same for those who may only take out bundles of their cases. */
  readonly downloadDisputeBundle: ReturnType<typeof evidence.createDownloadEvidence>
  readonly reportDispute: ReturnType<typeof disputes.createReportDispute>
  /** The same by the permission that auditors have. */
  readonly reportDisputeAsAuditor: ReturnType<typeof disputes.createReportDispute>
  /** Files given in the console to be imported. */
  readonly uploads: imports.Uploads
  readonly importKeeper: imports.ImportKeeper
  /** Where such files lie, and the names of the lines that were not taken. */
  readonly importFolder: string
  readonly keeper: DeskKeeper
  readonly alerts: AlertKeeper
  readonly notices: NoticeKeeper
  /** Everybody who keeps personal things of their own; modules add theirs. */
  readonly erasers: privacy.Eraser[] = []
  /** The files kept for a customer, for the package they may ask for. */
  filesOf: (workspaceId: string, customerId: string) => AsyncIterable<privacy.SubjectFile> =
    async function* () {}
  readonly privacyKeeper: privacy.PrivacyKeeper
  /** Looks through what colleagues typed for those who were erased. */
  readonly mentionKeeper: privacy.MentionKeeper
  readonly exportKeeper: exports.ExportKeeper
  /** What exports need of this node; the command line and the download route use it too. */
  readonly exportPort: exports.ExportPort
  readonly downloadExport: ReturnType<typeof exports.createDownloadExport>
  /** Records that a package leaves the desk and says where it lies; the download route runs it. */
  readonly downloadPackage: ReturnType<typeof privacy.createDownloadPackage>
  /** Keeps an upload whose bytes lie in the store; the upload route runs it. */
  readonly uploadFile: ReturnType<typeof files.createUploadFile>
  readonly cannedFiles: ReturnType<typeof cannedReplies.createCannedFileCommands>
  readonly fileStore: files.FileStore
  readonly spool: files.Spool
  readonly files: files.FileReader
  readonly fileLinks: files.FileLinks
  readonly fileKeeper: files.FileKeeper
  /** Destroys what two persons agreed on, month by month. */
  readonly retentionKeeper: retention.RetentionKeeper
  /** Writes closed months into the archive. */
  readonly archiveKeeper: archive.ArchiveKeeper
  /** What the archive needs of this node; the command line uses it too. */
  readonly archivePort: archive.ArchivePort
  /** Sends entries to receivers outside. */
  readonly streams: StreamKeeper
  readonly #bus: TreeBus
  /** Told when an agent's message is committed; the gateway puts itself here. */
  wakeOutbox: (workspaceId: string, botId: string) => void = () => {}
  /** Told when bots came, went, or have another token. */
  botsChanged: (workspaceId: string) => void = () => {}
  /** Sends a file into a chat; the gateway puts itself here. */
  sendDocument: anchors.SendDocument = anchors.noTelegram

  /** Asks an OpenID Connect provider for its configuration; the web server puts itself here. */
  discoverOidc: team.DiscoverOidc = async ({ issuer }) => {
    throw new ConsoleError('oidc.unreachable', { issuer })
  }

  constructor(options: NodeOptions) {
    const { secret, log } = options
    this.options = options
    this.databases = openDatabases(options.targets, log, options.pools)
    const { databases } = this
    this.keys = new SubjectKeys(secret)
    this.fileStore = options.fileStore ?? files.openFolderStore(options.dataDir)
    this.spool = new files.Spool(this.fileStore, options.dataDir)
    this.uploadFile = files.createUploadFile(this.keys)
    this.files = new files.FileReader(databases, this.keys, this.fileStore)
    this.fileLinks = new files.FileLinks(secret)
    this.cannedFiles = cannedReplies.createCannedFileCommands(
      cannedFilePort(this, new files.FileCopier(databases, this.spool, this.fileStore)),
    )
    this.appender = new Appender(databases, this.keys, secret, this.counter)
    this.sequencer = new Sequencer({ databases, secret, log })
    const signer =
      options.signer ?? new LocalSigner({ db: databases.read, folder: join(options.dataDir, 'signer') })
    this.checkpoints = new Checkpoints({ databases, signer, log })
    this.erasures = new ErasureList(join(options.dataDir, 'erasures'))
    this.textIndex = new logModule.TextIndex({ databases, keys: this.keys, secret, log })
    this.rollup = new logModule.LogRollup({ databases, log })
    this.hub = new Hub(databases.read, log)
    this.#bus = new TreeBus(
      databases,
      log,
      (workspaceId, size) => this.#grew(workspaceId, size),
      news => this.lookers.take(news),
    )
    this.lookers = new Lookers(databases.read, this.counter.nodeId, news => this.#bus.announceLooking(news))
    this.door = new CommandDoor({
      databases,
      appender: this.appender,
      secret,
      log,
      wake: workspaceId => this.sequencer.wake(workspaceId),
    })
    this.watch = createLedgerWatch(this)
    this.anchors = createAnchorKeeper(this)
    this.queries = new QueryRunner({
      db: databases.read,
      door: this.door,
      recordView: (caller, query, disclosure) => this.recordView(caller, query, disclosure),
      recordShown: (caller, shown) => conversations.noteShown(this, caller, shown),
    })
    this.downloadEvidence = evidence.createDownloadEvidence(evidencePort(this))
    this.downloadDisputeBundle = evidence.createDownloadEvidence(evidencePort(this), 'dispute.bundle')
    this.reportDispute = disputes.createReportDispute(reportPort(this), 'dispute.bundle')
    this.reportDisputeAsAuditor = disputes.createReportDispute(reportPort(this), 'evidence.bundle')
    this.sequencer.onBatch(({ workspaceId, size }) => {
      this.#grew(workspaceId, size)
      this.#bus.announce(workspaceId, size)
      this.keeper.wake(workspaceId)
      this.notices.wake(workspaceId)
      this.privacyKeeper.wake(workspaceId)
    })
    this.notices = new NoticeKeeper(databases, log, (workspaceId, botId) =>
      this.wakeOutbox(workspaceId, botId),
    )
    this.logWatches = createLogWatches(this)
    this.keeper = new DeskKeeper({
      databases,
      door: this.door,
      log,
      nodeId: this.counter.nodeId,
      presence: options.presence,
      onSweep: workspaceId => this.notices.wake(workspaceId),
    })
    this.importFolder = importFolder(this)
    this.uploads = new imports.Uploads(this.importFolder)
    this.importKeeper = createImportKeeper(this)
    this.exportPort = exportPort(this)
    this.exportKeeper = new exports.ExportKeeper(this.exportPort)
    this.downloadExport = exports.createDownloadExport(this.exportPort)
    this.downloadPackage = privacy.createDownloadPackage(packagePort(this))
    this.privacyKeeper = createPrivacyKeeper(this)
    this.mentionKeeper = createMentionKeeper(this)
    this.retentionKeeper = createRetentionKeeper(this)
    this.archivePort = archivePort(this)
    this.archiveKeeper = new archive.ArchiveKeeper(this.archivePort)
    this.erasers.push(...erasersOf(this))
    this.filesOf = (workspaceId, customerId) => this.files.ofCustomer(workspaceId, customerId)
    this.alerts = createAlertKeeper(this)
    this.streams = createStreamKeeper(this)
    this.fileKeeper = new files.FileKeeper({ databases, store: this.fileStore, door: this.door, log })
    this.addCommands(...commandsOf(this))
    this.addQueries(...queriesOf(this))
  }

  /** What keeps this node from serving an older database that was put back; null when nothing does. */
  findUnfinishedRestore() {
    return findUnfinishedRestore(this.databases, this.erasures)
  }

  /** Finishes the restores that were begun; `notes` are signed heads kept elsewhere. */
  async finishRestores(notes: readonly string[]) {
    return finishRestores(
      {
        databases: this.databases,
        door: this.door,
        signer: this.checkpoints.signer,
        nodeId: this.counter.nodeId,
        erasures: this.erasures,
        eraseBeside: () => this.privacyKeeper.finishErasures(),
      },
      notes,
    )
  }

  /** Starts to sequence, sign, index and listen; records the start in every workspace. */
  async start(schema: number): Promise<void> {
    this.sequencer.start()
    this.#bus.start()
    this.watch.start()
    await this.checkpoints.wakeAll()
    this.anchors.start()
    for (const workspaceId of await this.workspaces())
      await this.erasures.catchUp(this.databases.read, workspaceId)
    for (const workspaceId of await this.workspaces())
      await this.door.execute(recordNodeStart, systemCaller(workspaceId), {
        nodeId: this.counter.nodeId,
        version: this.options.version,
        schema,
      })
    this.keeper.start()
    this.logWatches.start()
    this.alerts.start()
    this.streams.start()
    await this.privacyKeeper.finishErasures()
    this.privacyKeeper.start()
    this.mentionKeeper.start()
    this.exportKeeper.start()
    this.fileKeeper.start()
    this.retentionKeeper.start()
    this.archiveKeeper.start()
    this.importKeeper.start()
  }

  /** Records the stop, lets what is under way end, and closes every connection. */
  async stop(): Promise<void> {
    await this.streams.stop()
    await this.fileKeeper.stop()
    await this.keeper.stop()
    await this.logWatches.stop()
    await this.alerts.stop()
    await this.notices.stop()
    await this.privacyKeeper.stop()
    await this.mentionKeeper.stop()
    await this.exportKeeper.stop()
    await this.retentionKeeper.stop()
    await this.archiveKeeper.stop()
    await this.importKeeper.stop()
    await this.watch.stop()
    await this.anchors.stop()
    for (const workspaceId of await this.workspaces().catch(() => [])) {
      // the entry of the stop itself takes the lowest unused number, or the next
      const { highest, free, inDoubt } = this.counter.state(workspaceId)
      await this.door
        .execute(recordNodeStop, systemCaller(workspaceId), {
          nodeId: this.counter.nodeId,
          entries: free.length > 0 ? highest : highest + 1,
          unused: [...free.slice(1), ...inDoubt].slice(0, 200),
        })
        .catch(error => this.options.log.warn({ err: error as Error }, 'the stop could not be recorded'))
    }
    await this.settle(2_000).catch(error =>
      this.options.log.warn({ err: error as Error }, 'some entries were left for the next node to sequence'),
    )
    this.lookers.stop()
    await this.#bus.stop()
    await this.sequencer.stop()
    await this.textIndex.stop()
    await this.rollup.stop()
    await this.checkpoints.stop()
    await this.databases.close()
  }

  /** Waits until everything committed so far is in its tree and the trees are signed. Throws when that takes longer than `patienceMs`. */
  async settle(patienceMs = 30_000): Promise<void> {
    const end = performance.now() + patienceMs
    for (const workspaceId of await this.workspaces()) {
      while ((await this.sequencer.sequenceOnce(workspaceId)) > 0);
      const waiting = () =>
        this.databases.read
          .selectFrom('log_pending')
          .select('entry_id')
          .where('workspace_id', '=', workspaceId)
          .limit(1)
          .executeTakeFirst()
      while (await waiting()) {
        if (performance.now() > end) throw new Error('entries are still waiting to be sequenced')
        await new Promise(resolve => setTimeout(resolve, 5))
      }
      await this.checkpoints.signHead(workspaceId)
    }
  }

  /** A browser of an agent has been heard from: whoever had merely dropped out is online again. */
  hearFrom(caller: Caller): Promise<void> {
    return hearFrom(this, caller)
  }

  async workspaces(): Promise<string[]> {
    return (await this.databases.read.selectFrom('workspace').select('workspace_id').execute()).map(
      row => row.workspace_id,
    )
  }

  #grew(workspaceId: string, size: number): void {
    this.hub.grew(workspaceId, size)
    this.checkpoints.wake(workspaceId)
    this.textIndex.wake(workspaceId)
    this.rollup.wake(workspaceId)
    this.streams.wake(workspaceId)
  }

  /** Records what somebody was shown of the log, unless the workspace switched that off. */
  async recordView(caller: Caller, query: string, disclosure: Disclosure): Promise<void> {
    if ((await team.readSetting(this.databases.read, caller.workspaceId, 'log.record_views')) === false)
      return
    const { positions } = disclosure
    if (positions) return this.logWatches.note(caller, query, { ...disclosure, positions })
    // the permission was checked when the read was admitted; the record of it is ours
    await this.door.execute(logModule.viewLog, { ...caller, permissions: 'all' }, { ...disclosure, query })
  }

  /** Adds commands; a name that is there already is a defect. */
  addCommands(...commands: Command[]): void {
    for (const command of commands) {
      if (this.commandsByName.has(command.contract.name))
        throw new Error(`two handlers for ${command.contract.name}`)
      this.commandsByName.set(command.contract.name, command)
    }
  }

  addQueries(...queries: Query[]): void {
    for (const query of queries) {
      if (this.queriesByName.has(query.contract.name))
        throw new Error(`two handlers for ${query.contract.name}`)
      this.queriesByName.set(query.contract.name, query)
    }
  }

  /** What a gateway needs to read files and to fetch them. */
  gatewayFiles() {
    // the command's own input type is told apart at run time, by its schema
    const store = files.createStoreFile(this.keys) as unknown as Command
    return { files: this.files, fetching: { spool: this.spool, keys: this.keys, store } }
  }

  /** Contracts with a route that nobody handles; must be empty before the server listens. */
  missingHandlers(): string[] {
    return [
      ...Object.values(COMMANDS).filter(c => !this.commandsByName.has(c.name)),
      ...Object.values(QUERIES).filter(q => !this.queriesByName.has(q.name)),
    ].map(contract => contract.name)
  }
}
