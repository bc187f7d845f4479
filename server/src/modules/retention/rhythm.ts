import { defineCommand, RULE_IDS, retentionRequested } from '@tracedesk/contracts'
import { sql } from 'kysely'
import { z } from 'zod'
import { type Command, defineCommandHandler } from '../../command/define.ts'
import { RecordedRefusal } from '../../command/execute.ts'
import type { ReadDb, Tx } from '../../db/database.ts'
import { readSetting } from '../team/index.ts'
import { requestRun } from './commands.ts'
import type { ArchivedReach } from './months.ts'

/**
 * Whether it is time for the rule to ask: `retention.every_days` says so, there is a rule, nothing waits or is under way,
 * and whoever asked last did so that long before `at` (an instant).
 */
export async function isTimeToAsk(db: ReadDb | Tx, workspaceId: string, at: string): Promise<boolean> {
  const days = Number(await readSetting(db, workspaceId, 'retention.every_days'))
  if (days === 0) return false
  const { rows } =
    await sql`select 1 where exists (select from retention_rule where workspace_id = ${workspaceId} and days is not null)
    and not exists (select from retention_run where workspace_id = ${workspaceId}
      and (state in ('requested', 'running') or requested_at > ${at}::timestamptz - make_interval(days => ${days})))`.execute(
      db as never,
    )
  return rows.length > 0
}

/** The rule asks that what is due be destroyed, in the rhythm of the workspace. Two persons decide, as ever. */
export const createRequestByRhythm = (archived: ArchivedReach): Command =>
  defineCommandHandler(
    defineCommand({
      name: 'retention.request_by_rhythm',
      access: 'internal',
      summary: 'Ask that what is due be destroyed, because its day has come',
      input: z.strictObject({ at: z.string() }),
      output: z.strictObject({}),
      records: [retentionRequested],
    }),
    {
      handle: async (context, { at }) => {
        const { tx, workspaceId } = context
        // two nodes at once: the second waits here, and finds the first one's request
        await sql`select pg_advisory_xact_lock(hashtext(${`retention ${workspaceId}`}))`.execute(tx)
        if (
          !(await isTimeToAsk(tx, workspaceId, at)) ||
          !(await requestRun(context, archived, RULE_IDS.retention))
        )
          throw new RecordedRefusal('retention.nothing_due')
        return {}
      },
    },
  ) as unknown as Command
