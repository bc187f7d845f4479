import {
  acceptInvitation,
  agentInvited,
  agentJoined,
  agentPasswordReset,
  completeSetup,
  defineCommand,
  ledgerEpochStarted,
  type RoleKey,
  revokeSession,
  sessionMoved,
  sessionRevoked,
  sessionSignedIn,
  sessionSignedOut,
  signOut,
  workspaceCreated,
} from '@tracedesk/contracts'
import { EMPTY_ROOT } from '@tracedesk/proof/node'
import { sql } from 'kysely'
import { z } from 'zod'
import { may, personOf } from '../../command/caller.ts'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import type { Tx } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import { addMicros } from '../../kernel/instant.ts'
import { newToken, sameBytes, sha256 } from '../../kernel/secret.ts'
import { hashPassword } from './password.ts'
import { requireGoodPassword } from './password-rules.ts'
import { leaveDesk } from './presence.ts'
import { requireRank } from './rank.ts'
import { departmentsOf, endSessions, lockAgent, setAgentState } from './store.ts'

/** A session lasts a week from signing in. */
export const SESSION_HOURS = 7 * 24

export interface SetupPort {
  /** The token of the one-time set-up link; null when the installation has an owner. */
  setupToken(): string | null
  /** Makes the signing key of a new tree and returns its verifier key. */
  createLedgerKey(workspaceId: string, epoch: number, origin: string): Promise<string>
  /** The host name that stands in the ledger's origin. */
  originHost: string
}

export const addressOf = (address: { ip: string; userAgent: string } | null): Buffer =>
  sha256(`${address?.ip ?? ''}\0${address?.userAgent ?? ''}`)

export const addressParts = (context: CommandContext) => ({
  ip: context.caller.address?.ip ?? '',
  userAgent: (context.caller.address?.userAgent ?? '').slice(0, 400).toWellFormed(),
})

export type SignInMethod = 'password' | 'invitation' | 'setup' | 'oidc'

/** Begins a session for an agent and records it; the answer every way of signing in gives. */
export async function beginSession(
  context: CommandContext,
  agent: { id: string; name: string; role: RoleKey; named: string },
  method: SignInMethod,
) {
  const { tx, workspaceId, now } = context
  const token = newToken()
  const sessionId = newId()
  const entryId = newId()
  const expiresAt = addMicros(now, SESSION_HOURS * 3_600_000_000)
  await tx
    .insertInto('session')
    .values({
      workspace_id: workspaceId,
      session_id: sessionId,
      agent_id: agent.id,
      token_sha256: sha256(token),
      address_sha256: addressOf(context.caller.address),
      origin_entry_id: entryId,
      created_at: now,
      expires_at: expiresAt,
      ended_at: null,
      method,
    })
    .execute()
  const actor = {
    kind: 'agent' as const,
    id: agent.id,
    role: agent.role,
    departments: await departmentsOf(tx, workspaceId, agent.id),
    named: agent.named,
  }
  context.record(
    sessionSignedIn,
    { method },
    { entryId, actor, subject: { id: sessionId }, parts: addressParts(context) },
  )
  return { token, expiresAt, agent: { id: agent.id, name: agent.name, role: agent.role } }
}

export const sole = async (db: { selectFrom: Tx['selectFrom'] }): Promise<string | null> => {
  const rows = await db.selectFrom('workspace').select('workspace_id').limit(2).execute()
  return rows.length === 1 ? (rows[0]?.workspace_id ?? null) : null
}

