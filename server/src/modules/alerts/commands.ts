import {
  AlertChannel,
  acknowledgeAlert,
  alertAcknowledged,
  alertDelivered,
  alertDeliveryFailed,
  alertRaised,
  defineCommand,
} from '@tracedesk/contracts'
import { sql } from 'kysely'
import { z } from 'zod'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { RecordedRefusal } from '../../command/execute.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import { entryScopeSql, readSetting, scopeOf } from '../team/index.ts'
import type { Finding } from './rules.ts'

/** The channels a workspace has set up. */
async function channelsOf({ tx, workspaceId }: CommandContext): Promise<AlertChannel[]> {
  const isSet = async (key: string) => (await readSetting(tx, workspaceId, key)) !== ''
  return [
    ...((await isSet('alert.email_to')) && (await isSet('smtp.host')) ? (['email'] as const) : []),
    ...((await isSet('alert.telegram_chat')) ? (['telegram'] as const) : []),
    ...((await isSet('alert.webhook_url')) ? (['webhook'] as const) : []),
  ]
}

/** Puts an alert in line for every channel. Once per alert and channel, however often it is asked. */
export async function queueDeliveries(context: CommandContext, alertEntryId: string): Promise<void> {
  for (const channel of await channelsOf(context))
    await context.tx
      .insertInto('alert_delivery')
      .values({ workspace_id: context.workspaceId, alert_entry_id: alertEntryId, channel })
      .onConflict(conflict => conflict.doNothing())
      .execute()
}

/** Thrown when none of the findings is news any more: another node was faster, or it was raised a moment ago. */
export class NothingToRaise extends RecordedRefusal {
  constructor() {
    super('conversation.unchanged', {})
  }
}

/** Raises what the rules found, unless the same was raised within its quiet time. */
export const raiseAlertsCommand = defineCommandHandler(
  defineCommand({
    name: 'alert.raise',
    access: 'internal',
    summary: 'Raise alerts that the rules found',
    input: z.custom<{ findings: readonly Finding[] }>(),
    output: z.strictObject({}),
    records: [alertRaised],
  }),
  {
    handle: async (context, { findings }) => {
      let raised = 0
      for (const finding of findings) if (await raiseOne(context, finding)) raised++
      if (raised === 0) throw new NothingToRaise()
      return {}
    },
  },
)

async function raiseOne(context: CommandContext, finding: Finding): Promise<boolean> {
  const { tx, workspaceId, now } = context
  const { alert, about, quietMinutes } = finding
  const { rows } = await sql`
    insert into alert_fired (workspace_id, alert, about, at) values (${workspaceId}, ${alert}, ${about}, ${now})
    on conflict (workspace_id, alert, about) do update set at = excluded.at
      where ${quietMinutes} > 0 and alert_fired.at < ${now}::timestamptz - make_interval(mins => ${quietMinutes})
    returning 1`.execute(tx)
  if (rows.length === 0) return false
  const entryId = context.record(
    alertRaised,
    {
      alert,
      agentId: finding.agentId as never, // branded id
      hits: finding.hits,
      minutes: finding.minutes,
      entries: [...finding.entries],
    },
    {
      subject: { id: newId() },
      departments: finding.departments,
      ...(finding.entries[0] ? { causedBy: finding.entries[0] } : {}),
    },
  )
  await queueDeliveries(context, entryId)
  return true
}

export const acknowledgeAlertCommand = defineCommandHandler(acknowledgeAlert, {
  handle: async (context, { entryId }) => {
    const { tx, workspaceId, now, caller } = context
    const agentId = caller.actor.kind === 'agent' ? caller.actor.id : null
    const { rows } = await sql<{ leaf: Buffer; departments: string[] }>`
      select leaf, department_ids as departments from (
        select e.* from (select entry_id, leaf, department_ids, at, reach, actor_kind, actor_id, agent_ids, bot_id, event, workspace_id from log_entry
          union all select entry_id, leaf, department_ids, at, reach, actor_kind, actor_id, agent_ids, bot_id, event, workspace_id from log_pending) e
        where e.workspace_id = ${workspaceId} and e.entry_id = ${entryId} and e.event = 'alert.raised' and ${entryScopeSql(await scopeOf(tx, caller))}) x`.execute(
      tx,
    )
    const [found] = rows
    if (!found || !agentId) throw new ConsoleError('alert.not_found', { entryId })
    const added = await tx
      .insertInto('alert_acknowledgement')
      .values({ workspace_id: workspaceId, alert_entry_id: entryId, agent_id: agentId, at: now })
      .onConflict(conflict => conflict.doNothing())
      .executeTakeFirst()
    if (Number(added.numInsertedOrUpdatedRows ?? 0) === 0)
      throw new ConsoleError('alert.already_acknowledged', { entryId })
    const { data, subject } = JSON.parse(found.leaf.toString('utf8')) as {
      data: { alert: string }
      subject: { id: string }
    }
    context.record(
      alertAcknowledged,
      { entryId, alert: data.alert },
      { subject: { id: subject.id }, departments: found.departments, causedBy: entryId },
    )
    return {}
  },
})

/** How a delivery ended: it arrived, or it is given up. Its row goes in the same transaction. */
export const recordDeliveryCommand = defineCommandHandler(
  defineCommand({
    name: 'alert.record_delivery',
    access: 'internal',
    summary: 'Record how the delivery of an alert ended',
    input: z.strictObject({
      entryId: z.string(),
      channel: AlertChannel,
      attempts: z.int(),
      problem: z.string().max(200).nullable(),
    }),
    output: z.strictObject({}),
    records: [alertDelivered, alertDeliveryFailed],
  }),
  {
    handle: async (context, { entryId, channel, attempts, problem }) => {
      const { numDeletedRows } = await context.tx
        .deleteFrom('alert_delivery')
        .where('workspace_id', '=', context.workspaceId)
        .where('alert_entry_id', '=', entryId)
        .where('channel', '=', channel)
        .executeTakeFirst()
      if (Number(numDeletedRows) === 0) throw new NothingToRaise()
      const options = { subject: { id: entryId }, causedBy: entryId }
      if (problem === null) context.record(alertDelivered, { entryId, channel, attempts }, options)
      else context.record(alertDeliveryFailed, { entryId, channel, attempts, problem }, options)
      return {}
    },
  },
)
