import {
  defineCommand,
  RetentionRunId,
  type RetentionWhat,
  retentionApplied,
  retentionCompleted,
} from '@tracedesk/contracts'
import { digestOfList, PurgeList, type PurgeRow } from '@tracedesk/proof/node'
import { sql } from 'kysely'
import { z } from 'zod'
import { type Command, type CommandContext, defineCommandHandler } from '../../command/define.ts'
import type { Tx } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import { countHeld, type DueAsk, doomedRows, isAnythingDoomed } from './due.ts'
import { type ArchivedReach, monthsDue, reachOf, withinMonth } from './months.ts'
import { lockRun, type RetentionRun } from './store.ts'

/** Above this share of a month, what stays is set aside and put back; below, rows are deleted one by one. */
const REWRITE_SHARE = 0.5
/** So many are deleted row by row in one step. */
const ROWS_A_STEP = 200_000

export interface ApplyPort {
  readonly archived: ArchivedReach
  /** Counts the entries of a month (its first day) anew; the log module provides it. */
  readonly recountMonth: (tx: Tx, workspaceId: string, month: string) => Promise<void>
}

/** Does the next step of a run that was approved, or records that there is nothing left to do. */
export const createApplyRetention = ({ archived, recountMonth }: ApplyPort): Command =>
  defineCommandHandler(
    defineCommand({
      name: 'retention.apply',
      access: 'internal',
      summary: 'Destroy the next month of what was approved',
      input: z.strictObject({ runId: RetentionRunId }),
      output: z.strictObject({ done: z.boolean() }),
      records: [retentionApplied, retentionCompleted],
      subject: { kind: 'retention_run', field: 'runId' },
    }),
    {
      handle: async (context, { runId }) => {
        const { tx, workspaceId } = context
        const run = await lockRun(tx, workspaceId, runId)
        if (run.state !== 'running') throw new ConsoleError('retention.not_running', { runId })
        await sql`select set_config('statement_timeout', '0', true)`.execute(tx)
        // no hold can be placed until this is committed: judged now, it stands
        await sql`lock table hold in share mode`.execute(tx)
        await lockReaders(context)
        const step = await nextStep(context, run, archived)
        if (!step) return complete(context, run)
        await destroy(context, run, step, recountMonth)
        return { done: false }
      },
    },
  ) as unknown as Command

/** Those who read the log in its order wait: a slice they are at could bring back what goes. */
async function lockReaders({ tx, workspaceId }: CommandContext): Promise<void> {
  for (const table of ['log_text_cursor', 'log_rollup_cursor'])
    await sql`select 1 from ${sql.table(table)} where workspace_id = ${workspaceId} for update`.execute(tx)
}

interface Step extends DueAsk {
  readonly archiveId: string | null
}

/** Whole entries first: parts that went with them are no work any more. */
async function nextStep(
  context: CommandContext,
  run: RetentionRun,
  archived: ArchivedReach,
): Promise<Step | null> {
  const { tx, workspaceId } = context
  const reach = await reachOf(tx, workspaceId)
  for (const what of ['entries', 'parts'] as const)
    for (const month of await monthsDue(tx, run.rules, what, run.asOf)) {
      const { archiveId, reach: kept } =
        what === 'entries'
          ? await archived({ db: context.tx, workspaceId }, month)
          : { archiveId: null, reach }
      const { rules, asOf } = run
      const ask = { workspaceId, what, month, rules, asOf, reach: Math.min(reach, kept), archiveId }
      if (await isAnythingDoomed(tx, ask)) return ask
    }
  return null
}

async function complete(context: CommandContext, run: RetentionRun) {
  const { tx, workspaceId, now } = context
  await tx
    .updateTable('retention_run')
    .set({ state: 'done', ended_at: now })
    .where('workspace_id', '=', workspaceId)
    .where('run_id', '=', run.id)
    .execute()
  context.record(
    retentionCompleted,
    { steps: run.steps, entries: run.entriesGone, parts: run.partsGone },
    { subject: { id: run.id } },
  )
  return { done: true }
}

interface Range {
  readonly part: string
  readonly rule: number
  readonly from: number
  readonly to: number
  readonly numbered: number
}

const NUMBERED = Buffer.from('"counters":{"conversation":')

/** The positions that go in this step, as ranges: one window over what is doomed. */
async function rangesOf({ tx }: CommandContext, step: Step): Promise<Range[]> {
  const { rows } = await sql<Range>`
    select part, rule, min(position) as "from", max(position) + 1 as "to",
      count(*) filter (where numbered) as numbered
    from (select part, rule, position, numbered, position - row_number() over (partition by part, rule order by position) as island
      from (select part, rule, position, conversation_id is not null and position(${NUMBERED} in leaf) > 0 as numbered
        from (${await doomedRows(tx, step)}) d) n) i
    group by part, rule, island order by "from"`.execute(tx)
  return rows.map(row => ({
    ...row,
    from: Number(row.from),
    to: Number(row.to),
    numbered: Number(row.numbered),
  }))
}

