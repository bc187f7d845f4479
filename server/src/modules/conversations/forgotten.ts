import { findForgotten } from '@tracedesk/contracts'
import { sql } from 'kysely'
import { defineQueryHandler } from '../../command/define.ts'

/**
 * `conversation.forgotten`: of the conversations asked for, those whose customer was erased or that are not of this
 * workspace. Tells nothing else of them, so whoever asks need not see them any more.
 */
export const findForgottenQuery = defineQueryHandler(findForgotten, async ({ db, caller }, { ids }) => {
  const { rows } = await sql<{ id: string }>`
    select asked.id from unnest(${ids}::uuid[]) as asked (id) where not exists (
      select from conversation c join customer u on u.workspace_id = c.workspace_id and u.customer_id = c.customer_id
      where c.workspace_id = ${caller.workspaceId} and c.conversation_id = asked.id and u.erased_at is null)`.execute(
    db as never,
  )
  return { ids: rows.map(({ id }) => id) as never } // branded ids: the contract parses what leaves
})
