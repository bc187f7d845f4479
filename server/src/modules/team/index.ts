export { markReviewedCommand } from './access-review.ts'
export {
  changeRoleCommand,
  createDeactivateAgent,
  inviteAgentCommand,
  type Requeue,
  reactivateAgentCommand,
  resetPasswordCommand,
} from './agents.ts'
export { isOpenAt, parseBusinessHours } from './business-hours.ts'
export {
  noteTokenUse,
  type RequestFacts,
  type ResolvedCaller,
  resolveApiToken,
  resolveSession,
} from './callers.ts'
export {
  addMemberCommand,
  createDeleteDepartment,
  createDepartmentCommand,
  type LeadingTo,
  removeMemberCommand,
  renameDepartmentCommand,
  setLeadCommand,
} from './departments.ts'
export { readBusinessHours, readReasons, requireReason } from './desk-settings.ts'
export {
  endImpersonationCommand,
  findLapsed,
  lapseImpersonationCommand,
  startImpersonationCommand,
} from './impersonation.ts'
export { createReadDeeds, createReportOffboarding } from './offboarding.ts'
export {
  createOidcCommands,
  type DiscoverOidc,
  type OidcProvider,
  oidcQueries,
  readOidcProvider,
  signInByOidcCommand,
} from './oidc.ts'
export { onlineSeconds } from './online-hours.ts'
export {
  changeDeskCommand,
  changePresenceCommand,
  connectPresenceCommand,
  timeOutPresenceCommand,
} from './presence.ts'
export { beat, findSilent, hasDropped, PRESENCE_TIMING, type PresenceTiming } from './presence-beat.ts'
export { createTeamQueries } from './queries.ts'
export type { Reason } from './reason-list.ts'
export { createRoleCommand, deleteRoleCommand, updateRoleCommand } from './roles.ts'
export {
  caseEntryScopeSql,
  conversationScopeSql,
  disputeScopeSql,
  entryScopeSql,
  type LeadPeriod,
  type Scope,
  type ScopedEntry,
  scopeOf,
  seesConversation,
  seesEntry,
  seesEverything,
} from './scope.ts'
export {
  acceptInvitationCommand,
  createSetup,
  moveSession,
  revokeSessionCommand,
  type SetupPort,
  signOutCommand,
} from './sessions.ts'
export {
  createChangeSetting,
  readSecretSetting,
  readSetting,
  readWitnessLines,
  SETTINGS,
  type SettingValue,
} from './settings.ts'
export { createSignIn } from './sign-in.ts'
export { countAdministrators, departmentsOf, requireActiveAgent, requireDepartment } from './store.ts'
export {
  createSetAgentBots,
  grantSwitchCommand,
  requireServed,
  revokeInvitationCommand,
  revokeSwitchCommand,
  setServingCommand,
} from './switches.ts'
export { API_TOKEN_PREFIX, createApiTokenCommand, revokeApiTokenCommand } from './tokens.ts'
export { createCredentialCommands } from './two-factor.ts'
