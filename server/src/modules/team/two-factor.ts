import { randomInt } from 'node:crypto'
import {
  agentCheckFailed,
  agentPasswordChanged,
  changePassword,
  disableTwoFactor,
  enableTwoFactor,
  renewRecoveryCodes,
  resetTwoFactor,
  sessionRevoked,
  twoFactorCodesRenewed,
  twoFactorDisabled,
  twoFactorEnabled,
} from '@tracedesk/contracts'
import { Secret, TOTP } from 'otpauth'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import type { Tx } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { millisOf } from '../../kernel/instant.ts'
import { type InstallationSecret, seal, sha256, unseal } from '../../kernel/secret.ts'
import { countFailure, lockedError, setFailures } from './lock-out.ts'
import { checkPassword, hashPassword } from './password.ts'
import { requireGoodPassword } from './password-rules.ts'
import { requireRank } from './rank.ts'
import { readSetting } from './settings.ts'
import { rolesIn } from './standing.ts'
import { type AgentRow, endSessions, lockAgent } from './store.ts'

/** RFC 6238 as authenticator apps take it: SHA-1, six digits, a new code every 30 seconds. */
const PERIOD_SECONDS = 30
const RECOVERY_CODES = 10
// no characters that are taken for one another
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789'

const totpOf = (secret: string, label = '', issuer = 'Tracedesk') =>
  new TOTP({
    issuer,
    label,
    algorithm: 'SHA1',
    digits: 6,
    period: PERIOD_SECONDS,
    secret: Secret.fromBase32(secret),
  })

/** A new secret (160 bits, base32) with the address an authenticator app takes it from. */
export function proposeSecret(label: string, issuer: string): { secret: string; uri: string } {
  const secret = new Secret({ size: 20 }).base32
  return { secret, uri: totpOf(secret, label, issuer).toString() }
}

/** The 30-second step a code belongs to: now, or one to either side; null when it is no code of this secret. */
export function stepOfCode(secret: string, code: string, atMs: number): number | null {
  const token = code.replaceAll(/\s/g, '')
  if (!/^\d{6}$/.test(token)) return null
  const delta = totpOf(secret).validate({ token, timestamp: atMs, window: 1 })
  return delta === null ? null : Math.floor(atMs / 1000 / PERIOD_SECONDS) + delta
}

const sealContext = (workspaceId: string, agentId: string) => `two-factor/${workspaceId}/${agentId}`
const hashCode = (agentId: string, code: string) =>
  sha256(`${agentId}\0${code.toLowerCase().replaceAll(/[^a-z0-9]/g, '')}`)

