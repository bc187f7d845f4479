import type { z } from 'zod'
import * as alertCommands from './commands/alerts.ts'
import * as archiveCommands from './commands/archive.ts'
import * as botProfileCommands from './commands/bot-profile.ts'
import * as botCommands from './commands/bots.ts'
import * as cannedReplyCommands from './commands/canned-replies.ts'
import * as customerCommands from './commands/customers.ts'
import * as deskCommands from './commands/desk.ts'
import * as disputeCommands from './commands/disputes.ts'
import * as evidenceCommands from './commands/evidence.ts'
import * as exportCommands from './commands/exports.ts'
import * as holdCommands from './commands/holds.ts'
import * as impersonationCommands from './commands/impersonation.ts'
import * as importCommands from './commands/imports.ts'
import * as inboxCommands from './commands/inbox.ts'
import * as ledgerCommands from './commands/ledger.ts'
import * as logViewCommands from './commands/log-views.ts'
import * as mediaCommands from './commands/media.ts'
import * as moderationCommands from './commands/moderation.ts'
import * as notificationCommands from './commands/notifications.ts'
import * as oidcCommands from './commands/oidc.ts'
import * as peopleCommands from './commands/people.ts'
import * as privacyCommands from './commands/privacy.ts'
import * as retentionCommands from './commands/retention.ts'
import * as revealCommands from './commands/reveal.ts'
import * as routingCommands from './commands/routing.ts'
import * as streamCommands from './commands/streams.ts'
import * as teamCommands from './commands/team.ts'
import * as verificationCommands from './commands/verification.ts'
import * as alertQueries from './queries/alerts.ts'
import * as archiveQueries from './queries/archive.ts'
import * as botProfileQueries from './queries/bot-profile.ts'
import * as cannedReplyQueries from './queries/canned-replies.ts'
import * as customerQueries from './queries/customers.ts'
import * as deskQueries from './queries/desk.ts'
import * as disputeQueries from './queries/disputes.ts'
import * as exportQueries from './queries/exports.ts'
import * as holdQueries from './queries/holds.ts'
import * as importQueries from './queries/imports.ts'
import * as inboxQueries from './queries/inbox.ts'
import * as ledgerQueries from './queries/ledger.ts'
import * as logQueries from './queries/log.ts'
import * as logViewQueries from './queries/log-views.ts'
import * as mediaQueries from './queries/media.ts'
import * as moderationQueries from './queries/moderation.ts'
import * as notificationQueries from './queries/notifications.ts'
import * as oidcQueries from './queries/oidc.ts'
import * as peopleQueries from './queries/people.ts'
import * as privacyQueries from './queries/privacy.ts'
import * as retentionQueries from './queries/retention.ts'
import * as revealQueries from './queries/reveal.ts'
import * as routingQueries from './queries/routing.ts'
import * as streamQueries from './queries/streams.ts'
import * as teamQueries from './queries/team.ts'

const {
  paging: _paging,
  pageOf: _pageOf,
  Conversation: _c,
  Message: _m,
  MessageState: _s,
  Note: _n,
  TimelineItem: _t,
  ...desk
} = deskQueries
const { ClaimInput: _ci, ...disputes } = disputeCommands
const { StoryPart: _sp, ...disputeReads } = disputeQueries
const { logFilter: _f, RelativeRange: _rr, ...log } = logQueries
const { OffboardingReport: _o, ...people } = peopleCommands
const { ArchiveProof: _ap, ...archiveReads } = archiveQueries
const { uploadFile: _u, ...media } = mediaCommands
const { addCannedReplyFile: _af, ...cannedReplies } = cannedReplyCommands
const {
  MessageContent: _mc,
  MessageFile: _mf,
  ShownEntity: _se,
  MessageVersion: _mv,
  Writer: _w,
  ...mediaReads
} = mediaQueries
const { PhraseRule: _r, RULES_MAX: _rm, PATTERN_MAX: _pm, ...moderation } = moderationCommands

const { BoardFigure: _bf, ...routingReads } = routingQueries
const { ProfileLanguage: _pl, ScopeChat: _sc, ...botProfile } = botProfileCommands

/** Every command with a route, under the name of its constant. */
export const COMMANDS = {
  ...teamCommands,
  ...people,
  ...notificationCommands,
  ...oidcCommands,
  ...impersonationCommands,
  ...botCommands,
  ...botProfile,
  ...deskCommands,
  ...verificationCommands,
  ...evidenceCommands,
  ...ledgerCommands,
  ...holdCommands,
  ...alertCommands,
  ...revealCommands,
  ...logViewCommands,
  ...disputes,
  ...moderation,
  ...cannedReplies,
  ...routingCommands,
  ...customerCommands,
  ...inboxCommands,
  ...privacyCommands,
  ...exportCommands,
  ...media,
  ...retentionCommands,
  ...archiveCommands,
  ...importCommands,
  ...streamCommands,
} as const
/** Every query with a route. */
export const QUERIES = {
  ...desk,
  ...log,
  ...ledgerQueries,
  ...holdQueries,
  ...alertQueries,
  ...revealQueries,
  ...logViewQueries,
  ...disputeReads,
  ...teamQueries,
  ...botProfileQueries,
  ...peopleQueries,
  ...notificationQueries,
  ...oidcQueries,
  ...moderationQueries,
  ...cannedReplyQueries,
  ...routingReads,
  ...customerQueries,
  ...inboxQueries,
  ...privacyQueries,
  ...exportQueries,
  ...mediaReads,
  ...retentionQueries,
  ...archiveReads,
  ...importQueries,
  ...streamQueries,
} as const

type ByName<T> = { [K in keyof T as T[K] extends { name: infer N extends string } ? N : never]: T[K] }
export type CommandName = keyof ByName<typeof COMMANDS>
export type QueryName = keyof ByName<typeof QUERIES>
export type CommandInput<N extends CommandName> = z.input<ByName<typeof COMMANDS>[N]['input']>
export type CommandOutput<N extends CommandName> = z.output<ByName<typeof COMMANDS>[N]['output']>
export type QueryInput<N extends QueryName> = z.input<ByName<typeof QUERIES>[N]['input']>
export type QueryOutput<N extends QueryName> = z.output<ByName<typeof QUERIES>[N]['output']>
