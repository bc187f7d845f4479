import {
  AgentId,
  agentDeskChanged,
  changeDesk,
  changePresence,
  defineCommand,
  type PresenceState,
  presenceChanged,
} from '@tracedesk/contracts'
import { sql } from 'kysely'
import { z } from 'zod'
import { scopeKindOf } from '../../command/caller.ts'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { RecordedRefusal } from '../../command/execute.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { requireReason } from './desk-settings.ts'
import { isDropped, silentSql } from './presence-beat.ts'
import { departmentsOf, requireActiveAgent } from './store.ts'

interface DeskRow {
  readonly presence: PresenceState
  readonly reasonCode: string | null
  readonly changedBy: string | null
  readonly since: string | null
  readonly capacity: number | null
  readonly languages: string[]
  /** Null: as their role has it. */
  readonly serves: boolean | null
}

/** Nothing is left to do: somebody else was faster, or the browser has been heard from meanwhile. Records nothing. */
export class NothingToDo extends RecordedRefusal {
  constructor(agentId: string) {
    super('conversation.unchanged', { agentId })
  }
}

/** Locks an agent's desk, making it when there is none yet. */
export async function lockDesk({ tx, workspaceId }: CommandContext, agentId: string): Promise<DeskRow> {
  await tx
    .insertInto('agent_desk')
    .values({ workspace_id: workspaceId, agent_id: agentId })
    .onConflict(conflict => conflict.doNothing())
    .execute()
  const row = await tx
    .selectFrom('agent_desk')
    .select([
      'presence',
      'reason_code as reasonCode',
      'changed_by as changedBy',
      'since',
      'capacity',
      'languages',
      'serves',
    ])
    .where('workspace_id', '=', workspaceId)
    .where('agent_id', '=', agentId)
    .forUpdate()
    .executeTakeFirstOrThrow()
  return row as DeskRow
}

/** Changes somebody's presence and records it for them and for those who lead their departments. */
async function setPresence(
  context: CommandContext,
  agentId: string,
  before: DeskRow,
  to: PresenceState,
  by: 'person' | 'connected' | 'time_out' | 'admin' | 'signed_out',
  reasonCode: string | null,
): Promise<void> {
  const { tx, workspaceId, now } = context
  await tx
    .updateTable('agent_desk')
    .set({ presence: to, reason_code: reasonCode, changed_by: by, since: now })
    .where('workspace_id', '=', workspaceId)
    .where('agent_id', '=', agentId)
    .execute()
  const named = await tx
    .selectFrom('agent')
    .select('named_by')
    .where('workspace_id', '=', workspaceId)
    .where('agent_id', '=', agentId)
    .executeTakeFirstOrThrow()
  context.record(
    presenceChanged,
    { from: before.presence, to, by, since: before.since },
    {
      subject: { id: agentId, named: named.named_by },
      agents: [agentId],
      departments: await departmentsOf(tx, workspaceId, agentId),
      ...(reasonCode ? { reasonCode } : {}),
    },
  )
}

/** Turns somebody offline who signs out or whose seat closes; records nothing when they are not there anyway. */
export async function leaveDesk(
  context: CommandContext,
  agentId: string,
  by: 'signed_out' | 'admin',
): Promise<void> {
  const present = await context.tx
    .selectFrom('agent_desk')
    .select('presence')
    .where('workspace_id', '=', context.workspaceId)
    .where('agent_id', '=', agentId)
    .where('presence', '!=', 'offline')
    .executeTakeFirst()
  if (!present) return
  const desk = await lockDesk(context, agentId)
  if (desk.presence !== 'offline') await setPresence(context, agentId, desk, 'offline', by, null)
}

export const changePresenceCommand = defineCommandHandler(changePresence, {
  handle: async (context, { state, reasonCode, agentId }) => {
    const { caller, tx, workspaceId } = context
    const own = caller.actor.kind === 'agent' ? caller.actor.id : null
    const target = agentId ?? own
    if (!target) throw new ConsoleError('session.required') // a program has no desk of its own
    if (target !== own && scopeKindOf(caller) !== 'all')
      throw new ConsoleError('permission.denied', { permission: 'presence.change' })
    if (reasonCode !== undefined && state !== 'away')
      throw new ConsoleError('presence.reason_unknown', { reasonCode })
    if (reasonCode !== undefined) await requireReason(tx, workspaceId, 'presence.away_reasons', reasonCode)
    await requireActiveAgent(tx, workspaceId, target)
    const desk = await lockDesk(context, target)
    if (desk.presence === state && desk.reasonCode === (reasonCode ?? null) && desk.changedBy !== 'time_out')
      throw new ConsoleError('conversation.unchanged', { state })
    await setPresence(context, target, desk, state, target === own ? 'person' : 'admin', reasonCode ?? null)
    return {}
  },
})