interface Chosen {
  readonly ranges: readonly Range[]
  readonly whole: boolean
}

/** Everything when the month is rewritten; else as much as is deleted at once. */
async function choose(context: CommandContext, step: Step): Promise<Chosen> {
  const ranges = await rangesOf(context, step)
  const total = ranges.reduce((sum, { from, to }) => sum + to - from, 0)
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from ${
    step.what === 'entries' ? sql`log_entry e` : sql`log_part e`
  } where ${withinMonth(step.workspaceId, step.month)}`.execute(context.tx)
  if (total >= REWRITE_SHARE * (rows[0]?.n ?? 0)) return { ranges, whole: true }
  let taken = 0
  const some: Range[] = []
  for (const range of ranges) {
    if (taken >= ROWS_A_STEP) break
    some.push(range)
    taken += range.to - range.from
  }
  return { ranges: some, whole: false }
}

async function destroy(
  context: CommandContext,
  run: RetentionRun,
  step: Step,
  recountMonth: ApplyPort['recountMonth'],
): Promise<void> {
  const { tx, workspaceId } = context
  const { ranges, whole } = await choose(context, step)
  const held = await countHeld(tx, step)
  const lists = listsOf(ranges)
  const rows = lists.flatMap(list => list.rows())
  const entryId = newId()
  const gone = await purge(context, step, entryId, rows, whole)
  const count = lists.reduce((sum, list) => sum + list.count, 0)
  // Somebody else's doing under our locks, or a defect here: nothing may be destroyed that is not on record.
  if ((step.what === 'entries' ? gone.entries : gone.parts) !== count)
    throw new Error(`${count} ${step.what} of ${step.month} were to go, ${JSON.stringify(gone)} did`)
  if (step.what === 'entries') await recountMonth(tx, workspaceId, step.month)
  await noteProgress(context, run, gone)
  context.record(
    retentionApplied,
    {
      what: step.what,
      month: step.month.slice(0, 7),
      rules: countByRule(run, ranges),
      fromPosition: Math.min(...lists.map(list => list.first)),
      toPosition: Math.max(...lists.map(list => list.last)),
      count,
      numbered: step.what === 'entries' ? ranges.reduce((sum, { numbered }) => sum + numbered, 0) : 0,
      partNames: step.what === 'parts' ? [...new Set(ranges.map(({ part }) => part))].sort() : [],
      parts: gone.parts,
      held,
      listSha256: digestOfList(rows),
      archiveId: step.archiveId,
    },
    { subject: { id: run.id }, entryId },
  )
}

/** One list a part; what several rules named stands in one. */
function listsOf(ranges: readonly Range[]): PurgeList[] {
  const lists = new Map<string, PurgeList>()
  for (const { part, from, to } of ranges) {
    const list = lists.get(part) ?? new PurgeList(part)
    lists.set(part, list)
    list.addRange(from, to)
  }
  return [...lists.values()]
}

function countByRule({ rules }: RetentionRun, ranges: readonly Range[]) {
  const counts = new Map<number, number>()
  for (const { rule, from, to } of ranges) counts.set(rule, (counts.get(rule) ?? 0) + to - from)
  return [...counts]
    .sort(([a], [b]) => a - b)
    .slice(0, 20)
    .map(([rule, count]) => ({ ruleId: rules[rule]?.id ?? '', count }))
}

async function purge(
  { tx, workspaceId }: CommandContext,
  { what, month }: { what: RetentionWhat; month: string },
  entryId: string,
  rows: readonly PurgeRow[],
  whole: boolean,
): Promise<{ entries: number; parts: number }> {
  const chunks = rows.map(row => row.chunk)
  const bits = rows.map(row => row.positions)
  const names = rows.map(row => row.part)
  const result =
    what === 'entries'
      ? await sql<{ entries: number; parts: number }>`select entries, parts from
          purge_log_entries(${workspaceId}, ${entryId}, ${month}, ${chunks}::bigint[], ${bits}::bytea[], ${whole})`.execute(
          tx,
        )
      : await sql<{ entries: number; parts: number }>`select 0 as entries, parts from
          purge_log_parts(${workspaceId}, ${entryId}, ${month}, ${names}::text[], ${chunks}::bigint[], ${bits}::bytea[], ${whole}) as parts`.execute(
          tx,
        )
  const gone = result.rows[0]
  return { entries: Number(gone?.entries ?? 0), parts: Number(gone?.parts ?? 0) }
}

async function noteProgress(
  { tx, workspaceId }: CommandContext,
  run: RetentionRun,
  gone: { entries: number; parts: number },
): Promise<void> {
  await tx
    .updateTable('retention_run')
    .set({
      steps: run.steps + 1,
      entries_gone: run.entriesGone + gone.entries,
      parts_gone: run.partsGone + gone.parts,
    })
    .where('workspace_id', '=', workspaceId)
    .where('run_id', '=', run.id)
    .execute()
}
