import { type RawBuilder, sql } from 'kysely'
import { type Caller, scopeKindOf } from '../../command/caller.ts'
import type { ReadDb } from '../../db/database.ts'

/** A span of time in which the viewer led a department. `to` is null while they still do. */
export interface LeadPeriod {
  readonly departmentId: string
  readonly from: string
  readonly to: string | null
}

/**
 * How far a viewer sees (DESIGN section 6). The one description that lists, counts, search, timeline, sockets and
 * exports are judged by, in SQL (`entryScopeSql`, `conversationScopeSql`) and in memory (`seesEntry`,
 * `seesConversation`); a property test holds the two against each other.
 */
export type Scope =
  | { readonly kind: 'all'; readonly agentId: string; readonly bots: readonly string[] | null }
  | {
      readonly kind: 'departments'
      readonly agentId: string
      readonly periods: readonly LeadPeriod[]
      readonly departments: readonly string[]
      /** Who is in a department they lead now. */
      readonly team: readonly string[]
      readonly bots: readonly string[] | null
    }
  | {
      readonly kind: 'own'
      readonly agentId: string
      readonly departments: readonly string[]
      readonly bots: readonly string[] | null
    }

/** Stands for nobody: a program's token has no seat, and owns only what it did itself. */
const NOBODY = '00000000-0000-8000-8000-000000000000'

/** The scope of a caller, from role, membership and bots: leading is what it was when the event happened. */
export async function scopeOf(db: ReadDb, caller: Caller): Promise<Scope> {
  const { actor, workspaceId, standing } = caller
  const kind = scopeKindOf(caller)
  const agentId = actor.id ?? NOBODY
  const bots = standing?.bots ?? null
  if (kind === 'all') return { kind, agentId, bots }
  if (kind === 'own') return { kind, agentId, departments: actor.departments, bots }
  const rows = await db
    .selectFrom('department_lead_period')
    .select(['department_id', 'from_at', 'to_at'])
    .where('workspace_id', '=', workspaceId)
    .where('agent_id', '=', agentId)
    .execute()
  const periods = rows.map(row => ({ departmentId: row.department_id, from: row.from_at, to: row.to_at }))
  const team = await membersOf(
    db,
    workspaceId,
    periods.filter(({ to }) => to === null).map(({ departmentId }) => departmentId),
  )
  return { kind, agentId, departments: actor.departments, periods, team, bots }
}

async function membersOf(db: ReadDb, workspaceId: string, departments: string[]): Promise<string[]> {
  if (departments.length === 0) return []
  const rows = await db
    .selectFrom('department_member')
    .select('agent_id')
    .distinct()
    .where('workspace_id', '=', workspaceId)
    .where('department_id', 'in', departments)
    .execute()
  return rows.map(row => row.agent_id)
}

/** Does this scope see everything there is, whatever the bot? */
export const seesEverything = (scope: Scope): boolean => scope.kind === 'all' && scope.bots === null

const serves = ({ bots }: Scope, botId: string | null): boolean =>
  bots === null || botId === null || bots.includes(botId)

/** What scoping needs to know of an entry. */
export interface ScopedEntry {
  readonly at: string
  readonly reach: string
  readonly actor_kind: string
  readonly actor_id: string | null
  readonly bot_id: string | null
  readonly agent_ids: readonly string[]
  readonly department_ids: readonly string[]
}

/**
 * May this scope see an entry? All: yes. Own: what one did, and work on conversations while one held them.
 * Departments: that, and the work of departments led at that moment. Settings and access stay with administrators,
 * except one's own deeds. Whoever serves only some bots sees of the others no more than what they did or held.
 */
export function seesEntry(scope: Scope, entry: ScopedEntry): boolean {
  if (seesEverything(scope)) return true
  if (entry.actor_kind === 'agent' && entry.actor_id === scope.agentId) return true
  if (scope.kind === 'all' && serves(scope, entry.bot_id)) return true
  if (entry.reach !== 'work') return false
  if (entry.agent_ids.includes(scope.agentId)) return true
  if (scope.kind !== 'departments' || !serves(scope, entry.bot_id)) return false
  return scope.periods.some(
    ({ departmentId, from, to }) =>
      entry.department_ids.includes(departmentId) && entry.at >= from && (to === null || entry.at < to),
  )
}

/** The same as a condition on log_entry or log_pending, whose alias is `e`. */
export function entryScopeSql(scope: Scope): RawBuilder<boolean> {
  if (seesEverything(scope)) return sql<boolean>`true`
  const own = sql<boolean>`(e.actor_kind = 'agent' and e.actor_id = ${scope.agentId})`
  const held = sql<boolean>`(e.reach = 'work' and e.agent_ids @> array[${scope.agentId}]::uuid[])`
  const served =
    scope.bots === null ? null : sql<boolean>`(e.bot_id is null or ${servedSql('e', scope.bots)})`
  if (scope.kind === 'all')
    return sql<boolean>`(${sql.join([own, held, ...(served ? [served] : [])], sql` or `)})`
  const led =
    scope.kind === 'own'
      ? []
      : scope.periods.map(
          ({ departmentId, from, to }) =>
            sql<boolean>`(e.department_ids @> array[${departmentId}]::uuid[] and e.at >= ${from} and e.at < coalesce(${to}::timestamptz, 'infinity'))`,
        )
  if (led.length === 0) return sql<boolean>`(${own} or ${held})`
  const ledSql = sql<boolean>`(e.reach = 'work' and (${sql.join(led, sql` or `)}))`
  return sql<boolean>`(${own} or ${held} or ${served ? sql<boolean>`(${served} and ${ledSql})` : ledSql})`
}

