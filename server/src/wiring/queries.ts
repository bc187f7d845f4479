// Every query there is, bound to the node it runs on.
import { CATALOGUE } from '@tracedesk/contracts'
import type { Query } from '../command/define.ts'
import * as alerts from '../modules/alerts/index.ts'
import * as anchors from '../modules/anchors/index.ts'
import * as archive from '../modules/archive/index.ts'
import * as bots from '../modules/bots/index.ts'
import * as cannedReplies from '../modules/canned-replies/index.ts'
import * as conversations from '../modules/conversations/index.ts'
import * as customers from '../modules/customers/index.ts'
import * as disputes from '../modules/disputes/index.ts'
import * as exports from '../modules/exports/index.ts'
import * as holds from '../modules/holds/index.ts'
import * as imports from '../modules/imports/index.ts'
import * as ledgerModule from '../modules/ledger-state/index.ts'
import * as logModule from '../modules/log/index.ts'
import * as moderation from '../modules/moderation/index.ts'
import * as notices from '../modules/notices/index.ts'
import * as privacy from '../modules/privacy/index.ts'
import * as retention from '../modules/retention/index.ts'
import * as streams from '../modules/streams/index.ts'
import * as team from '../modules/team/index.ts'
import type { NodeParts } from './parts.ts'
import { anchorPort, disputeReads, importFolder, profilePort } from './ports.ts'

/** The queries of every module. The runner tells their input types apart at run time, by their schemas. */
export function queriesOf(node: NodeParts): Query[] {
  const { options, keys } = node
  const openTexts: conversations.OpenTexts = ({ db, caller }, ids) =>
    logModule.openTextsFor(db, keys, caller, ids)
  const reading: conversations.MessageReading = {
    openParts: ({ db, caller }, ids, names) => logModule.openNamedPartsFor(db, keys, caller, ids, names),
    linkOf: (workspaceId, fileId) => node.fileLinks.make(workspaceId, fileId),
    isWithheld: ({ caller }) => conversations.isCustomerWithheld(caller),
  }
  return [
    ...team.createTeamQueries({ version: options.version, setupToken: options.setupToken }),
    ...conversations.createConversationQueries(openTexts, reading),
    ...conversations.createBoardQueries(),
    ...conversations.createInboxQueries(openTexts, q => logModule.indexWords(options.secret, q)),
    conversations.listInboxViewsQuery,
    conversations.findForgottenQuery,
    conversations.listLabelSetsQuery,
    bots.listBotsQuery,
    ...bots.createProfileQueries(profilePort(node)),
    customers.getCustomerQuery,
    customers.listFieldsQuery,
    cannedReplies.listCannedRepliesQuery,
    cannedReplies.cannedReplyUsageQuery,
    moderation.listPhraseGroupsQuery,
    moderation.listWalletsQuery,
    ...logModule.createLogQueries({
      reader: new logModule.EntryReader(keys),
      secret: options.secret,
      messagesBetween: (context, id, after, limit) =>
        conversations.visibleMessagesAfter(context, reading, id, after, limit),
    }),
    logModule.createBoardEntries({
      reader: new logModule.EntryReader(keys),
      counted: conversations.countedOnBoard,
    }),
    logModule.createListReveals(keys),
    logModule.createListLogViews(options.secret),
    alerts.listAlertsQuery,
    holds.createListHolds(
      ({ db, caller }, ids, name) => logModule.openPartsFor(db, keys, caller, ids, name),
      disputes.casesOfHolds,
    ),
    notices.notificationsQuery,
    ...team.oidcQueries(node.databases.app),
    ...disputes.createDisputeQueries(disputeReads(node)),
    ...logModule.createSignInQueries(new logModule.EntryReader(keys)),
    ...anchors.createAnchorQueries(anchorPort(node)),
    ...privacy.createPrivacyQueries(retention.readKeeping),
    ...imports.createImportQueries(node.uploads, importFolder(node)),
    ...exports.createExportQueries(node.exportPort),
    ...retention.createRetentionQueries(archive.archivedReach),
    ...archive.createArchiveQueries(node.archivePort, name => CATALOGUE.get(name)?.reach ?? 'administration'),
    ...streams.streamQueries,
    ...ledgerModule.createLedgerQueries({
      signerProblem: workspaceId => node.checkpoints.problem(workspaceId),
      openReasons: ({ db, caller }, ids, name) => logModule.openPartsFor(db, keys, caller, ids, name),
      verificationProgress: workspaceId => node.watch.progress(workspaceId),
    }),
  ] as unknown as Query[]
}
