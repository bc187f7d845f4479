export {
  changeRoleCommand,
  createDeactivateAgent,
  inviteAgentCommand,
  type Requeue,
  reactivateAgentCommand,
  resetPasswordCommand,
} from './agents.ts'
export { type RequestFacts, type ResolvedCaller, resolveApiToken, resolveSession } from './callers.ts'
export {
  addMemberCommand,
  createDepartmentCommand,
  removeMemberCommand,
  setLeadCommand,
} from './departments.ts'
export { createTeamQueries } from './queries.ts'
export {
  conversationScopeSql,
  entryScopeSql,
  type LeadPeriod,
  type Scope,
  type ScopedEntry,
  scopeOf,
  seesConversation,
  seesEntry,
} from './scope.ts'
export {
  acceptInvitationCommand,
  createSetup,
  moveSession,
  revokeSessionCommand,
  type SetupPort,
  signInCommand,
  signOutCommand,
} from './sessions.ts'
export {
  changeSettingCommand,
  readSetting,
  readWitnessLines,
  SETTINGS,
  type SettingValue,
} from './settings.ts'
export { requireActiveAgent } from './store.ts'
export { API_TOKEN_PREFIX, createApiTokenCommand, revokeApiTokenCommand } from './tokens.ts'
