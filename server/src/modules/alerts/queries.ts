import { listAlerts } from '@tracedesk/contracts'
import { sql } from 'kysely'
import { defineQueryHandler } from '../../command/define.ts'
import { entryScopeSql, scopeOf } from '../team/index.ts'

type Row = { entryId: string; at: string; leaf: Buffer; by: string | null; acknowledgedAt: string | null }

export const listAlertsQuery = defineQueryHandler(listAlerts, async ({ db, caller }, { all }) => {
  const scope = entryScopeSql(await scopeOf(db, caller))
  const { rows } = await sql<Row>`
    select e.entry_id as "entryId", e.at, e.leaf, k.agent_id as by, k.at as "acknowledgedAt" from log_entry e
    left join alert_acknowledgement k on k.workspace_id = e.workspace_id and k.alert_entry_id = e.entry_id
    where e.workspace_id = ${caller.workspaceId} and e.event = 'alert.raised' and e.at > now() - interval '90 days'
      and (${all === 'true'} or k.agent_id is null) and ${scope}
    order by e.at desc, e.entry_id desc limit 100`.execute(db as never)
  return {
    items: rows.map(({ entryId, at, leaf, by, acknowledgedAt }) => ({
      ...(JSON.parse(leaf.toString('utf8')) as { data: object }).data,
      entryId,
      at,
      acknowledged: by && acknowledgedAt ? { by, at: acknowledgedAt } : null,
    })),
  } as never // facts of our own ledger, which the contract checks as they leave
})
