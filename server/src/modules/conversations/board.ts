import { getBoard, listBotRouting, listPresence, listTransferTargets } from '@tracedesk/contracts'
import { type RawBuilder, sql } from 'kysely'
import type { Caller } from '../../command/caller.ts'
import { defineQueryHandler, type Query, type QueryContext } from '../../command/define.ts'
import { conversationScopeSql, readReasons, readSetting, type Scope, scopeOf } from '../team/index.ts'
import { answerableSql } from './imported.ts'
import { isCustomerWithheld } from './queries.ts'
import { capacitySql, DEFAULT_ROUTING, loadSql } from './routing-store.ts'

/** Departments a scope looks after; null: all. */
export function departmentsIn(scope: Scope): string[] | null {
  if (scope.kind === 'all') return null
  const led =
    scope.kind === 'departments' ? scope.periods.filter(({ to }) => to === null).map(p => p.departmentId) : []
  return [...new Set([...scope.departments, ...led])]
}

/** Whom the board of somebody shows, of agents `a`: themselves and the people of some departments; null: everybody. */
export const theirsSql = ({ actor }: Caller, departments: readonly string[] | null): RawBuilder<unknown> =>
  departments === null
    ? sql`true`
    : sql`(a.agent_id = ${actor.id} or exists (select from department_member m where m.workspace_id = a.workspace_id
        and m.agent_id = a.agent_id and m.department_id = any(${[...departments]}::uuid[])))`

async function seats({ db, caller }: QueryContext, only: RawBuilder<unknown> = sql`true`) {
  const { rows } = await sql`
    select a.agent_id as id, a.name, coalesce(d.presence, 'offline') as state, d.reason_code as "reasonCode", d.since,
      ${loadSql(caller.workspaceId)} as load, ${capacitySql(caller.workspaceId)} as capacity, coalesce(d.languages, '{}') as languages,
      array(select m.department_id from department_member m where m.workspace_id = a.workspace_id and m.agent_id = a.agent_id order by 1) as "departmentIds"
    from agent a left join agent_desk d using (workspace_id, agent_id)
    where a.workspace_id = ${caller.workspaceId} and a.state = 'active' and a.role <> 'auditor' and ${only}
    order by array_position(array['online', 'away', 'offline'], coalesce(d.presence, 'offline')), a.name, a.agent_id`.execute(
    db as never,
  )
  return rows as never[]
}

/** Every department with its people and its queue; `only` narrows to some departments. */
async function queues({ db, caller }: QueryContext, only: readonly string[] | null) {
  const { rows } = await sql`
    select p.department_id as id, p.name,
      (select count(*) from department_member m join agent a using (workspace_id, agent_id) where m.workspace_id = p.workspace_id
        and m.department_id = p.department_id and a.state = 'active') as members,
      (select count(*) from department_member m join agent_desk d using (workspace_id, agent_id) where m.workspace_id = p.workspace_id
        and m.department_id = p.department_id and d.presence = 'online') as online,
      q.n as "queueLength", q.since as "waitingSince"
    from department p, lateral (select count(*) as n, min(c.waiting_since) as since from conversation c where c.workspace_id = p.workspace_id
      and c.department_id = p.department_id and c.assignee_id is null and c.status = 'in_progress'
      and ${answerableSql(caller.workspaceId)}) q
    where p.workspace_id = ${caller.workspaceId} and p.deleted_at is null and (${only}::uuid[] is null or p.department_id = any(${only}::uuid[]))
    order by p.name`.execute(db as never)
  return rows as never[]
}

/** The queue that belongs to no department: everybody works on it. */
async function commonQueue({ db, caller }: QueryContext) {
  const { rows } = await sql`
    select null as id, null as name,
      (select count(*) from agent a where a.workspace_id = ${caller.workspaceId} and a.state = 'active' and a.role <> 'auditor') as members,
      (select count(*) from agent_desk d where d.workspace_id = ${caller.workspaceId} and d.presence = 'online') as online,
      count(*) as "queueLength", min(c.waiting_since) as "waitingSince"
    from conversation c where c.workspace_id = ${caller.workspaceId} and c.department_id is null and c.assignee_id is null
      and c.status = 'in_progress' and ${answerableSql(caller.workspaceId)}`.execute(db as never)
  return rows as never[]
}

