import { agentLocked } from '@tracedesk/contracts'
import type { CommandContext } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { addMicros, millisOf } from '../../kernel/instant.ts'
import { readSetting } from './settings.ts'

/** Whose attempts are counted, and how many failed in a row before this one. */
export interface Counted {
  readonly id: string
  readonly named: string
  readonly failures: number | null
}

/** From so many failures on, the seat is closed for a minute, then two, four …, at most a quarter of an hour. */
export async function countFailure(context: CommandContext, seat: Counted): Promise<void> {
  const { tx, workspaceId, now } = context
  const failures = (seat.failures ?? 0) + 1
  const free = Number(await readSetting(tx, workspaceId, 'access.lock_after'))
  if (failures < free) return setFailures(context, seat.id, failures, null)
  const seconds = Math.min(15, 2 ** (failures - free)) * 60
  await setFailures(context, seat.id, failures, addMicros(now, seconds * 1_000_000))
  context.record(
    agentLocked,
    { failures, seconds },
    { subject: { id: seat.id, named: seat.named }, agents: [seat.id] },
  )
}

export async function setFailures(
  { tx, workspaceId }: CommandContext,
  agentId: string,
  failures: number,
  lockedUntil: string | null,
): Promise<void> {
  await tx
    .updateTable('agent_credential')
    .set({ failures, locked_until: lockedUntil })
    .where('workspace_id', '=', workspaceId)
    .where('agent_id', '=', agentId)
    .execute()
}

/** What somebody hears whose seat is closed until `lockedUntil`. */
export const lockedError = (now: string, lockedUntil: string | null | undefined): ConsoleError =>
  new ConsoleError('session.locked', {
    seconds: Math.ceil((millisOf(lockedUntil ?? now) - millisOf(now)) / 1000),
  })
