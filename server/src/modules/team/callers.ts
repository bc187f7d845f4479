import { ROLE_PERMISSIONS, type Role } from '@tracedesk/contracts'
import { sql } from 'kysely'
import type { Caller } from '../../command/caller.ts'
import type { ReadDb } from '../../db/database.ts'
import { sameBytes, sha256 } from '../../kernel/secret.ts'
import { addressOf } from './sessions.ts'

export interface RequestFacts {
  readonly requestId: string
  readonly ip: string
  readonly userAgent: string
}

/** A caller with what the session needs to be told: that it moved to another address. */
export interface ResolvedCaller {
  readonly caller: Caller
  readonly moved: boolean
}

/** Who a session token stands for; null when it is unknown, ended, expired, or its seat is closed. */
export async function resolveSession(
  db: ReadDb,
  token: string,
  facts: RequestFacts,
): Promise<ResolvedCaller | null> {
  const row = await db
    .selectFrom('session as s')
    .innerJoin('agent as a', join =>
      join.onRef('a.workspace_id', '=', 's.workspace_id').onRef('a.agent_id', '=', 's.agent_id'),
    )
    .select([
      's.workspace_id',
      's.session_id',
      's.agent_id',
      's.address_sha256',
      's.origin_entry_id',
      'a.role',
      'a.named_by',
      sql<
        string[]
      >`array(select m.department_id from department_member m where m.workspace_id = a.workspace_id and m.agent_id = a.agent_id order by 1)`.as(
        'departments',
      ),
    ])
    .where('s.token_sha256', '=', sha256(token))
    .where('s.ended_at', 'is', null)
    .where('s.expires_at', '>', sql<string>`now()`)
    .where('a.state', '=', 'active')
    .executeTakeFirst()
  if (!row) return null
  const role = row.role as Role
  const address = { ip: facts.ip, userAgent: facts.userAgent }
  return {
    caller: {
      workspaceId: row.workspace_id,
      address,
      permissions: ROLE_PERMISSIONS[role],
      actor: { kind: 'agent', id: row.agent_id, role, departments: row.departments, named: row.named_by },
      via: {
        source: 'console',
        requestId: facts.requestId,
        sessionId: row.session_id,
        origin: row.origin_entry_id,
      },
    },
    moved: !sameBytes(addressOf(address), row.address_sha256),
  }
}

/** Who a program's token stands for; null when it is unknown, revoked or expired. */
export async function resolveApiToken(
  db: ReadDb,
  token: string,
  facts: RequestFacts,
): Promise<Caller | null> {
  const row = await db
    .selectFrom('api_token')
    .select(['workspace_id', 'api_token_id', 'role'])
    .where('token_sha256', '=', sha256(token))
    .where('revoked_at', 'is', null)
    .where(eb => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', sql<string>`now()`)]))
    .executeTakeFirst()
  if (!row) return null
  const role = row.role as Role
  return {
    workspaceId: row.workspace_id,
    address: { ip: facts.ip, userAgent: facts.userAgent },
    permissions: ROLE_PERMISSIONS[role],
    actor: { kind: 'api_token', id: row.api_token_id, role, departments: [], named: null },
    via: { source: 'api', requestId: facts.requestId, sessionId: null, origin: null },
  }
}