export const createSetup = (port: SetupPort) =>
  defineCommandHandler(completeSetup, {
    prepare: async input => {
      const expected = port.setupToken()
      if (expected === null) throw new ConsoleError('setup.done')
      if (!sameBytes(sha256(input.token), sha256(expected))) throw new ConsoleError('setup.wrong_token')
      const workspaceId = newId()
      const origin = `${port.originHost}/log/${workspaceId}/1`
      return {
        workspaceId,
        origin,
        vkey: await port.createLedgerKey(workspaceId, 1, origin),
        passwordHash: await hashPassword(input.password),
      }
    },
    handle: async (context, input, { workspaceId, origin, vkey, passwordHash }) => {
      const { tx, now } = context
      await requireGoodPassword(tx, null, input.password, input.email)
      await sql`select pg_advisory_xact_lock(hashtext('tracedesk.setup'))`.execute(tx)
      if (await tx.selectFrom('workspace').select('workspace_id').limit(1).executeTakeFirst())
        throw new ConsoleError('setup.done')
      context.enterWorkspace(workspaceId)
      await tx
        .insertInto('workspace')
        .values({ workspace_id: workspaceId, name: input.workspace, created_at: now })
        .execute()
      await tx
        .insertInto('log_head')
        .values({
          workspace_id: workspaceId,
          epoch: 1,
          origin,
          size: 0,
          root: Buffer.from(EMPTY_ROOT),
          updated_at: now,
        })
        .execute()
      await tx.insertInto('log_signer').values({ workspace_id: workspaceId, epoch: 1, vkey }).execute()
      const agentId = newId()
      const namedBy = newId()
      const owner = { kind: 'agent' as const, id: agentId, role: 'owner', departments: [], named: namedBy }
      context.record(
        workspaceCreated,
        { name: input.workspace },
        { actor: owner, subject: { id: workspaceId, name: input.workspace } },
      )
      context.record(
        ledgerEpochStarted,
        { epoch: 1, origin, vkey, ended: null },
        { actor: owner, subject: { id: workspaceId } },
      )
      await tx
        .insertInto('agent')
        .values({
          workspace_id: workspaceId,
          agent_id: agentId,
          name: input.name,
          email: input.email,
          role: 'owner',
          state: 'active',
          named_by: namedBy,
          created_at: now,
        })
        .execute()
      await tx
        .insertInto('agent_credential')
        .values({
          workspace_id: workspaceId,
          agent_id: agentId,
          password_hash: passwordHash,
          locked_until: null,
        })
        .execute()
      context.record(
        agentInvited,
        { role: 'owner' },
        {
          entryId: namedBy,
          actor: owner,
          subject: { id: agentId, named: namedBy },
          parts: { name: input.name, email: input.email },
        },
      )
      context.record(agentJoined, {}, { actor: owner, subject: { id: agentId, named: namedBy } })
      return beginSession(context, { id: agentId, name: input.name, role: 'owner', named: namedBy }, 'setup')
    },
  })

export const signOutCommand = defineCommandHandler(signOut, {
  handle: async context => {
    const { tx, workspaceId, caller, now } = context
    if (!caller.via.sessionId) throw new ConsoleError('session.required')
    await tx
      .updateTable('session')
      .set({ ended_at: now })
      .where('workspace_id', '=', workspaceId)
      .where('session_id', '=', caller.via.sessionId)
      .where('ended_at', 'is', null)
      .execute()
    context.record(sessionSignedOut, {}, { subject: { id: caller.via.sessionId } })
    // another browser that is still there brings them back with its next sign of life
    const { id } = personOf(caller)
    if (id) await leaveDesk(context, id, 'signed_out')
    return {}
  },
})

export const revokeSessionCommand = defineCommandHandler(revokeSession, {
  handle: async (context, { sessionId }) => {
    const { tx, workspaceId, caller, now } = context
    const session = await tx
      .selectFrom('session')
      .select('agent_id')
      .where('workspace_id', '=', workspaceId)
      .where('session_id', '=', sessionId)
      .where('ended_at', 'is', null)
      .forUpdate()
      .executeTakeFirst()
    if (!session) throw new ConsoleError('session.expired', { sessionId })
    const administrator = may(caller, 'agent.deactivate')
    if (session.agent_id !== caller.actor.id) {
      if (!administrator) throw new ConsoleError('permission.denied', { permission: 'agent.deactivate' })
      await requireRank(context, (await lockAgent(tx, workspaceId, session.agent_id)).role)
    }
    await tx
      .updateTable('session')
      .set({ ended_at: now })
      .where('workspace_id', '=', workspaceId)
      .where('session_id', '=', sessionId)
      .execute()
    context.record(
      sessionRevoked,
      { cause: 'by_person' },
      { subject: { id: sessionId }, agents: [session.agent_id] },
    )
    return {}
  },
})