const WAITS_SHOWN = 20

async function longestWaits({ db, caller }: QueryContext, scope: Scope) {
  const { rows } = await sql<{ assignee_id: string | null; assignee_name: string }>`
    select c.conversation_id as id, cu.name as "customerName", c.department_id as "departmentId", c.priority,
      c.waiting_since as "waitingSince", a.agent_id as assignee_id, a.name as assignee_name
    from conversation c
    join customer cu on cu.workspace_id = c.workspace_id and cu.customer_id = c.customer_id
    left join agent a on a.workspace_id = c.workspace_id and a.agent_id = c.assignee_id
    where c.workspace_id = ${caller.workspaceId} and c.status <> 'resolved' and c.waiting_since is not null
      and c.snoozed_until is null and ${answerableSql(caller.workspaceId)} and ${conversationScopeSql(scope)}
    order by c.waiting_since, c.conversation_id limit ${WAITS_SHOWN}`.execute(db as never)
  const withheld = isCustomerWithheld(caller)
  return rows.map(({ assignee_id: id, assignee_name: name, ...row }) => ({
    ...row,
    ...(withheld ? { customerName: null } : {}),
    assignee: id ? { id, name } : null,
  })) as never[]
}

type Counts = { at: string; open: number; waiting: number; late: number; snoozed: number; offered: number }

async function counts({ db, caller }: QueryContext, scope: Scope): Promise<Counts> {
  const target = Number(await readSetting(db, caller.workspaceId, 'target.first_response_seconds'))
  const waits = sql`c.waiting_since is not null and c.snoozed_until is null`
  const { rows } = await sql<Counts>`
    select now() as at, count(*) as open, count(*) filter (where ${waits}) as waiting,
      count(*) filter (where ${waits} and c.waiting_since < now() - make_interval(secs => ${target})) as late,
      count(*) filter (where c.snoozed_until is not null) as snoozed, count(*) filter (where c.offer_entry_id is not null) as offered
    from conversation c where c.workspace_id = ${caller.workspaceId} and c.status <> 'resolved'
      and ${answerableSql(caller.workspaceId)} and ${conversationScopeSql(scope)}`.execute(db as never)
  const row = rows[0]
  if (!row) throw new Error('a count gave no row')
  return row
}

/** Who is there, where work can go, and the supervisor's live board. */
export function createBoardQueries(): Query[] {
  const presence = defineQueryHandler(listPresence, async context => ({
    items: await seats(context),
    awayReasons: await readReasons(context.db, context.caller.workspaceId, 'presence.away_reasons'),
  }))
  const targets = defineQueryHandler(listTransferTargets, async (context, { bot }) => ({
    agents: await seats(context, bot ? sql`(a.bots is null or ${bot} = any(a.bots))` : undefined),
    departments: await queues(context, null),
    reasons: await readReasons(context.db, context.caller.workspaceId, 'transfer.reasons'),
  }))
  const board = defineQueryHandler(getBoard, async context => {
    const scope = await scopeOf(context.db, context.caller)
    const departments = departmentsIn(scope)
    const [people, own, common, waits, totals] = await Promise.all([
      seats(context, theirsSql(context.caller, departments)),
      queues(context, departments),
      commonQueue(context),
      longestWaits(context, scope),
      counts(context, scope),
    ])
    return { ...totals, people, queues: [...common, ...own], waits }
  })
  const routing = defineQueryHandler(listBotRouting, async ({ db, caller }) => {
    const rows = await db
      .selectFrom('bot as b')
      .leftJoin('bot_routing as r', join =>
        join.onRef('r.workspace_id', '=', 'b.workspace_id').onRef('r.bot_id', '=', 'b.bot_id'),
      )
      .select(['b.bot_id', 'r.mode', 'r.department_id', 'r.fallback_department_id'])
      .where('b.workspace_id', '=', caller.workspaceId)
      .orderBy('b.name')
      .execute()
    return {
      items: rows.map(row => ({
        botId: row.bot_id,
        mode: row.mode ?? DEFAULT_ROUTING.mode,
        departmentId: row.department_id,
        fallbackDepartmentId: row.fallback_department_id,
      })) as never,
    }
  })
  return [presence, targets, board, routing] as unknown as Query[]
}
