import { type RawBuilder, sql } from 'kysely'
import type { Caller } from '../../command/caller.ts'
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
  | { readonly kind: 'all' }
  | {
      readonly kind: 'departments'
      readonly agentId: string
      readonly periods: readonly LeadPeriod[]
      readonly departments: readonly string[]
    }
  | { readonly kind: 'own'; readonly agentId: string; readonly departments: readonly string[] }

/** The scope of a caller, from role and membership: leading is what it was when the event happened. */
export async function scopeOf(db: ReadDb, caller: Caller): Promise<Scope> {
  const { actor, workspaceId } = caller
  if (
    caller.permissions === 'all' ||
    actor.role === 'owner' ||
    actor.role === 'admin' ||
    actor.role === 'auditor'
  )
    return { kind: 'all' }
  // a program's token has no seat: it owns what it did itself
  const agentId = actor.id ?? '00000000-0000-8000-8000-000000000000'
  if (actor.role !== 'supervisor') return { kind: 'own', agentId, departments: actor.departments }
  const rows = await db
    .selectFrom('department_lead_period')
    .select(['department_id', 'from_at', 'to_at'])
    .where('workspace_id', '=', workspaceId)
    .where('agent_id', '=', agentId)
    .execute()
  return {
    kind: 'departments',
    agentId,
    departments: actor.departments,
    periods: rows.map(row => ({ departmentId: row.department_id, from: row.from_at, to: row.to_at })),
  }
}

/** What scoping needs to know of an entry. */
export interface ScopedEntry {
  readonly at: string
  readonly reach: string
  readonly actor_kind: string
  readonly actor_id: string | null
  readonly agent_ids: readonly string[]
  readonly department_ids: readonly string[]
}

/**
 * May this scope see an entry? All: yes. Own: what one did, and work on conversations while one held them.
 * Departments: that, and the work of departments led at that moment. Settings and access stay with administrators,
 * except one's own deeds.
 */
export function seesEntry(scope: Scope, entry: ScopedEntry): boolean {
  if (scope.kind === 'all') return true
  if (entry.actor_kind === 'agent' && entry.actor_id === scope.agentId) return true
  if (entry.reach !== 'work') return false
  if (entry.agent_ids.includes(scope.agentId)) return true
  if (scope.kind === 'own') return false
  return scope.periods.some(
    ({ departmentId, from, to }) =>
      entry.department_ids.includes(departmentId) && entry.at >= from && (to === null || entry.at < to),
  )
}

/** The same as a condition on log_entry or log_pending, whose alias is `e`. */
export function entryScopeSql(scope: Scope): RawBuilder<boolean> {
  if (scope.kind === 'all') return sql<boolean>`true`
  const own = sql<boolean>`(e.actor_kind = 'agent' and e.actor_id = ${scope.agentId})`
  const held = sql<boolean>`e.agent_ids @> array[${scope.agentId}]::uuid[]`
  const led =
    scope.kind === 'own'
      ? []
      : scope.periods.map(
          ({ departmentId, from, to }) =>
            sql<boolean>`(e.department_ids @> array[${departmentId}]::uuid[] and e.at >= ${from} and e.at < coalesce(${to}::timestamptz, 'infinity'))`,
        )
  return sql<boolean>`(${own} or (e.reach = 'work' and (${sql.join([held, ...led], sql` or `)})))`
}

/** What scoping needs to know of a conversation as it is now. */
export interface ScopedConversation {
  readonly assignee_id: string | null
  readonly department_id: string | null
  /** To whom it has been handed and who has not accepted yet. */
  readonly offered_agent_id: string | null
  readonly offered_department_id: string | null
}

/**
 * May this scope work with a conversation? Everyone with a desk: their own, whatever lies in their departments, and
 * the queue that belongs to no department, and what was offered to them or their departments. Supervisors: also the
 * departments they lead. Departments here are today's: this is the desk, not history.
 */
export function seesConversation(scope: Scope, conversation: ScopedConversation): boolean {
  if (scope.kind === 'all') return true
  const { assignee_id: assignee, department_id: department } = conversation
  if (assignee === scope.agentId || conversation.offered_agent_id === scope.agentId) return true
  const own = deskDepartments(scope)
  if (conversation.offered_department_id !== null && own.includes(conversation.offered_department_id))
    return true
  return department === null ? assignee === null : own.includes(department)
}

/** The same as a condition on conversation, whose alias is `c`. */
export function conversationScopeSql(scope: Scope): RawBuilder<boolean> {
  if (scope.kind === 'all') return sql<boolean>`true`
  return sql<boolean>`(c.assignee_id = ${scope.agentId} or (c.department_id is null and c.assignee_id is null)
    or c.department_id = any(${deskDepartments(scope)}::uuid[]) or ${offeredToSql(scope)})`
}

/** Conversations (alias `c`) that were handed to the viewer or to a department on their desk, and not accepted yet. */
function offeredToSql(scope: Exclude<Scope, { kind: 'all' }>): RawBuilder<boolean> {
  return sql<boolean>`(c.offer_entry_id is not null and (c.offered_agent_id = ${scope.agentId} or c.offered_department_id = any(${deskDepartments(scope)}::uuid[])))`
}

/** Departments whose conversations are on the viewer's desk: those they belong to, and those they lead now. */
function deskDepartments(scope: Exclude<Scope, { kind: 'all' }>): string[] {
  const led =
    scope.kind === 'departments'
      ? scope.periods.filter(period => period.to === null).map(period => period.departmentId)
      : []
  return [...new Set([...scope.departments, ...led])]
}