const INVITATION = [
  'i.workspace_id',
  'i.invitation_id',
  'i.agent_id',
  'i.kind',
  'a.name',
  'a.email',
  'a.role',
  'a.state',
  'a.named_by',
] as const

/** The living invitation a token stands for. */
export const findInvitation = (db: { selectFrom: Tx['selectFrom'] }, token: string) =>
  db
    .selectFrom('invitation as i')
    .innerJoin('agent as a', join =>
      join.onRef('a.workspace_id', '=', 'i.workspace_id').onRef('a.agent_id', '=', 'i.agent_id'),
    )
    .select(INVITATION)
    .where('i.token_sha256', '=', sha256(token))
    .where('i.used_at', 'is', null)
    .where('i.expires_at', '>', sql<string>`now()`)

export const acceptInvitationCommand = defineCommandHandler(acceptInvitation, {
  findWorkspace: async (db, { token }) =>
    (await findInvitation(db as never, token).executeTakeFirst())?.workspace_id ?? null,
  prepare: ({ password }) => hashPassword(password),
  handle: async (context, { token, password }, passwordHash) => {
    const { tx, workspaceId, now } = context
    const found = await findInvitation(tx, token).forUpdate().executeTakeFirst()
    if (!found || found.state === 'deactivated') throw new ConsoleError('invitation.not_valid')
    await requireGoodPassword(tx, workspaceId, password, found.email)
    const agentId = found.agent_id
    await tx
      .updateTable('invitation')
      .set({ used_at: now })
      .where('workspace_id', '=', workspaceId)
      .where('invitation_id', '=', found.invitation_id)
      .execute()
    await setAgentState(tx, workspaceId, agentId, 'active')
    await tx
      .insertInto('agent_credential')
      .values({
        workspace_id: workspaceId,
        agent_id: agentId,
        password_hash: passwordHash,
        locked_until: null,
      })
      .onConflict(conflict =>
        conflict
          .columns(['workspace_id', 'agent_id'])
          .doUpdateSet({ password_hash: passwordHash, failures: 0, locked_until: null }),
      )
      .execute()
    const actor = {
      kind: 'agent' as const,
      id: agentId,
      role: found.role,
      departments: await departmentsOf(tx, workspaceId, agentId),
      named: found.named_by,
    }
    const subject = { id: agentId, named: found.named_by }
    if (found.kind === 'invitation') context.record(agentJoined, {}, { actor, subject })
    else {
      const ended = await endSessions(tx, workspaceId, agentId, now)
      context.record(
        agentPasswordReset,
        { way: 'link_used', sessionsEnded: ended.length },
        { actor, subject },
      )
      for (const id of ended)
        context.record(sessionRevoked, { cause: 'password_reset' }, { actor, subject: { id } })
    }
    return beginSession(
      context,
      { id: agentId, name: found.name, role: found.role as RoleKey, named: found.named_by },
      'invitation',
    )
  },
})

/** A session showed up from another address or browser: later entries of it point to this one. */
export const moveSession = defineCommandHandler(
  defineCommand({
    name: 'session.move',
    access: 'internal',
    summary: 'Record that a session changed its address',
    input: z.strictObject({ sessionId: z.uuid() }),
    output: z.strictObject({ originEntryId: z.uuid() }),
    records: [sessionMoved],
  }),
  {
    handle: async (context, { sessionId }) => {
      const entryId = context.record(
        sessionMoved,
        {},
        { subject: { id: sessionId }, parts: addressParts(context) },
      )
      await context.tx
        .updateTable('session')
        .set({ address_sha256: addressOf(context.caller.address), origin_entry_id: entryId })
        .where('workspace_id', '=', context.workspaceId)
        .where('session_id', '=', sessionId)
        .execute()
      return { originEntryId: entryId }
    },
  },
)
