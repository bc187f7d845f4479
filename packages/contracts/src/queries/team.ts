import { z } from 'zod'
import { defineQuery } from '../command.ts'
import { AgentId, ApiTokenId, BotId, DepartmentId, SessionId, WorkspaceId } from '../ids.ts'
import { RoleKey, RoleScope } from '../permissions.ts'

const nothing = z.strictObject({})
export const getSetupState = defineQuery({
  name: 'setup.state',
  permission: null,
  summary: 'Whether the installation still waits for its owner',
  input: nothing,
  output: z.strictObject({ needed: z.boolean(), version: z.string() }),
})
export const getInvitation = defineQuery({
  name: 'invitation.get',
  permission: null,
  summary: 'Whom an invitation link is for',
  input: z.strictObject({ token: z.string().max(200) }),
  output: z.strictObject({
    name: z.string(),
    email: z.string(),
    workspace: z.string(),
    kind: z.enum(['invitation', 'reset']),
  }),
})
export const getMe = defineQuery({
  name: 'session.me',
  permission: null,
  summary: 'Who is signed in and what they may do',
  input: nothing,
  output: z.strictObject({
    agent: z.strictObject({ id: AgentId, name: z.string(), email: z.string(), role: RoleKey }),
    workspace: z.strictObject({ id: WorkspaceId, name: z.string() }),
    session: z.strictObject({ id: SessionId, expiresAt: z.string() }).nullable(),
    departments: z.array(z.strictObject({ id: DepartmentId, name: z.string(), lead: z.boolean() })),
    permissions: z.array(z.string()),
    scope: RoleScope,
    /** The rank of one's role: nobody changes those above it. */
    rank: z.int(),
    /** The bots one serves; null: all. */
    bots: z.array(BotId).nullable(),
    /** Whether the rules give one conversations; null: as one's role has it. */
    serving: z.boolean().nullable(),
    /** Who really acts, when somebody acts in the name of `agent`; null: `agent`. */
    impersonation: z
      .strictObject({ by: z.strictObject({ id: AgentId, name: z.string() }), until: z.string() })
      .nullable(),
    /** A second factor must be set up before anything else may be done. */
    mustEnrol: z.boolean(),
    /** What the desk aims at, for everybody who works at it. */
    targets: z.strictObject({ firstResponseSeconds: z.int() }),
    /** The ledger's size as the caller's socket should start from. */
    position: z.int(),
  }),
})
export const listAgents = defineQuery({
  name: 'agent.list',
  permission: 'team.view',
  summary: 'Everyone with a seat',
  input: nothing,
  output: z.strictObject({
    items: z.array(
      z.strictObject({
        id: AgentId,
        name: z.string(),
        email: z.string().nullable(),
        role: RoleKey,
        rank: z.int(),
        state: z.enum(['invited', 'active', 'deactivated']),
        departments: z.array(z.strictObject({ id: DepartmentId, lead: z.boolean() })),
      }),
    ),
  }),
})
export const listDepartments = defineQuery({
  name: 'department.list',
  permission: 'team.view',
  summary: 'All departments; on request also those that were deleted, which history still names',
  input: z.strictObject({ deleted: z.enum(['with']).optional() }),
  output: z.strictObject({
    items: z.array(
      z.strictObject({
        id: DepartmentId,
        name: z.string(),
        members: z.int(),
        leads: z.array(AgentId),
        deletedAt: z.string().nullable(),
      }),
    ),
  }),
})
export const listBots = defineQuery({
  name: 'bot.list',
  permission: 'bot.view',
  summary: 'Connected and once-connected bots',
  input: nothing,
  output: z.strictObject({
    items: z.array(
      z.strictObject({
        id: BotId,
        username: z.string(),
        name: z.string(),
        state: z.enum(['connected', 'disconnected']),
        connectedAt: z.string(),
        health: z.strictObject({
          state: z.enum(['fine', 'starting', 'lost']),
          since: z.string().nullable(),
          cause: z.string().nullable(),
        }),
        tokenFingerprint: z.string(),
        /** Messages from groups come into the desk. */
        groups: z.boolean(),
      }),
    ),
  }),
})
export const listSettings = defineQuery({
  name: 'setting.list',
  permission: 'setting.view',
  summary: 'All settings with their values and limits',
  input: nothing,
  output: z.strictObject({
    items: z.array(
      z.strictObject({
        key: z.string(),
        value: z.union([z.boolean(), z.int(), z.string(), z.null()]),
        default: z.union([z.boolean(), z.int(), z.string(), z.null()]),
        kind: z.enum(['boolean', 'integer', 'text', 'secret']),
        min: z.int().nullable(),
        max: z.int().nullable(),
      }),
    ),
  }),
})
export const listSessions = defineQuery({
  name: 'session.list',
  permission: null,
  summary: 'Living sessions: one’s own, or (who may review access) somebody’s',
  input: z.strictObject({ agentId: AgentId.optional() }),
  output: z.strictObject({
    items: z.array(
      z.strictObject({
        id: SessionId,
        createdAt: z.string(),
        expiresAt: z.string(),
        current: z.boolean(),
        method: z.string(),
        /** Where it was last seen, as far as the reader may know. */
        ip: z.string().nullable(),
        userAgent: z.string().nullable(),
      }),
    ),
  }),
})
export const listApiTokens = defineQuery({
  name: 'api_token.list',
  permission: 'setting.view',
  summary: 'Tokens of programs (never their secret)',
  input: nothing,
  output: z.strictObject({
    items: z.array(
      z.strictObject({
        id: ApiTokenId,
        name: z.string(),
        role: RoleKey,
        createdAt: z.string(),
        expiresAt: z.string().nullable(),
        revokedAt: z.string().nullable(),
        lastUsedAt: z.string().nullable(),
        /** null: all of its role. */
        permissions: z.array(z.string()).nullable(),
        createdBy: AgentId.nullable(),
      }),
    ),
  }),
})
