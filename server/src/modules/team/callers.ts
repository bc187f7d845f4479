import type { Switch } from '@tracedesk/contracts'
import { sql } from 'kysely'
import type pg from 'pg'
import type { Caller } from '../../command/caller.ts'
import type { ReadDb } from '../../db/database.ts'
import { sameBytes, sha256 } from '../../kernel/secret.ts'
import { standInFor } from './impersonation.ts'
import { addressOf } from './sessions.ts'
import { builtInRole, customRole, type RoleRow, rolesIn, standingOf } from './standing.ts'

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

export interface SeatRow {
  readonly agentId: string
  readonly role: string
  readonly named: string
  readonly bots: string[] | null
  readonly departments: string[]
  readonly roleRow: RoleRow | null
  readonly switches: Partial<Record<Switch, boolean>> | null
}

interface SessionRow extends SeatRow {
  readonly workspaceId: string
  readonly sessionId: string
  readonly address: Buffer
  readonly origin: string
  readonly asksSecondFactor: string | null
  readonly hasSecondFactor: boolean
  readonly method: string
  readonly standsIn: boolean
}

const roleRowSql = sql`(select to_jsonb(r) from role r where r.workspace_id = a.workspace_id and r.role = a.role and r.deleted_at is null)`

/** Columns of a seat: agent `a`. */
export const seatSql = sql`a.agent_id as "agentId", a.role, a.named_by as named, a.bots, ${roleRowSql} as "roleRow",
  array(select m.department_id from department_member m where m.workspace_id = a.workspace_id and m.agent_id = a.agent_id order by 1) as departments,
  (select jsonb_object_agg(w.switch, w.granted) from agent_switch w where w.workspace_id = a.workspace_id and w.agent_id = a.agent_id) as switches`

/** What a seat may, how far it reaches, and how entries name it. */
export const callerOf = (
  { agentId, role, named, bots, departments, roleRow, switches }: SeatRow,
  mustEnrol: boolean,
) => ({
  ...standingOf(builtInRole(role) ?? customRole(role, roleRow), {
    switches: switches ?? {},
    bots,
    mustEnrol,
  }),
  actor: { kind: 'agent' as const, id: agentId, role, departments, named },
})

/** The seat in whose name a session acts now; undefined when it is nobody's, or not any longer. */
async function seatStoodInFor(db: ReadDb, { workspaceId, sessionId }: SessionRow) {
  const { rows } = await sql<SeatRow>`select ${seatSql} from impersonation i
    join agent a on a.workspace_id = i.workspace_id and a.agent_id = i.in_name_of
    where i.workspace_id = ${workspaceId} and i.session_id = ${sessionId} and i.ended_at is null and i.expires_at > now()
      and a.state = 'active'`.execute(db as never)
  return rows[0]
}

/** Who a session token stands for; null when it is unknown, ended, expired, or its seat is closed. */
export async function resolveSession(
  db: ReadDb,
  token: string,
  facts: RequestFacts,
): Promise<ResolvedCaller | null> {
  const { rows } = await sql<SessionRow>`
    select s.workspace_id as "workspaceId", s.session_id as "sessionId", s.address_sha256 as address,
      s.origin_entry_id as origin, s.method, ${seatSql},
      exists (select from impersonation i where i.workspace_id = s.workspace_id and i.session_id = s.session_id and i.ended_at is null) as "standsIn",
      (select t.value #>> '{}' from setting t where t.workspace_id = a.workspace_id and t.key = 'access.two_factor_roles') as "asksSecondFactor",
      exists (select from agent_two_factor f where f.workspace_id = a.workspace_id and f.agent_id = a.agent_id) as "hasSecondFactor"
    from session s join agent a on a.workspace_id = s.workspace_id and a.agent_id = s.agent_id
    where s.token_sha256 = ${sha256(token)} and s.ended_at is null and s.expires_at > now() and a.state = 'active'`.execute(
    db as never,
  )
  const row = rows[0]
  if (!row) return null
  const { role } = row
  // whoever signs in elsewhere is asked for their factors there
  const mustEnrol =
    row.method !== 'oidc' && !row.hasSecondFactor && rolesIn(row.asksSecondFactor).includes(role)
  const address = { ip: facts.ip, userAgent: facts.userAgent }
  const { requestId } = facts
  const own: Caller = {
    workspaceId: row.workspaceId,
    address,
    ...callerOf(row, mustEnrol),
    via: { source: 'console', requestId, sessionId: row.sessionId, origin: row.origin },
  }
  const other = row.standsIn ? await seatStoodInFor(db, row) : undefined
  return {
    caller: (other && standInFor(own, callerOf(other, false))) || own,
    moved: !sameBytes(addressOf(address), row.address),
  }
}

interface TokenRow {
  readonly workspaceId: string
  readonly tokenId: string
  readonly role: string
  readonly permissions: string[] | null
  readonly roleRow: RoleRow | null
}

/** Who a program's token stands for; null when it is unknown, revoked or expired. */
export async function resolveApiToken(
  db: ReadDb,
  token: string,
  facts: RequestFacts,
): Promise<Caller | null> {
  const { rows } = await sql<TokenRow>`
    select a.workspace_id as "workspaceId", a.api_token_id as "tokenId", a.role, a.permissions, ${roleRowSql} as "roleRow"
    from api_token a where a.token_sha256 = ${sha256(token)} and a.revoked_at is null
      and (a.expires_at is null or a.expires_at > now())`.execute(db as never)
  const row = rows[0]
  if (!row) return null
  const role = builtInRole(row.role) ?? customRole(row.role, row.roleRow)
  const { standing } = standingOf(role, { switches: {}, bots: null, mustEnrol: false })
  return {
    workspaceId: row.workspaceId,
    address: { ip: facts.ip, userAgent: facts.userAgent },
    // narrowed to what the token was made for; whatever its role has lost since, it has lost too
    permissions: row.permissions
      ? new Set(row.permissions.filter(name => role.permissions.has(name)))
      : role.permissions,
    standing,
    actor: { kind: 'api_token', id: row.tokenId, role: row.role, departments: [], named: null },
    via: { source: 'api', requestId: facts.requestId, sessionId: null, origin: null },
  }
}

/** Notes that a program used its token, at most once a minute. Not state, so nothing is recorded. */
export async function noteTokenUse(app: pg.Pool, { workspaceId, actor }: Caller): Promise<void> {
  await app.query(
    `insert into api_token_use (workspace_id, api_token_id, used_at) values ($1, $2, now())
     on conflict (workspace_id, api_token_id) do update set used_at = excluded.used_at
       where api_token_use.used_at < excluded.used_at - interval '1 minute'`,
    [workspaceId, actor.id],
  )
}
