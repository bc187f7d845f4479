import { listBots } from '@tracedesk/contracts'
import { z } from 'zod'
import { defineQueryHandler } from '../../command/define.ts'

const Health = z.enum(['fine', 'starting', 'lost'])
const State = z.enum(['connected', 'disconnected'])

/** Every bot the workspace has or had, those in use first. */
export const listBotsQuery = defineQueryHandler(listBots, async ({ db, caller }) => {
  const rows = await db
    .selectFrom('bot as b')
    .leftJoin('bot_line as l', join =>
      join.onRef('l.workspace_id', '=', 'b.workspace_id').onRef('l.bot_id', '=', 'b.bot_id'),
    )
    .select([
      'b.bot_id',
      'b.username',
      'b.name',
      'b.state',
      'b.connected_at',
      'b.token_fingerprint',
      'b.groups',
      'l.health',
      'l.since',
      'l.cause',
    ])
    .where('b.workspace_id', '=', caller.workspaceId)
    .orderBy('b.state')
    .orderBy('b.connected_at')
    .execute()
  return {
    items: rows.map(row => ({
      id: row.bot_id,
      username: row.username,
      name: row.name,
      state: State.parse(row.state),
      connectedAt: row.connected_at,
      health: { state: Health.parse(row.health ?? 'starting'), since: row.since, cause: row.cause },
      tokenFingerprint: row.token_fingerprint,
      groups: row.groups,
    })),
  }
})
