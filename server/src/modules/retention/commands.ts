import {
  approveRetention,
  CATALOGUE,
  declineRetention,
  deleteRetentionRule,
  isDisposable,
  RULE_IDS,
  requestRetention,
  retentionApproved,
  retentionDeclined,
  retentionRequested,
  retentionRuleDeleted,
  retentionRuleSet,
  retentionStopped,
  setRetentionRule,
  stopRetention,
} from '@tracedesk/contracts'
import { type Command, type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import { countAdministrators } from '../team/index.ts'
import type { ArchivedReach } from './months.ts'
import { previewOf } from './preview.ts'
import { digestOfRules, lockRun, type RetentionRun, readRules } from './store.ts'

/** What a run keeps of them must fit a row, and a person must be able to read them. */
const RULES_MAX = 100

export const setRetentionRuleCommand = defineCommandHandler(setRetentionRule, {
  handle: async (context, { what, event, botId, part, days }) => {
    const { tx, workspaceId } = context
    const isEvent = event !== '*' && !event.endsWith('.*')
    if (!isDisposable(event) || (isEvent && !CATALOGUE.has(event)))
      throw new ConsoleError('retention.class_kept', { event })
    await requireBot(context, botId)
    const rules = await readRules(tx, workspaceId)
    const found = rules.find(
      rule => rule.what === what && rule.event === event && rule.botId === botId && rule.part === part,
    )
    if (!found && rules.length >= RULES_MAX)
      throw new ConsoleError('retention.too_many_rules', { most: RULES_MAX })
    const id = found?.id ?? newId()
    await tx
      .insertInto('retention_rule')
      .values({ workspace_id: workspaceId, rule_id: id, what, event, bot_id: botId, part, days })
      .onConflict(conflict => conflict.columns(['workspace_id', 'rule_id']).doUpdateSet({ days }))
      .execute()
    const before = found ? { days: found.days } : null
    context.record(retentionRuleSet, { what, event, botId, part, days, before }, { subject: { id } })
    return { rule: { id: id as never } } // branded id
  },
})

async function requireBot({ tx, workspaceId }: CommandContext, botId: string | null): Promise<void> {
  if (botId === null) return
  const found = await tx
    .selectFrom('bot')
    .select('bot_id')
    .where('workspace_id', '=', workspaceId)
    .where('bot_id', '=', botId)
    .executeTakeFirst()
  if (!found) throw new ConsoleError('bot.not_found', { botId })
}

export const deleteRetentionRuleCommand = defineCommandHandler(deleteRetentionRule, {
  handle: async (context, { ruleId }) => {
    const { tx, workspaceId } = context
    const row = await tx
      .deleteFrom('retention_rule')
      .where('workspace_id', '=', workspaceId)
      .where('rule_id', '=', ruleId)
      .returning(['what', 'event', 'bot_id', 'part', 'days'])
      .executeTakeFirst()
    if (!row) throw new ConsoleError('retention.rule_not_found', { ruleId })
    const { what, event, bot_id: botId, part, days } = row
    context.record(
      retentionRuleDeleted,
      { what: what as 'entries', event, botId, part, days }, // the table admits only the two
      { subject: { id: ruleId } },
    )
    return {}
  },
})

/** A program is nobody: two tokens of one person would be two persons. */
function requirePerson({ caller }: CommandContext): string {
  if (caller.actor.kind !== 'agent' || !caller.actor.id)
    throw new ConsoleError('retention.second_person_needed')
  return caller.actor.id
}

/** `archived` says what of it an archive has to hold first. */
export const createRequestRetention = (archived: ArchivedReach): Command =>
  defineCommandHandler(requestRetention, {
    handle: async (context, { reason }) => {
      const requestedBy = requirePerson(context)
      await requireNoneOpen(context)
      const run = await requestRun(context, archived, requestedBy, reason)
      if (!run) throw new ConsoleError('retention.nothing_due')
      return { run: run as never } // branded id
    },
  }) as unknown as Command

/** Asks within a command that declares `retention.requested`; null when nothing is due. */
export async function requestRun(
  context: CommandContext,
  archived: ArchivedReach,
  requestedBy: string,
  reason?: string,
): Promise<{ id: string; entries: number; parts: number } | null> {
  const { tx, workspaceId, now } = context
  const { asOf, rules, entries, parts, held } = await previewOf(tx, workspaceId, archived)
  if (entries + parts === 0) return null
  const id = newId()
  await tx
    .insertInto('retention_run')
    .values({
      workspace_id: workspaceId,
      run_id: id,
      state: 'requested',
      rules: JSON.stringify(rules),
      as_of: asOf,
      requested_by: requestedBy,
      requested_at: now,
      entries,
      parts,
    })
    .execute()
  const heldCount = held.reduce((sum, each) => sum + each.entries + each.parts, 0)
  context.record(
    retentionRequested,
    { asOf, rules: rules.length, rulesSha256: digestOfRules(rules), entries, parts, held: heldCount },
    { subject: { id }, parts: { reasonText: reason } },
  )
  return { id, entries, parts }
}

async function requireNoneOpen({ tx, workspaceId }: CommandContext): Promise<void> {
  const open = await tx
    .selectFrom('retention_run')
    .select('run_id')
    .where('workspace_id', '=', workspaceId)
    .where('state', 'in', ['requested', 'running'])
    .executeTakeFirst()
  if (open) throw new ConsoleError('retention.run_open', { runId: open.run_id })
}

/** `wake` tells the keeper that something waits. */
export const createApproveRetention = (wake: () => void): Command =>
  defineCommandHandler(approveRetention, {
    handle: async (context, { runId }) => {
      const { tx, workspaceId } = context
      const person = requirePerson(context)
      const run = await lockRun(tx, workspaceId, runId)
      if (run.state !== 'requested') throw new ConsoleError('retention.not_requested', { runId })
      // a workspace with one administrator has nobody to ask
      const alone = (await countAdministrators(tx, workspaceId)) <= 1
      const byRhythm = run.requestedBy === RULE_IDS.retention
      const secondPerson = !byRhythm && run.requestedBy !== person
      if (!secondPerson && !byRhythm && !alone)
        throw new ConsoleError('retention.second_person_needed', { runId })
      // a rule is nobody either: of the two persons this is the first
      const isFirst = byRhythm && !alone
      await tx
        .updateTable('retention_run')
        .set(isFirst ? { requested_by: person } : { state: 'running', approved_by: person })
        .where('workspace_id', '=', workspaceId)
        .where('run_id', '=', runId)
        .execute()
      const { requestedBy, rules } = run
      context.record(
        retentionApproved,
        { requestedBy, secondPerson, rulesSha256: digestOfRules(rules) },
        { subject: { id: runId } },
      )
      if (!isFirst) context.afterCommit(wake)
      return {}
    },
  }) as unknown as Command

async function end(
  { tx, workspaceId, now }: CommandContext,
  run: RetentionRun,
  state: 'declined' | 'stopped',
): Promise<void> {
  await tx
    .updateTable('retention_run')
    .set({ state, ended_at: now })
    .where('workspace_id', '=', workspaceId)
    .where('run_id', '=', run.id)
    .execute()
}

export const declineRetentionCommand = defineCommandHandler(declineRetention, {
  handle: async (context, { runId }) => {
    const run = await lockRun(context.tx, context.workspaceId, runId)
    if (run.state !== 'requested') throw new ConsoleError('retention.not_requested', { runId })
    await end(context, run, 'declined')
    context.record(retentionDeclined, { requestedBy: run.requestedBy }, { subject: { id: runId } })
    return {}
  },
})

export const stopRetentionCommand = defineCommandHandler(stopRetention, {
  handle: async (context, { runId }) => {
    const run = await lockRun(context.tx, context.workspaceId, runId)
    if (run.state !== 'running') throw new ConsoleError('retention.not_running', { runId })
    await end(context, run, 'stopped')
    const { steps, entriesGone: entries, partsGone: parts } = run
    context.record(retentionStopped, { steps, entries, parts }, { subject: { id: runId } })
    return {}
  },
})
