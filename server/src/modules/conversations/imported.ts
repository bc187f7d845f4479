import { type RawBuilder, sql } from 'kysely'
import { idFromKey } from '../../kernel/id.ts'

/** The bot that imported conversations belong to: never connected, so nothing can be sent through it. */
export const importBotId = (workspaceId: string): string => idFromKey(`${workspaceId}/bot`, 'import')

/**
 * A condition on conversation `c` (or one by another name): somebody can answer there. History from elsewhere often does not say how a
 * conversation ended; what nobody can answer is no work, and stands in no queue and in no number of the desk.
 */
export const answerableSql = (workspaceId: string, conversation = 'c'): RawBuilder<unknown> =>
  sql`${sql.ref(`${conversation}.bot_id`)} <> ${importBotId(workspaceId)}`
