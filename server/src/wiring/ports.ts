// What each module needs of the node it runs on.
import { join } from 'node:path'
import { createSendEntries, type ReadSlice, STREAM_TIMEOUT_MS } from '../edges/streams/index.ts'
import type * as anchors from '../modules/anchors/index.ts'
import { readTrustFile } from '../modules/anchors/index.ts'
import type * as archive from '../modules/archive/index.ts'
import type * as bots from '../modules/bots/index.ts'
import type * as cannedReplies from '../modules/canned-replies/index.ts'
import type * as disputes from '../modules/disputes/index.ts'
import * as evidence from '../modules/evidence/index.ts'
import * as exports from '../modules/exports/index.ts'
import * as files from '../modules/files/index.ts'
import type * as imports from '../modules/imports/index.ts'
import * as logModule from '../modules/log/index.ts'
import type * as privacy from '../modules/privacy/index.ts'
import type * as streams from '../modules/streams/index.ts'
import type { NodeParts } from './parts.ts'

/** A witness or timestamp authority that has not answered by then is late. */
const ANCHOR_TIMEOUT_MS = 20_000

const softwareOf = ({ options }: NodeParts): string => `Tracedesk ${options.version}`
const searchKeyOf = ({ options }: NodeParts): Buffer => options.secret.key('search-token')

export const evidencePort = (node: NodeParts): evidence.EvidencePort => ({
  db: node.databases.read,
  door: node.door,
  keys: node.keys,
  mayOpen: logModule.mayOpen,
  folder: join(node.options.dataDir, 'bundles'),
  software: softwareOf(node),
})

export function exportPort(node: NodeParts): exports.ExportPort {
  const { databases, door, options, keys } = node
  const entries = new logModule.EntryStream({
    pool: databases.readPool,
    db: databases.read,
    keys,
    searchKey: searchKeyOf(node),
  })
  return {
    databases,
    door,
    secret: options.secret,
    log: options.log,
    nodeId: node.counter.nodeId,
    folder: join(options.dataDir, 'exports'),
    words: logModule.loadEntryWords,
    software: softwareOf(node),
    workspaces: () => node.workspaces(),
    // the filter was parsed by the same schema that log.search has
    stream: ask => entries.read(ask as logModule.StreamAsk),
    couldHold: (tx, workspaceId, filter, who) => logModule.couldHold(tx, workspaceId, filter as never, who),
    couldHoldAny: (tx, workspaceId, filter, entries) =>
      logModule.couldHoldAny(tx, workspaceId, filter as never, entries),
  }
}

export function archivePort(node: NodeParts): archive.ArchivePort {
  const { databases, door, options, keys } = node
  const reader = new logModule.EntryReader(keys)
  return {
    databases,
    door,
    log: options.log,
    nodeId: node.counter.nodeId,
    scratch: join(options.dataDir, 'archiving'),
    software: softwareOf(node),
    workspaces: () => node.workspaces(),
    archive: options.archive ?? null,
    writeBundle: evidence.createClosedBundles(evidencePort(node)),
    writeParquet: (ask, path) => writeArchiveTable(node.exportPort, ask, path),
    readTrust: readTrustFile,
    present: (db, viewer, records, sealed) => reader.present(db, viewer, records, sealed),
  }
}

function writeArchiveTable(
  port: exports.ExportPort,
  { viewer, from, to, since, size }: archive.ParquetAsk,
  path: string,
) {
  const ask = { viewer, filter: { from, to }, parts: 'withheld' as const, size, since }
  const rowsMax = Number.MAX_SAFE_INTEGER
  const job = { format: 'parquet' as const, options: { bom: false }, ask, path, rowsMax }
  return exports.writeExport(port.stream, job, exports.NOTHING_WRITTEN, async () => {})
}

/** The filter was parsed by the same schema that log.search has. */
export const sliceReader =
  (node: NodeParts): ReadSlice =>
  ask =>
    logModule.readSlice(
      { db: node.databases.read, keys: node.keys, searchKey: searchKeyOf(node) },
      ask as logModule.SliceAsk,
    )

export function streamPort(node: NodeParts): streams.StreamPort {
  const { secret, originHost: host, version, allowPrivateTargets: allowPrivate = false } = node.options
  return {
    secret,
    allowPrivate,
    app: node.databases.app,
    changed: () => node.streams.changed(),
    send: createSendEntries({ host, version, allowPrivate, timeoutMs: STREAM_TIMEOUT_MS }),
  }
}

export const importFolder = ({ options }: NodeParts): string => join(options.dataDir, 'imports')

export function importPorts(node: NodeParts): imports.ImportPorts {
  const { databases, door, appender, keys, counter, sequencer } = node
  return { databases, door, appender, keys, counter, sequencer }
}

export const erasePort = (node: NodeParts): privacy.ErasePort => ({
  keys: node.keys,
  secret: node.options.secret,
  erasures: node.erasures,
  log: node.options.log,
  erasers: () => node.erasers,
  wakeMentions: () => node.mentionKeeper.wake(),
})

export const packagePort = (node: NodeParts) => ({
  db: node.databases.read,
  keys: node.keys,
  folder: join(node.options.dataDir, 'privacy'),
  filesOf: (workspaceId: string, customerId: string) => node.filesOf(workspaceId, customerId),
  wordsOf: logModule.loadEntryWords,
})

export function disputeReads({ keys }: NodeParts): disputes.DisputeReads {
  const reader = new logModule.EntryReader(keys)
  return {
    present: (db, viewer, records) => reader.present(db, viewer, records),
    openParts: (db, viewer, ids, name) => logModule.openPartsFor(db, keys, viewer, ids, name),
  }
}

export function reportPort(node: NodeParts): disputes.ReportPort {
  const { read } = node.databases
  return {
    db: read,
    reads: disputeReads(node),
    wordingOf: (workspaceId, options) => logModule.createWording(read, workspaceId, options),
    now: () => new Date(),
  }
}

export const anchorPort = (node: NodeParts) => ({
  allowPrivate: node.options.allowPrivateTargets ?? false,
  timeoutMs: ANCHOR_TIMEOUT_MS,
  sendDocument: ((...args) => node.sendDocument(...args)) as anchors.SendDocument,
})

export const profilePort = (node: NodeParts): bots.ProfilePort => ({
  databases: node.databases,
  secret: node.options.secret,
  profile: node.options.bots.profile,
  wakeChanges: (workspaceId, botId) => node.wakeOutbox(workspaceId, botId),
})

export const botsPort = (node: NodeParts): bots.BotsPort => ({
  ...node.options.bots,
  secret: node.options.secret,
  botsChanged: workspaceId => node.botsChanged(workspaceId),
})

export const cannedFilePort = (
  { databases, keys, options }: Pick<NodeParts, 'databases' | 'keys' | 'options'>,
  copier: files.FileCopier,
): Parameters<typeof cannedReplies.createCannedFileCommands>[0] => ({
  databases,
  key: options.secret.key('canned-file'),
  contextOf: files.keyContext,
  copy: (workspaceId, sources) => copier.copy(workspaceId, sources),
  taken: (context, copies) => copier.taken(context, copies),
  addUploads: (context, conversationId, uploads) => files.addUploads(context, keys, conversationId, uploads),
  queueRemoval: files.queueRemoval,
})
