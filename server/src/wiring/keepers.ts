// What a node keeps at work beside its requests, each made of the parts of the node it runs on.
import { join } from 'node:path'
import type { Command } from '../command/define.ts'
import { AlertKeeper } from '../edges/alerts/keeper.ts'
import { STREAM_TIMING, StreamKeeper } from '../edges/streams/index.ts'
import * as anchors from '../modules/anchors/index.ts'
import * as archive from '../modules/archive/index.ts'
import * as imports from '../modules/imports/index.ts'
import * as ledgerModule from '../modules/ledger-state/index.ts'
import * as logModule from '../modules/log/index.ts'
import * as privacy from '../modules/privacy/index.ts'
import * as retention from '../modules/retention/index.ts'
import * as streams from '../modules/streams/index.ts'
import type { NodeParts } from './parts.ts'
import { anchorPort, erasePort, importFolder, importPorts, sliceReader, streamPort } from './ports.ts'

/** What most of them work with. */
const commonOf = (node: NodeParts) => ({
  databases: node.databases,
  door: node.door,
  log: node.options.log,
  workspaces: () => node.workspaces(),
})

export const createLedgerWatch = (node: NodeParts) =>
  new ledgerModule.LedgerWatch({
    ...commonOf(node),
    secret: node.options.secret,
    signerFolder: join(node.options.dataDir, 'signer'),
    erasures: node.erasures,
    allowPrivate: node.options.allowPrivateTargets ?? false,
  })

export const createAnchorKeeper = (node: NodeParts) =>
  new anchors.AnchorKeeper({ ...commonOf(node), nodeId: node.counter.nodeId, ...anchorPort(node) })

export const createLogWatches = (node: NodeParts) =>
  new logModule.LogWatches({ ...commonOf(node), secret: node.options.secret })

export const createImportKeeper = (node: NodeParts) =>
  new imports.ImportKeeper(() => ({
    ...commonOf(node),
    ...importPorts(node),
    uploads: node.uploads,
    importFolder: importFolder(node),
  }))

export const createPrivacyKeeper = (node: NodeParts) =>
  new privacy.PrivacyKeeper({
    ...commonOf(node),
    keys: node.keys,
    answer: privacy.createAnswerPrivacy((workspaceId, botId) =>
      node.wakeOutbox(workspaceId, botId),
    ) as unknown as Command,
    finishErasure: privacy.createFinishErasure(erasePort(node)),
  })

export const createMentionKeeper = (node: NodeParts) =>
  new privacy.MentionKeeper({
    ...commonOf(node),
    keys: node.keys,
    secret: node.options.secret,
    erase: privacy.createEraseMentions(() => node.erasers),
  })

export const createRetentionKeeper = (node: NodeParts) =>
  new retention.RetentionKeeper({
    ...commonOf(node),
    apply: retention.createApplyRetention({
      archived: archive.archivedReach,
      recountMonth: logModule.recountMonth,
    }),
    request: retention.createRequestByRhythm(archive.archivedReach),
  })

export const createAlertKeeper = (node: NodeParts) =>
  new AlertKeeper({
    ...commonOf(node),
    nodeId: node.counter.nodeId,
    secret: node.options.secret,
    allowPrivate: node.options.allowPrivateTargets ?? false,
    sendDocument: (...args) => node.sendDocument(...args),
  })

export function createStreamKeeper(node: NodeParts) {
  const { secret, streamTiming } = node.options
  return new StreamKeeper({
    ...commonOf(node),
    secret,
    nodeId: node.counter.nodeId,
    read: sliceReader(node),
    send: streamPort(node).send,
    halt: streams.createHaltStream({ secret }) as unknown as Command,
    timing: streamTiming ?? STREAM_TIMING,
  })
}
