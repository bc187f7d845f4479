import {
  areaOf,
  CATALOGUE,
  DISPOSABLE_AREAS,
  listRetentionRules,
  listRetentionRuns,
  RULE_IDS,
} from '@tracedesk/contracts'
import { sql } from 'kysely'
import { may } from '../../command/caller.ts'
import { defineQueryHandler, type Query } from '../../command/define.ts'
import { countAdministrators } from '../team/index.ts'
import type { ArchivedReach } from './months.ts'
import { createPreviewRetention } from './preview.ts'
import { bySpecificity, KeptRules } from './rules.ts'
import { readRules } from './store.ts'

const RUNS = 50

const classes = () =>
  DISPOSABLE_AREAS.map(area => ({
    area,
    events: [...CATALOGUE.values()]
      .filter(event => areaOf(event.name) === area)
      .map(event => ({ event: event.name, parts: Object.keys(event.parts) })),
  })).filter(({ events }) => events.length > 0)

const listRulesQuery = defineQueryHandler(listRetentionRules, async ({ db, caller }) => ({
  items: (await readRules(db, caller.workspaceId)) as never, // branded ids
  classes: classes(),
}))

const listRunsQuery = defineQueryHandler(listRetentionRuns, async ({ db, caller }) => {
  const { workspaceId, actor } = caller
  const rows = await db
    .selectFrom('retention_run')
    .selectAll()
    .select(sql<string>`as_of::text`.as('day'))
    .where('workspace_id', '=', workspaceId)
    .orderBy('requested_at', 'desc')
    .limit(RUNS)
    .execute()
  const alone = (await countAdministrators(db, workspaceId)) <= 1
  const mayAtAll = may(caller, 'retention.approve') && actor.kind === 'agent'
  return {
    items: rows.map(row => ({
      id: row.run_id as never, // branded ids
      state: row.state as never, // the table admits only these
      asOf: row.day,
      requestedBy: row.requested_by as never,
      requestedAt: row.requested_at,
      approvedBy: row.approved_by as never,
      endedAt: row.ended_at,
      entries: Number(row.entries),
      parts: Number(row.parts),
      entriesGone: Number(row.entries_gone),
      partsGone: Number(row.parts_gone),
      steps: row.steps,
      rules: bySpecificity(KeptRules.parse(row.rules)) as never,
      byRhythm: row.requested_by === RULE_IDS.retention,
      mayApprove: mayAtAll && row.state === 'requested' && (alone || row.requested_by !== actor.id),
    })),
  }
})

/** The reads of retention. `archived` says what an archive has to hold before it may go. */
export const createRetentionQueries = (archived: ArchivedReach): Query[] =>
  [listRulesQuery, createPreviewRetention(archived), listRunsQuery] as unknown as Query[]
