import {
  decideReveal,
  listReveals,
  logRevealDeclined,
  logRevealed,
  logRevealRequested,
  type RevealKind,
  revealLog,
} from '@tracedesk/contracts'
import { sql } from 'kysely'
import { isWithheldFrom, may } from '../../command/caller.ts'
import { type CommandContext, defineCommandHandler, defineQueryHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import { addMicros } from '../../kernel/instant.ts'
import type { SubjectKeys } from '../../ledger/subject-keys.ts'
import { entryScopeSql, readSetting, scopeOf } from '../team/index.ts'
import { openPartsFor } from './parts.ts'

const MICROS_A_MINUTE = 60_000_000

/** What is to be revealed must be in the caller's sight: one entry, or any of a conversation. */
async function requireTarget({ tx, caller }: CommandContext, kind: RevealKind, id: string): Promise<void> {
  const scope = entryScopeSql(await scopeOf(tx, caller))
  const column = sql.ref(kind === 'entry' ? 'e.entry_id' : 'e.conversation_id')
  const { rows } = await sql`select 1 from (
      (select 1 from log_entry e where e.workspace_id = ${caller.workspaceId} and ${column} = ${id} and ${scope} limit 1)
      union all (select 1 from log_pending e where e.workspace_id = ${caller.workspaceId} and ${column} = ${id} and ${scope} limit 1)) x`.execute(
    tx,
  )
  if (rows.length === 0)
    throw new ConsoleError(kind === 'entry' ? 'entry.not_found' : 'conversation.not_found', { id })
}

export const revealLogCommand = defineCommandHandler(revealLog, {
  handle: async (context, { entryId, conversationId, reason }) => {
    const { tx, workspaceId, now, caller } = context
    const agentId = caller.actor.kind === 'agent' ? caller.actor.id : null
    if (!agentId || !isWithheldFrom(caller)) throw new ConsoleError('reveal.not_needed')
    const kind: RevealKind = entryId ? 'entry' : 'conversation'
    const target = entryId ?? conversationId ?? ''
    await requireTarget(context, kind, target)
    const needsSecond = (await readSetting(tx, workspaceId, 'reveal.second_person')) === true
    const minutes = Number(await readSetting(tx, workspaceId, 'reveal.minutes'))
    const [id, recordedAs] = [newId(), newId()]
    const expiresAt = needsSecond ? null : addMicros(now, minutes * MICROS_A_MINUTE)
    const state: 'waiting' | 'open' = needsSecond ? 'waiting' : 'open'
    await tx
      .insertInto('log_reveal')
      .values({
        workspace_id: workspaceId,
        reveal_id: id,
        agent_id: agentId,
        kind,
        target_id: target,
        state,
        requested_at: now,
        expires_at: expiresAt,
        entry_id: recordedAs,
      })
      .execute()
    const options = { subject: { id }, entryId: recordedAs, parts: { reasonText: reason } }
    if (needsSecond) context.record(logRevealRequested, { kind, target }, options)
    else
      context.record(
        logRevealed,
        { kind, target, agentId: agentId as never, minutes, secondPerson: false }, // branded id
        options,
      )
    return { reveal: { id: id as never, state, expiresAt } } // branded id
  },
})

export const decideRevealCommand = defineCommandHandler(decideReveal, {
  handle: async (context, { revealId, agree }) => {
    const { tx, workspaceId, now, caller } = context
    const row = await tx
      .selectFrom('log_reveal')
      .select(['agent_id', 'kind', 'target_id', 'state', 'entry_id'])
      .where('workspace_id', '=', workspaceId)
      .where('reveal_id', '=', revealId)
      .forUpdate()
      .executeTakeFirst()
    if (row?.state !== 'waiting') throw new ConsoleError('reveal.not_found', { revealId })
    if (row.agent_id === caller.actor.id) throw new ConsoleError('reveal.own', { revealId })
    const minutes = Number(await readSetting(tx, workspaceId, 'reveal.minutes'))
    await tx
      .updateTable('log_reveal')
      .set({
        state: agree ? 'open' : 'declined',
        decided_by: caller.actor.id,
        expires_at: agree ? addMicros(now, minutes * MICROS_A_MINUTE) : null,
      })
      .where('workspace_id', '=', workspaceId)
      .where('reveal_id', '=', revealId)
      .execute()
    const facts = {
      kind: row.kind as RevealKind, // the table admits only these
      target: row.target_id,
      agentId: row.agent_id as never, // branded id
    }
    const options = { subject: { id: revealId }, causedBy: row.entry_id }
    if (agree) context.record(logRevealed, { ...facts, minutes, secondPerson: true }, options)
    else context.record(logRevealDeclined, facts, options)
    return {}
  },
})

export const createListReveals = (keys: SubjectKeys) =>
  defineQueryHandler(listReveals, async ({ db, caller }) => {
    const own = caller.actor.kind === 'agent' ? caller.actor.id : null
    const { rows } = await sql<{ agentId: string; agentName: string; entryId: string; mine: boolean }>`
      select r.reveal_id as id, r.agent_id as "agentId", a.name as "agentName", r.kind, r.target_id as target, r.state,
        r.requested_at as "requestedAt", r.expires_at as "expiresAt", r.entry_id as "entryId", r.agent_id is not distinct from ${own}::uuid as mine
      from log_reveal r join agent a using (workspace_id, agent_id)
      where r.workspace_id = ${caller.workspaceId} and (r.state = 'waiting' or (r.state = 'open' and r.expires_at > now()))
        and (r.agent_id is not distinct from ${own}::uuid or (${may(caller, 'log.decide_reveal')} and r.state = 'waiting'))
      order by r.requested_at desc limit 200`.execute(db as never)
    const reasons = await openPartsFor(
      db,
      keys,
      caller,
      rows.map(row => row.entryId),
      'reasonText',
    )
    return {
      items: rows.map(({ agentId, agentName, entryId, ...row }) => ({
        ...row,
        agent: { id: agentId, name: agentName },
        reason: reasons.get(entryId) ?? { state: 'missing' as const },
      })),
    } as never // branded ids: the contract parses what leaves
  })