function newRecoveryCodes(): string[] {
  const letters = (n: number) =>
    Array.from({ length: n }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
  return Array.from({ length: RECOVERY_CODES }, () => `${letters(5)}-${letters(5)}`)
}

async function keepRecoveryCodes({ tx, workspaceId }: CommandContext, agentId: string): Promise<string[]> {
  const codes = newRecoveryCodes()
  await tx
    .deleteFrom('recovery_code')
    .where('workspace_id', '=', workspaceId)
    .where('agent_id', '=', agentId)
    .execute()
  await tx
    .insertInto('recovery_code')
    .values(
      codes.map(code => ({
        workspace_id: workspaceId,
        agent_id: agentId,
        code_sha256: hashCode(agentId, code),
        used_at: null,
      })),
    )
    .execute()
  return codes
}

/** How a code was taken: from the device, or one of the recovery codes, of which so many are left. */
export type TakenCode = { readonly way: 'device' } | { readonly way: 'recovery'; readonly left: number }

/** Has this agent a second factor? Locks it. */
export const hasTwoFactor = async (tx: Tx, workspaceId: string, agentId: string): Promise<boolean> =>
  (await findSecret(tx, workspaceId, agentId)) !== undefined

const findSecret = (tx: Tx, workspaceId: string, agentId: string) =>
  tx
    .selectFrom('agent_two_factor')
    .select(['sealed', 'last_step'])
    .where('workspace_id', '=', workspaceId)
    .where('agent_id', '=', agentId)
    .forUpdate()
    .executeTakeFirst()

/**
 * Takes a code of an agent's second factor, once: a code of the device for a step later than the last, or an unused
 * recovery code. Null when it is neither.
 */
export async function takeCode(
  { tx, workspaceId, now }: CommandContext,
  secret: InstallationSecret,
  agentId: string,
  code: string,
): Promise<TakenCode | null> {
  const row = await findSecret(tx, workspaceId, agentId)
  if (!row) return null
  const opened = unseal(secret.key('two-factor'), row.sealed, sealContext(workspaceId, agentId)).toString()
  const step = stepOfCode(opened, code, millisOf(now))
  if (step !== null) {
    if (step <= Number(row.last_step)) return null
    await tx
      .updateTable('agent_two_factor')
      .set({ last_step: step })
      .where('workspace_id', '=', workspaceId)
      .where('agent_id', '=', agentId)
      .execute()
    return { way: 'device' }
  }
  const used = await tx
    .updateTable('recovery_code')
    .set({ used_at: now })
    .where('workspace_id', '=', workspaceId)
    .where('agent_id', '=', agentId)
    .where('code_sha256', '=', hashCode(agentId, code))
    .where('used_at', 'is', null)
    .executeTakeFirst()
  if (Number(used.numUpdatedRows) === 0) return null
  const left = await tx
    .selectFrom('recovery_code')
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .where('workspace_id', '=', workspaceId)
    .where('agent_id', '=', agentId)
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow()
  return { way: 'recovery', left: Number(left.n) }
}

/** The agent who is signed in, locked. Throws `session.required` for programs. */
async function lockSelf({ tx, workspaceId, caller }: CommandContext): Promise<AgentRow> {
  if (caller.actor.kind !== 'agent' || !caller.actor.id) throw new ConsoleError('session.required')
  return lockAgent(tx, workspaceId, caller.actor.id)
}

/** What counts of the person who is signed in. Throws `session.locked` while too many attempts failed. */
async function readAttempts({ tx, workspaceId, now }: CommandContext, agentId: string) {
  const row = await tx
    .selectFrom('agent_credential')
    .select(['password_hash as hash', 'failures', 'locked_until as lockedUntil'])
    .where('workspace_id', '=', workspaceId)
    .where('agent_id', '=', agentId)
    .forUpdate()
    .executeTakeFirst()
  if (row?.lockedUntil && row.lockedUntil > now) throw lockedError(now, row.lockedUntil)
  return row
}
type Attempts = Awaited<ReturnType<typeof readAttempts>>

/** Counts a wrong password or code as sign-in does, so that a session left open is no way to guess either. */
async function failCheck(
  context: CommandContext,
  agent: AgentRow,
  attempts: Attempts,
  check: 'password' | 'code',
): Promise<void> {
  const failures = attempts?.failures ?? 0
  context.record(agentCheckFailed, { check, failures: failures + 1 }, ofAgent(agent))
  await countFailure(context, { id: agent.agentId, named: agent.namedBy, failures })
  context.refuseAfterCommit(
    new ConsoleError(check === 'code' ? 'session.wrong_code' : 'session.wrong_credentials'),
  )
}

async function removeTwoFactor({ tx, workspaceId }: CommandContext, agentId: string): Promise<void> {
  for (const table of ['agent_two_factor', 'recovery_code'] as const)
    await tx
      .deleteFrom(table)
      .where('workspace_id', '=', workspaceId)
      .where('agent_id', '=', agentId)
      .execute()
}

const ofAgent = (agent: AgentRow) => ({
  subject: { id: agent.agentId, named: agent.namedBy },
  agents: [agent.agentId],
})

/** The commands about one's own password and second factor, and an administrator's help when it is lost. */
export function createCredentialCommands(secret: InstallationSecret) {
  return [
    defineCommandHandler(enableTwoFactor, {
      handle: async (context, input) => {
        const { tx, workspaceId, now } = context
        const agent = await lockSelf(context)
        if (await hasTwoFactor(tx, workspaceId, agent.agentId))
          throw new ConsoleError('two_factor.already_enabled')
        const step = stepOfCode(input.secret, input.code, millisOf(now))
        if (step === null) throw new ConsoleError('session.wrong_code')
        await tx
          .insertInto('agent_two_factor')
          .values({
            workspace_id: workspaceId,
            agent_id: agent.agentId,
            sealed: seal(
              secret.key('two-factor'),
              Buffer.from(input.secret),
              sealContext(workspaceId, agent.agentId),
            ),
            enabled_at: now,
            last_step: step,
          })
          .execute()
        const recoveryCodes = await keepRecoveryCodes(context, agent.agentId)
        context.record(twoFactorEnabled, { recoveryCodes: recoveryCodes.length }, ofAgent(agent))
        return { recoveryCodes }
      },
    }),
    defineCommandHandler(disableTwoFactor, {
      handle: async (context, { password, code }) => {
        const agent = await lockSelf(context)
        const attempts = await readAttempts(context, agent.agentId)
        if (!(await checkPassword(attempts?.hash ?? null, password))) {
          await failCheck(context, agent, attempts, 'password')
          return {}
        }
        if (!(await hasTwoFactor(context.tx, context.workspaceId, agent.agentId)))
          throw new ConsoleError('two_factor.not_enabled')
        const roles = rolesIn(await readSetting(context.tx, context.workspaceId, 'access.two_factor_roles'))
        if (roles.includes(agent.role)) throw new ConsoleError('two_factor.required', { role: agent.role })
        if (!(await takeCode(context, secret, agent.agentId, code))) {
          await failCheck(context, agent, attempts, 'code')
          return {}
        }
        await setFailures(context, agent.agentId, 0, null)
        await removeTwoFactor(context, agent.agentId)
        context.record(twoFactorDisabled, { by: 'person', sessionsEnded: 0 }, ofAgent(agent))
        return {}
      },
    }),
    defineCommandHandler(renewRecoveryCodes, {
      handle: async (context, { code }) => {
        const agent = await lockSelf(context)
        if (!(await hasTwoFactor(context.tx, context.workspaceId, agent.agentId)))
          throw new ConsoleError('two_factor.not_enabled')
        const attempts = await readAttempts(context, agent.agentId)
        if (!(await takeCode(context, secret, agent.agentId, code))) {
          await failCheck(context, agent, attempts, 'code')
          return { recoveryCodes: [] }
        }
        await setFailures(context, agent.agentId, 0, null)
        const recoveryCodes = await keepRecoveryCodes(context, agent.agentId)
        context.record(twoFactorCodesRenewed, { recoveryCodes: recoveryCodes.length }, ofAgent(agent))
        return { recoveryCodes }
      },
    }),
    resetTwoFactorCommand,
    changePasswordCommand,
  ]
}

const resetTwoFactorCommand = defineCommandHandler(resetTwoFactor, {
  handle: async (context, { agentId, reasonText }) => {
    const { tx, workspaceId, now } = context
    const agent = await lockAgent(tx, workspaceId, agentId)
    await requireRank(context, agent.role)
    if (!(await hasTwoFactor(tx, workspaceId, agentId))) throw new ConsoleError('two_factor.not_enabled')
    await removeTwoFactor(context, agentId)
    // whoever has the lost device may have a session as well
    const ended = await endSessions(tx, workspaceId, agentId, now)
    context.record(
      twoFactorDisabled,
      { by: 'reset', sessionsEnded: ended.length },
      { ...ofAgent(agent), parts: { reasonText } },
    )
    for (const id of ended)
      context.record(sessionRevoked, { cause: 'two_factor_reset' }, { subject: { id }, agents: [agentId] })
    return {}
  },
})

const changePasswordCommand = defineCommandHandler(changePassword, {
  prepare: ({ password }) => hashPassword(password),
  handle: async (context, { current, password }, passwordHash) => {
    const { tx, workspaceId, now, caller } = context
    const agent = await lockSelf(context)
    const attempts = await readAttempts(context, agent.agentId)
    if (!(await checkPassword(attempts?.hash ?? null, current))) {
      await failCheck(context, agent, attempts, 'password')
      return {}
    }
    await requireGoodPassword(tx, workspaceId, password, agent.email)
    await tx
      .updateTable('agent_credential')
      .set({ password_hash: passwordHash, failures: 0, locked_until: null })
      .where('workspace_id', '=', workspaceId)
      .where('agent_id', '=', agent.agentId)
      .execute()
    const ended = await endSessions(tx, workspaceId, agent.agentId, now, caller.via.sessionId ?? undefined)
    context.record(agentPasswordChanged, { sessionsEnded: ended.length }, ofAgent(agent))
    for (const id of ended)
      context.record(
        sessionRevoked,
        { cause: 'password_changed' },
        { subject: { id }, agents: [agent.agentId] },
      )
    return {}
  },
})
