import type { Role } from '@tracedesk/contracts'

// The contract's own constants would bring the schema library into the first bundle; a test keeps these in step.
const ROLE_RANKS = { owner: 4, admin: 3, supervisor: 2, agent: 1, auditor: 1 } as const satisfies Record<
  Role,
  number
>

/** All roles, highest first. */
export const ROLES: readonly Role[] = ['owner', 'admin', 'supervisor', 'agent', 'auditor']
/** Nobody may give or take a rank above their own. */
export const rankOf = (role: Role): number => ROLE_RANKS[role]
/** The UTF-16 units Telegram takes in one message. */
export const MESSAGE_TEXT_MAX = 4096