const servedSql = (alias: 'c' | 'e', bots: readonly string[]): RawBuilder<boolean> =>
  sql<boolean>`${sql.ref(`${alias}.bot_id`)} = any(${[...bots]}::uuid[])`

/** What scoping needs to know of a conversation as it is now. */
export interface ScopedConversation {
  readonly bot_id: string | null
  readonly assignee_id: string | null
  readonly department_id: string | null
  /** To whom it has been handed and who has not accepted yet. */
  readonly offered_agent_id: string | null
  readonly offered_department_id: string | null
}

/**
 * May this scope work with a conversation? Everyone with a desk: their own, whatever lies in their departments, and
 * the queue that belongs to no department, and what was offered to them or their departments. Supervisors: also the
 * departments they lead, and what the people there hold of no department. All of it only of the bots they serve.
 * Departments and bots here are today's: this is the desk, not history.
 */
export function seesConversation(scope: Scope, conversation: ScopedConversation): boolean {
  if (!serves(scope, conversation.bot_id)) return false
  if (scope.kind === 'all') return true
  const { assignee_id: assignee, department_id: department } = conversation
  if (assignee === scope.agentId || conversation.offered_agent_id === scope.agentId) return true
  const own = deskDepartments(scope)
  if (conversation.offered_department_id !== null && own.includes(conversation.offered_department_id))
    return true
  if (department !== null) return own.includes(department)
  return assignee === null || teamOf(scope).includes(assignee)
}

/** The same as a condition on conversation, whose alias is `c`. */
export function conversationScopeSql(scope: Scope): RawBuilder<boolean> {
  const served = scope.bots === null ? null : servedSql('c', scope.bots)
  if (scope.kind === 'all') return served ?? sql<boolean>`true`
  const desk = sql<boolean>`(c.assignee_id = ${scope.agentId} or (c.department_id is null and c.assignee_id is null)
    or c.department_id = any(${deskDepartments(scope)}::uuid[]) or ${offeredToSql(scope)}${heldByTeamSql(scope)})`
  return served ? sql<boolean>`(${served} and ${desk})` : desk
}

/** Conversations (alias `c`) that were handed to the viewer or to a department on their desk, and not accepted yet. */
function offeredToSql(scope: Exclude<Scope, { kind: 'all' }>): RawBuilder<boolean> {
  return sql<boolean>`(c.offer_entry_id is not null and (c.offered_agent_id = ${scope.agentId} or c.offered_department_id = any(${deskDepartments(scope)}::uuid[])))`
}

const teamOf = (scope: Scope): readonly string[] => (scope.kind === 'departments' ? scope.team : [])

function heldByTeamSql(scope: Scope): RawBuilder<unknown> {
  const team = teamOf(scope)
  return team.length === 0
    ? sql``
    : sql` or (c.department_id is null and c.assignee_id = any(${[...team]}::uuid[]))`
}

/** Departments whose conversations are on the viewer's desk: those they belong to, and those they lead now. */
function deskDepartments(scope: Exclude<Scope, { kind: 'all' }>): string[] {
  const led =
    scope.kind === 'departments'
      ? scope.periods.filter(period => period.to === null).map(period => period.departmentId)
      : []
  return [...new Set([...scope.departments, ...led])]
}

/**
 * Cases (dispute, alias `d`) that a scope sees: all, or those the viewer opened or takes part in, and those about
 * departments the viewer led when they were opened.
 */
export function disputeScopeSql(scope: Scope): RawBuilder<boolean> {
  if (scope.kind === 'all') return sql<boolean>`true`
  const own = sql<boolean>`(d.opened_by = ${scope.agentId} or exists (select from dispute_participant p
    where p.workspace_id = d.workspace_id and p.dispute_id = d.dispute_id and p.agent_id = ${scope.agentId}))`
  const led = scope.kind === 'departments' ? scope.periods : []
  if (led.length === 0) return own
  const periods = led.map(
    ({ departmentId, from, to }) =>
      sql`(d.department_ids @> array[${departmentId}]::uuid[] and d.opened_at >= ${from} and d.opened_at < coalesce(${to}::timestamptz, 'infinity'))`,
  )
  return sql<boolean>`(${own} or ${sql.join(periods, sql` or `)})`
}

/**
 * What a scope sees of the log inside a case about some conversations: what it sees anyway, and for supervisors what
 * happened in those conversations while they lay in the queue of nobody, which was on every desk. Without that, the
 * first message of a customer would be missing from the case about it. A condition on log_entry or log_pending, `e`.
 */
export function caseEntryScopeSql(scope: Scope, conversationIds: readonly string[]): RawBuilder<boolean> {
  if (scope.kind !== 'departments' || conversationIds.length === 0) return entryScopeSql(scope)
  const served = scope.bots === null ? sql`true` : servedSql('e', scope.bots)
  return sql<boolean>`(${entryScopeSql(scope)} or (e.reach = 'work' and e.agent_ids = '{}' and e.department_ids = '{}'
    and e.conversation_id = any(${[...conversationIds]}::uuid[]) and ${served}))`
}
