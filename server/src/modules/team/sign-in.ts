import { type RoleKey, recoveryCodeUsed, sessionSignInFailed, signIn } from '@tracedesk/contracts'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import type { Tx } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import type { InstallationSecret } from '../../kernel/secret.ts'
import { countFailure, lockedError, setFailures } from './lock-out.ts'
import { checkPassword } from './password.ts'
import { addressParts, beginSession, sole } from './sessions.ts'
import { hasTwoFactor, takeCode } from './two-factor.ts'

/** Why somebody is not let in. */
type Cause = 'unknown_email' | 'wrong_password' | 'inactive' | 'locked' | 'code_missing' | 'wrong_code'

type Seat = NonNullable<Awaited<ReturnType<typeof findSeat>>>

const findSeat = (tx: Tx, workspaceId: string, email: string) =>
  tx
    .selectFrom('agent as a')
    .leftJoin('agent_credential as c', join =>
      join.onRef('c.workspace_id', '=', 'a.workspace_id').onRef('c.agent_id', '=', 'a.agent_id'),
    )
    .select([
      'a.agent_id as id',
      'a.name',
      'a.role',
      'a.state',
      'a.named_by as named',
      'c.password_hash as hash',
      'c.failures',
      'c.locked_until as lockedUntil',
    ])
    .where('a.workspace_id', '=', workspaceId)
    .where('a.email', '=', email.trim().toLowerCase())
    .forUpdate('a')
    .executeTakeFirst()

/**
 * Signing in with e-mail, password and, where there is one, a code of the second factor. Whoever is not let in is
 * recorded with why; the answer tells a stranger no more than that it did not fit.
 */
export const createSignIn = (secret: InstallationSecret) =>
  defineCommandHandler(signIn, {
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
      const { tx, workspaceId } = context
      if (!workspaceId) throw new ConsoleError('session.wrong_credentials')
      const seat = await findSeat(tx, workspaceId, input.email)
      const cause = await judge(context, secret, seat, input)
      if (seat && cause === null) {
        await setFailures(context, seat.id, 0, null)
        const { id, name, role, named } = seat
        return beginSession(context, { id, name, role: role as RoleKey, named }, 'password')
      }
      return refuse(context, seat, cause ?? 'wrong_password', input.email)
    },
  })

async function judge(
  context: CommandContext,
  secret: InstallationSecret,
  seat: Seat | undefined,
  { password, code }: { password: string; code?: string | undefined },
): Promise<Cause | null> {
  const locked = seat?.lockedUntil != null && seat.lockedUntil > context.now
  const fits = !locked && (await checkPassword(seat?.hash ?? null, password))
  if (!seat) return 'unknown_email'
  if (seat.state !== 'active') return 'inactive'
  if (locked) return 'locked'
  if (!fits) return 'wrong_password'
  if (!(await hasTwoFactor(context.tx, context.workspaceId, seat.id))) return null
  if (!code) return 'code_missing'
  const taken = await takeCode(context, secret, seat.id, code)
  if (taken?.way === 'recovery')
    context.record(
      recoveryCodeUsed,
      { left: taken.left },
      { subject: { id: seat.id, named: seat.named }, agents: [seat.id] },
    )
  return taken ? null : 'wrong_code'
}

async function refuse(context: CommandContext, seat: Seat | undefined, cause: Cause, email: string) {
  const { workspaceId, now } = context
  context.record(
    sessionSignInFailed,
    { cause },
    {
      subject: { id: seat?.id ?? workspaceId },
      ...(seat ? { agents: [seat.id] } : {}),
      parts: { email: email.slice(0, 254).toWellFormed(), ...addressParts(context) },
    },
  )
  if (seat && (cause === 'wrong_password' || cause === 'wrong_code')) await countFailure(context, seat)
  context.refuseAfterCommit(
    cause === 'locked'
      ? lockedError(now, seat?.lockedUntil)
      : cause === 'code_missing'
        ? new ConsoleError('session.code_required')
        : cause === 'wrong_code'
          ? new ConsoleError('session.wrong_code')
          : new ConsoleError('session.wrong_credentials'),
  )
  return REFUSED
}

/** Never sent: a refusal follows the commit. It only has the shape the contract asks for. */
const REFUSED = {
  token: '',
  expiresAt: '',
  agent: { id: '00000000-0000-8000-8000-000000000000', name: '-', role: 'agent' as const },
}
