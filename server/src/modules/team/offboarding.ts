import {
  agentOffboardingReported,
  type CommandOutput,
  type RoleKey,
  reportOffboarding,
} from '@tracedesk/contracts'
import { type RawBuilder, sql } from 'kysely'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import type { ReadDb } from '../../db/database.ts'
import { sha256 } from '../../kernel/secret.ts'
import { permissionsOf, readAccess, readRoles } from './access-review.ts'
import { lockAgent } from './store.ts'

type Report = CommandOutput<'agent.report_offboarding'>['report']

/** What the report needs of the log and of conversations; those modules provide it. */
export interface Deeds {
  readonly openConversations: number
  readonly conversationsEver: number
  readonly entries: number
  readonly firstAt: string | null
  readonly lastAt: string | null
  readonly byEvent: { name: string; count: number }[]
}
export type ReadDeeds = (workspaceId: string, agentId: string) => Promise<Deeds>

async function ownTokens({ tx, workspaceId }: CommandContext, agentId: string) {
  const rows = await tx
    .selectFrom('api_token')
    .select(['api_token_id as id', 'name'])
    .where('workspace_id', '=', workspaceId)
    .where('created_by', '=', agentId)
    .where('revoked_at', 'is', null)
    .orderBy('name')
    .execute()
  return rows
}

async function botNames({ tx, workspaceId }: CommandContext, bots: readonly string[] | null) {
  if (!bots) return null
  const rows = await tx
    .selectFrom('bot')
    .select(['bot_id', 'name'])
    .where('workspace_id', '=', workspaceId)
    .where(sql<boolean>`bot_id = any(${[...bots]}::uuid[])`)
    .execute()
  return rows.map(row => row.name).sort()
}

/** Draws up what somebody held, did and may. The entry says that, and holds the SHA-256 of the report as it was given. */
export const createReportOffboarding = (readDeeds: ReadDeeds) =>
  defineCommandHandler(reportOffboarding, {
    prepare: async ({ agentId }, { workspaceId }) => readDeeds(workspaceId, agentId),
    handle: async (context, { agentId }, deeds) => {
      const { tx, workspaceId, now } = context
      const agent = await lockAgent(tx, workspaceId, agentId)
      const [row] = await readAccess(tx, workspaceId, agentId)
      if (!row) throw new Error('a locked agent has no row')
      const { createdAt } = await tx
        .selectFrom('agent')
        .select('created_at as createdAt')
        .where('workspace_id', '=', workspaceId)
        .where('agent_id', '=', agentId)
        .executeTakeFirstOrThrow()
      const { openConversations, conversationsEver, ...did } = deeds
      const report: Report = {
        at: now,
        agent: {
          id: row.id,
          name: agent.name,
          email: agent.email,
          role: agent.role as RoleKey,
          state: agent.state,
          createdAt,
        },
        held: {
          openConversations,
          conversationsEver,
          livingSessions: row.livingSessions,
          tokens: await ownTokens(context, agentId),
          departments: row.departments,
        },
        did,
        may: {
          permissions: [...permissionsOf((await readRoles(tx, workspaceId)).get(agent.role), row)].sort(),
          switches: row.switches,
          bots: await botNames(context, row.bots),
          twoFactor: row.twoFactor,
          lastSignInAt: row.lastSignInAt,
        },
      }
      const digest = sha256(JSON.stringify(report)).toString('hex')
      const entryId = context.record(
        agentOffboardingReported,
        { entries: did.entries, openConversations, sha256: digest },
        { subject: { id: agentId, named: agent.namedBy }, agents: [agentId] },
      )
      return { report, sha256: digest, entryId }
    },
  })

/** The deeds of an agent, from conversations and the log. */
export const createReadDeeds =
  (db: ReadDb): ReadDeeds =>
  async (workspaceId, agentId) => {
    const run = async <T>(query: RawBuilder<T>) => (await query.execute(db as never)).rows
    const held = await run(sql<{ open: number; ever: number }>`
      select (select count(*)::int from conversation where workspace_id = ${workspaceId} and assignee_id = ${agentId} and status <> 'resolved') as open,
        (select count(distinct conversation_id)::int from log_entry where workspace_id = ${workspaceId} and actor_id = ${agentId}
          and conversation_id is not null) as ever`)
    const byEvent = await run(sql<{ name: string; count: number; first: string; last: string }>`
      select event as name, count(*)::int as count, min(at) as first, max(at) as last from log_entry
      where workspace_id = ${workspaceId} and actor_kind = 'agent' and actor_id = ${agentId} group by event order by 2 desc, 1`)
    return {
      openConversations: held[0]?.open ?? 0,
      conversationsEver: held[0]?.ever ?? 0,
      entries: byEvent.reduce((sum, row) => sum + row.count, 0),
      firstAt: byEvent.map(row => row.first).sort()[0] ?? null,
      lastAt:
        byEvent
          .map(row => row.last)
          .sort()
          .at(-1) ?? null,
      byEvent: byEvent.map(({ name, count }) => ({ name, count })),
    }
  }
