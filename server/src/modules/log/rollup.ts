import { type RawBuilder, sql } from 'kysely'
import { bindTx, type Databases, type Tx } from '../../db/database.ts'
import type { Logger } from '../../kernel/log.ts'
import { Turns } from '../../kernel/turns.ts'

/** So many positions are counted in one transaction. */
const SLICE = 20_000
/** A tree that grows is looked at this much later: by then there is more to count at once, and commands had their turn. */
const REST_MS = 1_500
/** Actors that are few; customers are many, and stand together as nobody. */
const COUNTED_ACTORS = sql`case when actor_kind in ('agent', 'api_token', 'rule', 'flow', 'operator') then actor_id end`

/** The columns entries are counted by, in the order of `combination`. */
export const ROLLUP_COLUMNS = sql.raw(
  'event, outcome, reach, source, actor_kind, actor_id, bot_id, agent_ids, department_ids',
)
const NOBODY = sql`'00000000-0000-0000-0000-000000000000'::uuid`

const PLAIN_COLUMNS = sql.raw('event, outcome, reach, source, actor_kind')

const SHARED = sql`r.workspace_id, r.start, r.start::timestamp at time zone 'UTC' as at, r.event, r.outcome, r.reach, r.source, r.actor_kind, r.n`

const NO_PEOPLE = sql`null::uuid as actor_id, null::uuid as bot_id, '{}'::uuid[] as agent_ids, '{}'::uuid[] as department_ids`

/** Which counts a question needs: `plain` ones know no people, bots or departments, and are few however large a team is. */
export type Counts = 'plain' | 'full'

/**
 * The counts of a workspace by `unit` as a relation with the columns of an entry, so that the same conditions hold for
 * both (its time is its unit's start), and `start` and `n`. `which` is a condition on `r.start`.
 */
export function rollupRows(
  counts: Counts,
  workspaceId: string,
  unit: 'month' | 'day',
  which: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const [table, people] =
    counts === 'plain'
      ? [sql`log_rollup_plain`, NO_PEOPLE]
      : [
          sql`log_rollup`,
          sql`nullif(r.actor_id, ${NOBODY}) as actor_id, nullif(r.bot_id, ${NOBODY}) as bot_id, r.agent_ids, r.department_ids`,
        ]
  return sql`(select ${SHARED}, ${people} from ${table} r where r.workspace_id = ${workspaceId} and r.unit = ${sql.lit(unit)} and ${which})`
}

/** The same by the hour, for which there are only plain counts; `which` is a condition on `r.start`, an instant. */
export const hourRows = (workspaceId: string, which: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`(select r.workspace_id, r.start, r.start as at, r.event, r.outcome, r.reach, r.source, r.actor_kind, r.n, ${NO_PEOPLE}
    from log_rollup_hour r where r.workspace_id = ${workspaceId} and ${which})`

/**
 * A condition on log_entry: what the counts have not reached yet. The head bounds it from above though nothing lies
 * beyond: of a range with one unknown end the planner expects a third of the table and reads it whole, of one with two
 * unknown ends a two hundredth, and takes the index.
 */
export const uncountedSql = (workspaceId: string): RawBuilder<unknown> =>
  sql`workspace_id = ${workspaceId}
    and position >= coalesce((select position from log_rollup_cursor where workspace_id = ${workspaceId}), 0)
    and position < (select size from log_head where workspace_id = ${workspaceId})`

/**
 * Keeps the counts of the log up with the ledger. Derived: deleting the rows and the cursor rebuilds them. One node at
 * a time works on a workspace (it holds the cursor's row); counts and cursor move in one transaction.
 */
export class LogRollup {
  readonly #databases: Databases
  readonly #turns: Turns

  constructor(parts: { databases: Databases; log: Logger }) {
    this.#databases = parts.databases
    this.#turns = new Turns({
      restMs: REST_MS,
      turn: async (workspaceId, signal) => {
        while (!signal.aborted && (await this.countOnce(workspaceId)) === SLICE);
      },
      onError: (error, workspaceId) =>
        parts.log.error({ err: error, workspaceId }, 'the log could not be counted; tried again later'),
    })
  }

  /** Says that a tree grew. Returns at once. */
  wake(workspaceId: string): void {
    this.#turns.wake(workspaceId)
  }

  async stop(): Promise<void> {
    await this.#turns.stop()
  }

  /** Counts one slice of the ledger; returns how many entries it held. */
  async countOnce(workspaceId: string, slice = SLICE): Promise<number> {
    const client = await this.#databases.app.connect()
    try {
      await client.query('begin')
      await client.query(
        'insert into log_rollup_cursor (workspace_id, position) values ($1, 0) on conflict do nothing',
        [workspaceId],
      )
      const { rows } = await client.query<{ position: number }>(
        'select position from log_rollup_cursor where workspace_id = $1 for update skip locked',
        [workspaceId],
      )
      const from = rows[0]?.position
      const counted = from === undefined ? 0 : await countSlice(bindTx(client), workspaceId, from, slice)
      await client.query('commit')
      return counted
    } catch (error) {
      await client.query('rollback')
      throw error
    } finally {
      client.release()
    }
  }
}