export const connectPresence = defineCommand({
  name: 'presence.connect',
  access: 'internal',
  summary: 'A browser of an agent is there: whoever had merely dropped out is online again',
  input: z.strictObject({ agentId: AgentId }),
  output: z.strictObject({}),
  records: [presenceChanged],
  subject: { kind: 'agent', field: 'agentId' },
})
export const connectPresenceCommand = defineCommandHandler(connectPresence, {
  handle: async (context, { agentId }) => {
    const desk = await lockDesk(context, agentId)
    // what a person or an administrator said holds until they say otherwise
    const dropped = desk.changedBy === null || isDropped(desk.changedBy)
    if (desk.presence === 'online' || !dropped) throw new NothingToDo(agentId)
    await setPresence(context, agentId, desk, 'online', 'connected', null)
    return {}
  },
})

export const timeOutPresence = defineCommand({
  name: 'presence.time_out',
  access: 'internal',
  summary: 'No browser of an agent has been heard from for too long',
  input: z.strictObject({
    agentId: AgentId,
    to: z.enum(['away', 'offline']),
    awayMs: z.int(),
    offlineMs: z.int(),
  }),
  output: z.strictObject({}),
  records: [presenceChanged],
  subject: { kind: 'agent', field: 'agentId' },
})
export const timeOutPresenceCommand = defineCommandHandler(timeOutPresence, {
  handle: async (context, { agentId, to, ...timing }) => {
    const { tx, workspaceId } = context
    const desk = await lockDesk(context, agentId)
    // judged again under the lock: a browser may have come back since somebody looked
    const { rows } =
      await sql`select from agent_desk d left join presence_beat b using (workspace_id, agent_id)
      where d.workspace_id = ${workspaceId} and d.agent_id = ${agentId} and d.presence = ${to === 'away' ? 'online' : 'away'}
        and ${silentSql(timing)}`.execute(tx)
    if (rows.length === 0) throw new NothingToDo(agentId)
    await setPresence(context, agentId, desk, to, 'time_out', null)
    return {}
  },
})

export const changeDeskCommand = defineCommandHandler(changeDesk, {
  handle: async (context, { agentId, capacity, languages: given }) => {
    const { tx, workspaceId, caller } = context
    const agent = await requireActiveAgent(tx, workspaceId, agentId)
    const departments = await departmentsOf(tx, workspaceId, agentId)
    if (scopeKindOf(caller) !== 'all' && !(await leadsOneOf(context, departments)))
      throw new ConsoleError('permission.denied', { permission: 'agent.change_desk' })
    const desk = await lockDesk(context, agentId)
    const languages = [...new Set(given)].sort()
    if (desk.capacity === capacity && desk.languages.join() === languages.join())
      throw new ConsoleError('conversation.unchanged', { agentId })
    await tx
      .updateTable('agent_desk')
      .set({ capacity, languages })
      .where('workspace_id', '=', workspaceId)
      .where('agent_id', '=', agentId)
      .execute()
    context.record(
      agentDeskChanged,
      { from: { capacity: desk.capacity, languages: desk.languages }, to: { capacity, languages } },
      { subject: { id: agentId, named: agent.namedBy }, agents: [agentId], departments },
    )
    return {}
  },
})

/** Does the caller lead one of these departments? */
export async function leadsOneOf(
  { tx, workspaceId, caller }: CommandContext,
  departments: readonly string[],
): Promise<boolean> {
  if (departments.length === 0 || !caller.actor.id) return false
  const lead = await tx
    .selectFrom('department_member')
    .select('department_id')
    .where('workspace_id', '=', workspaceId)
    .where('agent_id', '=', caller.actor.id)
    .where('lead', '=', true)
    .where('department_id', 'in', [...departments])
    .executeTakeFirst()
  return lead !== undefined
}
