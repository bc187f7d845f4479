import { sql } from 'kysely'
import type { Caller } from '../../command/caller.ts'
import type { CommandContext } from '../../command/define.ts'
import { callerOf, type SeatRow, seatSql } from './callers.ts'
import { endLapsed, standInFor } from './impersonation.ts'

interface Open {
  readonly impersonationId: string
  readonly agentId: string
  readonly inNameOf: string
}

/**
 * Ends whatever is done in a colleague's name and may be no longer, now that somebody's role, switches or seat have
 * changed: the one who acts has lost the permission, the other stands as high as they, or a seat is closed. Runs in the
 * transaction of that change, after it.
 */
export async function endGroundless(context: CommandContext): Promise<void> {
  const { tx, workspaceId } = context
  const { rows: open } =
    await sql<Open>`select impersonation_id as "impersonationId", agent_id as "agentId", in_name_of as "inNameOf"
    from impersonation where workspace_id = ${workspaceId} and ended_at is null`.execute(tx)
  if (open.length === 0) return
  const ids = [...new Set(open.flatMap(({ agentId, inNameOf }) => [agentId, inNameOf]))]
  const { rows: seats } = await sql<SeatRow>`select ${seatSql} from agent a
    where a.workspace_id = ${workspaceId} and a.agent_id = any(${ids}::uuid[]) and a.state = 'active'`.execute(
    tx,
  )
  const seatOf = (id: string) => seats.find(({ agentId }) => agentId === id)
  const stands = ({ agentId, inNameOf }: Open) => {
    const [own, other] = [seatOf(agentId), seatOf(inNameOf)]
    return own && other && standInFor(asCaller(context.caller, own), callerOf(other, false)) !== null
  }
  await endLapsed(
    context,
    open.filter(one => !stands(one)).map(({ impersonationId }) => impersonationId),
  )
}

/** A seat as the caller it would be, at whatever address. */
const asCaller = ({ workspaceId, address, via }: Caller, seat: SeatRow): Caller => ({
  workspaceId,
  address,
  via,
  ...callerOf(seat, false),
})
