import { z } from 'zod'
import { defineQuery } from '../command.ts'
import { Entry } from '../entry.ts'
import { AgentId, BotId } from '../ids.ts'
import { RoleKey, RoleScope, Switch } from '../permissions.ts'

const nothing = z.strictObject({})
const Switches = z.array(z.strictObject({ switch: Switch, granted: z.boolean() }))

export const listRoles = defineQuery({
  name: 'role.list',
  permission: 'team.view',
  summary: 'Built-in roles and those of the workspace, with what each may',
  input: nothing,
  output: z.strictObject({
    items: z.array(
      z.strictObject({
        role: RoleKey,
        /** null: built in, and named by the reader's language. */
        name: z.string().nullable(),
        scope: RoleScope,
        rank: z.int(),
        permissions: z.array(z.string()),
        withheld: z.boolean(),
        takesConversations: z.boolean(),
        agents: z.int(),
      }),
    ),
    /** Everything a role can be made of. */
    permissions: z.array(z.string()),
  }),
})
export const listInvitations = defineQuery({
  name: 'invitation.list',
  permission: 'agent.invite',
  summary: 'Seats that were offered and not taken yet, and until when their links are good',
  input: nothing,
  output: z.strictObject({
    items: z.array(
      z.strictObject({
        agentId: AgentId,
        name: z.string(),
        email: z.string(),
        role: RoleKey,
        /** null: no link is good any more. */
        expiresAt: z.string().nullable(),
      }),
    ),
  }),
})

const LastChange = z.strictObject({
  entryId: z.string(),
  event: z.string(),
  at: z.string(),
  actorId: z.string().nullable(),
})
export const reviewAccess = defineQuery({
  name: 'access.review',
  permission: 'access.review',
  summary:
    'Who may what, since when and by which entry, when they last signed in, and who last looked it over',
  input: nothing,
  output: z.strictObject({
    items: z.array(
      z.strictObject({
        id: AgentId,
        name: z.string(),
        role: RoleKey,
        state: z.enum(['invited', 'active', 'deactivated']),
        departments: z.array(z.strictObject({ name: z.string(), lead: z.boolean() })),
        permissionCount: z.int(),
        switches: Switches,
        bots: z.array(BotId).nullable(),
        serving: z.boolean().nullable(),
        twoFactor: z.boolean(),
        livingSessions: z.int(),
        lastSignInAt: z.string().nullable(),
        /** The entry that last changed what they may. */
        lastChange: LastChange.nullable(),
        reviewed: z.strictObject({ at: z.string(), by: AgentId, entryId: z.string() }).nullable(),
        /** Something they may has changed since it was last looked over. */
        changedSince: z.boolean(),
      }),
    ),
  }),
})
export const proposeTwoFactor = defineQuery({
  name: 'two_factor.propose',
  permission: null,
  summary: 'A new secret for one’s second factor, stored nowhere until two_factor.enable',
  input: nothing,
  output: z.strictObject({ secret: z.string(), uri: z.string() }),
})
export const getTwoFactor = defineQuery({
  name: 'two_factor.state',
  permission: null,
  summary: 'Whether one’s own sign-in asks for a second factor',
  input: nothing,
  output: z.strictObject({
    enabledAt: z.string().nullable(),
    codesLeft: z.int(),
    /** The workspace asks it of one's role. */
    isRequired: z.boolean(),
  }),
})
export const getSignInHistory = defineQuery({
  name: 'session.history',
  permission: null,
  summary:
    'Entries about signing in, newest first: one’s own, or (who may review access) somebody’s or everybody’s',
  input: z.strictObject({
    agentId: AgentId.optional(),
    /** Everybody's. */
    all: z.stringbool().optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
    cursor: z.string().max(200).optional(),
  }),
  output: z.strictObject({ items: z.array(Entry), nextCursor: z.string().nullable() }),
})
