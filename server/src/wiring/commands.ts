// Every command there is, bound to the node it runs on.
import type { Command } from '../command/define.ts'
import * as alerts from '../modules/alerts/index.ts'
import * as anchors from '../modules/anchors/index.ts'
import * as archive from '../modules/archive/index.ts'
import * as bots from '../modules/bots/index.ts'
import * as cannedReplies from '../modules/canned-replies/index.ts'
import * as conversations from '../modules/conversations/index.ts'
import * as customers from '../modules/customers/index.ts'
import * as disputes from '../modules/disputes/index.ts'
import * as evidence from '../modules/evidence/index.ts'
import * as exports from '../modules/exports/index.ts'
import * as files from '../modules/files/index.ts'
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
import { botsPort, erasePort, evidencePort, packagePort, profilePort, streamPort } from './ports.ts'

/** The commands of every module. The door tells their input types apart at run time, by their schemas. */
export const commandsOf = (node: NodeParts): Command[] =>
  [
    ...teamCommands(node),
    ...conversationCommands(node),
    ...customerCommands(),
    ...replyCommands(node),
    ...botCommands(node),
    ...logCommands(node),
    ...disputeCommands(node),
    ...privacyCommands(node),
    ...keepingCommands(node),
    ...outgoingCommands(node),
  ] as unknown as Command[]

function teamCommands(node: NodeParts): unknown[] {
  const { setupToken, originHost, secret } = node.options
  const createLedgerKey = (workspaceId: string, epoch: number, origin: string) =>
    node.checkpoints.signer.createKey(workspaceId, epoch, origin)
  return [
    team.createSetup({ setupToken, createLedgerKey, originHost }),
    team.createSignIn(secret),
    ...team.createCredentialCommands(secret),
    ...team.createOidcCommands(secret, provider => node.discoverOidc(provider)),
    team.startImpersonationCommand,
    team.endImpersonationCommand,
    team.signOutCommand,
    team.revokeSessionCommand,
    team.acceptInvitationCommand,
    team.inviteAgentCommand,
    team.changeRoleCommand,
    team.createDeactivateAgent(async (context, agentId) => {
      await notices.unlink(context, agentId, 'deactivated')
      return conversations.requeueOf(context, agentId)
    }),
    notices.linkTelegramCommand,
    notices.unlinkTelegramCommand,
    notices.configureNoticesCommand,
    team.createSetAgentBots(conversations.requeueOthers),
    team.createReportOffboarding(team.createReadDeeds(node.databases.read)),
    team.grantSwitchCommand,
    team.revokeSwitchCommand,
    team.setServingCommand,
    team.revokeInvitationCommand,
    team.markReviewedCommand,
    team.createRoleCommand,
    team.updateRoleCommand,
    team.deleteRoleCommand,
    team.renameDepartmentCommand,
    team.reactivateAgentCommand,
    team.resetPasswordCommand,
    team.createDepartmentCommand,
    team.createDeleteDepartment(async ({ tx, workspaceId }, departmentId) => ({
      ...(await conversations.countLeadingTo(tx, workspaceId, departmentId)),
      cannedReplies: await cannedReplies.countOfDepartment(tx, workspaceId, departmentId),
    })),
    team.addMemberCommand,
    team.removeMemberCommand,
    team.setLeadCommand,
    team.createApiTokenCommand,
    team.revokeApiTokenCommand,
    team.createChangeSetting(secret),
    team.changePresenceCommand,
    team.changeDeskCommand,
  ]
}

function conversationCommands(node: NodeParts): unknown[] {
  const wake: conversations.WakeOutbox = (workspaceId, botId) => node.wakeOutbox(workspaceId, botId)
  return [
    conversations.createSendMessage(wake, {
      judge: moderation.judgeText,
      describeUse: cannedReplies.describeUse,
    }),
    conversations.createRetryMessage(wake),
    conversations.createEditMessage(wake, moderation.judgeText),
    conversations.createRecallMessage(wake),
    conversations.createReactToMessage(wake),
    conversations.assignConversationCommand,
    conversations.changeStatusCommand,
    conversations.transferConversationCommand,
    conversations.acceptConversationCommand,
    conversations.declineConversationCommand,
    conversations.snoozeConversationCommand,
    conversations.setPriorityCommand,
    conversations.pinConversationCommand,
    conversations.unpinConversationCommand,
    conversations.mergeConversationCommand,
    conversations.createInboxViewCommand,
    conversations.changeInboxViewCommand,
    conversations.shareInboxViewCommand,
    conversations.deleteInboxViewCommand,
    conversations.createLabelSetCommand,
    conversations.changeLabelSetCommand,
    conversations.deleteLabelSetCommand,
    conversations.addNoteCommand,
    conversations.seeMentionsCommand,
    conversations.createLabelCommand,
    conversations.addLabelCommand,
    conversations.removeLabelCommand,
    conversations.editNoteCommand,
    conversations.deleteNoteCommand,
    conversations.renameLabelCommand,
    conversations.changeLabelColourCommand,
    conversations.deleteLabelCommand,
  ]
}

