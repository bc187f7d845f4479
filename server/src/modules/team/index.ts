export { markReviewedCommand } from './access-review.ts'
export {
  changeRoleCommand,
  createDeactivateAgent,
  inviteAgentCommand,
  reactivateAgentCommand,
  resetPasswordCommand,
} from './agents.ts'
export { isOpenAt, parseBusinessHours } from './business-hours.ts'
export {
  noteTokenUse,
  resolveApiToken,
  resolveSession,
} from './callers.ts'
export {
  addMemberCommand,
  createDeleteDepartment,
  createDepartmentCommand,
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
export { createRoleCommand, deleteRoleCommand, updateRoleCommand } from './roles.ts'
export {
  caseEntryScopeSql,
  conversationScopeSql,
  disputeScopeSql,
  entryScopeSql,
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
  signOutCommand,
} from './sessions.ts'
export {
  createChangeSetting,
  readSecretSetting,
  readSetting,
  readWitnessLines,
  SETTINGS,
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