/** Adds the counts of the entries that `which` finds in log_entry, by hour, by day and by month. */
const countsOf = (workspaceId: string, which: RawBuilder<unknown>) => sql`slice as (
      select (at at time zone 'UTC')::date as day, date_trunc('hour', at at time zone 'UTC') as hour, event, outcome, reach, source, actor_kind,
        coalesce(${COUNTED_ACTORS}, ${NOBODY}) as actor_id, coalesce(bot_id, ${NOBODY}) as bot_id, agent_ids, department_ids
      from log_entry where workspace_id = ${workspaceId} and ${which}
    ), days as (
      select 'day' as unit, day as start, ${ROLLUP_COLUMNS}, count(*)::int as n from slice group by day, ${ROLLUP_COLUMNS}
    ), both_units as (
      select * from days union all
      select 'month', date_trunc('month', start)::date, ${ROLLUP_COLUMNS}, sum(n)::int from days
        group by date_trunc('month', start)::date, ${ROLLUP_COLUMNS}
    ), counted as (
      insert into log_rollup (workspace_id, unit, start, combination, ${ROLLUP_COLUMNS}, n)
      select ${workspaceId}, unit, start, md5((${ROLLUP_COLUMNS})::text)::uuid, ${ROLLUP_COLUMNS}, n from both_units order by unit, start
      on conflict (workspace_id, unit, start, combination) do update set n = log_rollup.n + excluded.n
    ), counted_plainly as (
      insert into log_rollup_plain (workspace_id, unit, start, ${PLAIN_COLUMNS}, n)
      select ${workspaceId}, unit, start, ${PLAIN_COLUMNS}, sum(n) from both_units group by unit, start, ${PLAIN_COLUMNS} order by unit, start
      on conflict (workspace_id, unit, start, ${PLAIN_COLUMNS}) do update set n = log_rollup_plain.n + excluded.n
    ), counted_by_hour as (
      insert into log_rollup_hour (workspace_id, start, ${PLAIN_COLUMNS}, n)
      select ${workspaceId}, hour at time zone 'UTC', ${PLAIN_COLUMNS}, count(*)::int from slice group by hour, ${PLAIN_COLUMNS} order by hour
      on conflict (workspace_id, start, ${PLAIN_COLUMNS}) do update set n = log_rollup_hour.n + excluded.n
    )`

async function countSlice(
  tx: ReturnType<typeof bindTx>,
  workspaceId: string,
  from: number,
  slice: number,
): Promise<number> {
  const within = sql`position >= ${from} and position < ${from + slice}`
  // Positions that retention emptied are passed like the others: the next leaf there is, or the head, ends the slice.
  const { rows } = await sql<{ counted: number }>`
    with ${countsOf(workspaceId, within)}, next as (
      select least(${from + slice}, (select size from log_head where workspace_id = ${workspaceId})) as position
    )
    update log_rollup_cursor c set position = greatest(c.position, next.position) from next where workspace_id = ${workspaceId}
    returning next.position - ${from} as counted`.execute(tx)
  return Math.max(0, Number(rows[0]?.counted ?? 0))
}

/**
 * Counts one month (its first day) anew, within a transaction that holds the cursor's row and has destroyed entries of
 * it: what the counter has not come to yet stays uncounted.
 */
export async function recountMonth(tx: Tx, workspaceId: string, month: string): Promise<void> {
  const ends = sql`(${month}::date + interval '1 month')::date`
  for (const table of [sql`log_rollup`, sql`log_rollup_plain`])
    await sql`delete from ${table} where workspace_id = ${workspaceId} and unit in ('day', 'month')
      and start >= ${month}::date and start < ${ends}`.execute(tx)
  const times = (column: string) =>
    sql`${sql.ref(column)} >= ${month}::date::timestamp at time zone 'UTC' and ${sql.ref(column)} < ${ends}::timestamp at time zone 'UTC'`
  await sql`delete from log_rollup_hour where workspace_id = ${workspaceId} and ${times('start')}`.execute(tx)
  const within = sql`${times('at')}
    and position < (select position from log_rollup_cursor where workspace_id = ${workspaceId})`
  await sql`with ${countsOf(workspaceId, within)} select 1`.execute(tx)
}
