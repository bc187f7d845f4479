import type { RoleKey } from '@tracedesk/contracts'
import { sql } from 'kysely'
import type { ReadDb, Tx } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'

export interface AgentRow {
  readonly agentId: string
  readonly name: string
  readonly email: string
  readonly role: RoleKey
  readonly state: 'invited' | 'active' | 'deactivated'
  readonly namedBy: string
}

const AGENT = ['agent_id as agentId', 'name', 'email', 'role', 'state', 'named_by as namedBy'] as const

/** Locks a seat. Throws `agent.not_found`. */
export async function lockAgent(tx: Tx, workspaceId: string, agentId: string): Promise<AgentRow> {
  const row = await tx
    .selectFrom('agent')
    .select(AGENT)
    .where('workspace_id', '=', workspaceId)
    .where('agent_id', '=', agentId)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw new ConsoleError('agent.not_found', { agentId })
  return row as AgentRow
}

/** A seat that can hold work. Throws `agent.not_found`, or `agent.inactive` when it is not (any longer) taken. */
export async function requireActiveAgent(tx: Tx, workspaceId: string, agentId: string): Promise<AgentRow> {
  const row = await tx
    .selectFrom('agent')
    .select(AGENT)
    .where('workspace_id', '=', workspaceId)
    .where('agent_id', '=', agentId)
    .forShare()
    .executeTakeFirst()
  if (!row) throw new ConsoleError('agent.not_found', { agentId })
  if (row.state !== 'active') throw new ConsoleError('agent.inactive', { agentId })
  return row as AgentRow
}

/** Whether a seat was invited, is taken, or closed. */
export async function setAgentState(
  tx: Tx,
  workspaceId: string,
  agentId: string,
  state: AgentRow['state'],
): Promise<void> {
  await tx
    .updateTable('agent')
    .set({ state })
    .where('workspace_id', '=', workspaceId)
    .where('agent_id', '=', agentId)
    .execute()
}

/** No link that was made for a seat leads anywhere from now on. */
export async function endLinks(tx: Tx, workspaceId: string, agentId: string, now: string): Promise<void> {
  await tx
    .updateTable('invitation')
    .set({ used_at: now })
    .where('workspace_id', '=', workspaceId)
    .where('agent_id', '=', agentId)
    .where('used_at', 'is', null)
    .execute()
}

/** How many could agree to a destruction: owners and administrators with a seat. With more than one, it takes two. */
export async function countAdministrators(db: ReadDb | Tx, workspaceId: string): Promise<number> {
  const row = await db
    .selectFrom('agent')
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .where('workspace_id', '=', workspaceId)
    .where('state', '=', 'active')
    .where('role', 'in', ['owner', 'admin'])
    .executeTakeFirstOrThrow()
  return Number(row.n)
}

/** The departments agents belong to now. */
export async function departmentsOf(
  db: ReadDb | Tx,
  workspaceId: string,
  agentId: string,
): Promise<string[]> {
  const rows = await db
    .selectFrom('department_member')
    .select('department_id')
    .where('workspace_id', '=', workspaceId)
    .where('agent_id', '=', agentId)
    .orderBy('department_id')
    .execute()
  return rows.map(row => row.department_id)
}

/**
 * A department that something may lead to, held so that nobody deletes it until this transaction is over. Throws
 * `department.not_found`.
 */
export async function requireDepartment(tx: Tx, workspaceId: string, departmentId: string): Promise<void> {
  const row = await tx
    .selectFrom('department')
    .select('department_id')
    .where('workspace_id', '=', workspaceId)
    .where('department_id', '=', departmentId)
    .where('deleted_at', 'is', null)
    .forShare()
    .executeTakeFirst()
  if (!row) throw new ConsoleError('department.not_found', { departmentId })
}

/** Locks a department. Throws `department.not_found`. */
export async function lockDepartment(
  tx: Tx,
  workspaceId: string,
  departmentId: string,
): Promise<{ name: string }> {
  const row = await tx
    .selectFrom('department')
    .select('name')
    .where('workspace_id', '=', workspaceId)
    .where('department_id', '=', departmentId)
    .where('deleted_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw new ConsoleError('department.not_found', { departmentId })
  return row
}

/** Ends the living sessions of an agent (all, or all but one); returns their ids. */
export async function endSessions(
  tx: Tx,
  workspaceId: string,
  agentId: string,
  now: string,
  keep?: string,
): Promise<string[]> {
  let ending = tx
    .updateTable('session')
    .set({ ended_at: now })
    .where('workspace_id', '=', workspaceId)
    .where('agent_id', '=', agentId)
    .where('ended_at', 'is', null)
  if (keep) ending = ending.where('session_id', '!=', keep)
  return (await ending.returning('session_id').execute()).map(row => row.session_id)
}

/** How many active owners the workspace has; the last one can neither step down nor be closed out. */
export async function countOwners(tx: Tx, workspaceId: string): Promise<number> {
  const { rows } = await sql<{
    n: number
  }>`select count(*) as n from (select from agent where workspace_id = ${workspaceId} and role = 'owner' and state = 'active' for update) t`.execute(
    tx,
  )
  return rows[0]?.n ?? 0
}
