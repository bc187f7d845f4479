import {
  acceptInvitation,
  agentInvited,
  agentJoined,
  agentPasswordReset,
  completeSetup,
  defineCommand,
  ledgerEpochStarted,
  type Role,
  revokeSession,
  sessionMoved,
  sessionRevoked,
  sessionSignedIn,
  sessionSignedOut,
  sessionSignInFailed,
  signIn,
  signOut,
  workspaceCreated,
} from '@tracedesk/contracts'
import { EMPTY_ROOT } from '@tracedesk/proof/node'
import { sql } from 'kysely'
import { z } from 'zod'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import type { Tx } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import { addMicros, millisOf } from '../../kernel/instant.ts'
import { newToken, sameBytes, sha256 } from '../../kernel/secret.ts'
import { checkPassword, hashPassword } from './password.ts'
import { departmentsOf, endSessions } from './store.ts'

/** A session lasts a week from signing in. */
export const SESSION_HOURS = 7 * 24
/** From the fifth wrong password on, a seat is closed for a minute, then two, four …, at most a quarter of an hour. */
const FREE_FAILURES = 5

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

const addressParts = (context: CommandContext) => ({
  ip: context.caller.address?.ip ?? '',
  userAgent: (context.caller.address?.userAgent ?? '').slice(0, 400).toWellFormed(),
})

/** Begins a session for an agent and records it; the answer every way of signing in gives. */
async function beginSession(
  context: CommandContext,
  agent: { id: string; name: string; role: Role; named: string },
  method: 'password' | 'invitation' | 'setup',
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

const sole = async (db: { selectFrom: Tx['selectFrom'] }): Promise<string | null> => {
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

export const signInCommand = defineCommandHandler(signIn, {
  findWorkspace: async (db, input) => {
    const rows = await db
      .selectFrom('agent')
      .select('workspace_id')
      .where('email', '=', input.email.trim().toLowerCase())
      .limit(1)
      .execute()
    return rows[0]?.workspace_id ?? (await sole(db as never))
  },
  handle: async (context, input) => {
    const { tx, workspaceId, now } = context
    if (!workspaceId) throw new ConsoleError('session.wrong_credentials')
    const agent = await tx
      .selectFrom('agent as a')
      .leftJoin('agent_credential as c', join =>
        join.onRef('c.workspace_id', '=', 'a.workspace_id').onRef('c.agent_id', '=', 'a.agent_id'),
      )
      .select([
        'a.agent_id',
        'a.name',
        'a.role',
        'a.state',
        'a.named_by',
        'c.password_hash',
        'c.failures',
        'c.locked_until',
      ])
      .where('a.workspace_id', '=', workspaceId)
      .where('a.email', '=', input.email.trim().toLowerCase())
      .forUpdate('a')
      .executeTakeFirst()
    const locked = agent?.locked_until != null && agent.locked_until > now
    const fits = !locked && (await checkPassword(agent?.password_hash ?? null, input.password))
    const cause = !agent
      ? 'unknown_email'
      : agent.state !== 'active'
        ? 'inactive'
        : locked
          ? 'locked'
          : fits
            ? null
            : 'wrong_password'
    if (agent && cause === null) {
      await tx
        .updateTable('agent_credential')
        .set({ failures: 0, locked_until: null })
        .where('workspace_id', '=', workspaceId)
        .where('agent_id', '=', agent.agent_id)
        .execute()
      return beginSession(
        context,
        { id: agent.agent_id, name: agent.name, role: agent.role as Role, named: agent.named_by },
        'password',
      )
    }
    if (agent && cause === 'wrong_password')
      await countFailure(tx, workspaceId, agent.agent_id, (agent.failures ?? 0) + 1, now)
    context.record(
      sessionSignInFailed,
      { cause: cause ?? 'wrong_password' },
      {
        subject: { id: agent?.agent_id ?? workspaceId },
        ...(agent ? { agents: [agent.agent_id] } : {}),
        parts: { email: input.email.slice(0, 254).toWellFormed(), ...addressParts(context) },
      },
    )
    const seconds = locked ? Math.ceil((millisOf(agent?.locked_until ?? now) - millisOf(now)) / 1000) : 0
    context.refuseAfterCommit(
      locked
        ? new ConsoleError('session.locked', { seconds })
        : new ConsoleError('session.wrong_credentials'),
    )
    return REFUSED
  },
})

/** Never sent: a refusal follows the commit. It only has the shape the contract asks for. */
const REFUSED = {
  token: '',
  expiresAt: '',
  agent: { id: '00000000-0000-8000-8000-000000000000', name: '-', role: 'agent' as const },
}

async function countFailure(
  tx: Tx,
  workspaceId: string,
  agentId: string,
  failures: number,
  now: string,
): Promise<void> {
  const minutes = failures < FREE_FAILURES ? 0 : Math.min(15, 2 ** (failures - FREE_FAILURES))
  await tx
    .updateTable('agent_credential')
    .set({ failures, locked_until: minutes ? addMicros(now, minutes * 60_000_000) : null })
    .where('workspace_id', '=', workspaceId)
    .where('agent_id', '=', agentId)
    .execute()
}

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
    const administrator = caller.permissions === 'all' || caller.permissions.has('agent.deactivate')
    if (session.agent_id !== caller.actor.id && !administrator)
      throw new ConsoleError('permission.denied', { permission: 'agent.deactivate' })
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
  handle: async (context, { token }, passwordHash) => {
    const { tx, workspaceId, now } = context
    const found = await findInvitation(tx, token).forUpdate().executeTakeFirst()
    if (!found || found.state === 'deactivated') throw new ConsoleError('invitation.not_valid')
    const agentId = found.agent_id
    await tx
      .updateTable('invitation')
      .set({ used_at: now })
      .where('workspace_id', '=', workspaceId)
      .where('invitation_id', '=', found.invitation_id)
      .execute()
    await tx
      .updateTable('agent')
      .set({ state: 'active' })
      .where('workspace_id', '=', workspaceId)
      .where('agent_id', '=', agentId)
      .execute()
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
      { id: agentId, name: found.name, role: found.role as Role, named: found.named_by },
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