const customerCommands = (): unknown[] => [
  customers.mergeCustomerCommand,
  customers.updateProfileCommand,
  customers.setFieldCommand,
  customers.blockCustomerCommand,
  customers.unblockCustomerCommand,
  customers.defineFieldCommand,
  customers.changeFieldCommand,
  customers.deleteFieldCommand,
]

const replyCommands = (node: NodeParts): unknown[] => [
  files.discardFileCommand,
  cannedReplies.createCannedReplyCommand,
  cannedReplies.updateCannedReplyCommand,
  cannedReplies.createDeleteCannedReply(files.queueRemoval),
  node.cannedFiles.remove,
  node.cannedFiles.take,
  moderation.createPhraseGroupCommand,
  moderation.updatePhraseGroupCommand,
  moderation.deletePhraseGroupCommand,
  moderation.allowWalletCommand,
  moderation.disallowWalletCommand,
  moderation.cancelModeratedCommand,
]

function botCommands(node: NodeParts): unknown[] {
  const port = botsPort(node)
  return [
    bots.setBotGroupsCommand,
    conversations.setBotRoutingCommand,
    bots.createConnectBot(port),
    bots.createRotateBotToken(port),
    bots.createDisconnectBot(port),
    bots.createSetBotCommands(profilePort(node)),
    bots.createSetBotProfile(profilePort(node)),
  ]
}

const logCommands = (node: NodeParts): unknown[] => [
  ledgerModule.createVerifyLedgerNow(() => node.watch),
  ledgerModule.createStopVerification(() => node.watch),
  ledgerModule.createAcknowledgeFindings(() => node.watch),
  ...imports.createImportCommands(node.uploads, () => node.importKeeper.wake()),
  logModule.revealLogCommand,
  ...logModule.createLogViewCommands(node.options.secret),
  logModule.decideRevealCommand,
  alerts.acknowledgeAlertCommand,
  anchors.createRotateKey(() => node.checkpoints.signer),
]

function disputeCommands(node: NodeParts): unknown[] {
  const { read } = node.databases
  const check: disputes.CheckPort = {
    db: read,
    openTexts: (db, viewer, ids) => logModule.openTextsFor(db, node.keys, viewer, ids),
    phrases: { groups: moderation.matchersOfGroups, words: moderation.matcherOfWords },
  }
  return [
    disputes.openDisputeCommand,
    disputes.addParticipantCommand,
    disputes.removeParticipantCommand,
    disputes.addDisputeEntryCommand,
    disputes.annotateDisputeCommand,
    disputes.createCheckClaim(check),
    disputes.decideDisputeCommand,
    disputes.closeDisputeCommand,
    disputes.createBundleDispute(read, evidence.createRangeBundles(evidencePort(node))),
  ]
}

const privacyCommands = (node: NodeParts): unknown[] => [
  privacy.openPrivacyRequestCommand,
  privacy.closePrivacyRequestCommand,
  privacy.requestErasureCommand,
  privacy.createEraseSubject(erasePort(node)),
  privacy.createExportSubject(packagePort(node)),
  privacy.rectifySubjectCommand,
  privacy.restrictSubjectCommand,
  privacy.liftRestrictionCommand,
  privacy.giveConsentCommand,
  privacy.withdrawConsentCommand,
]

const keepingCommands = (node: NodeParts): unknown[] => [
  holds.placeHoldCommand,
  holds.releaseHoldCommand,
  retention.setRetentionRuleCommand,
  retention.deleteRetentionRuleCommand,
  retention.createRequestRetention(archive.archivedReach),
  retention.createApproveRetention(() => node.retentionKeeper.wake()),
  retention.declineRetentionCommand,
  retention.stopRetentionCommand,
  ...archive.createArchiveCommands(node.archivePort, () => node.archiveKeeper.wake()),
]

function outgoingCommands(node: NodeParts): unknown[] {
  const port = streamPort(node)
  return [
    ...exports.createExportCommands(node.exportPort, () => node.exportKeeper.wake()),
    evidence.createBundleEvidence(evidencePort(node)),
    ...streams.createStreamCommands(port),
    ...streams.createLetterCommands(port),
    streams.createTestStream(port),
  ]
}
