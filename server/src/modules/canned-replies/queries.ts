import { getCannedReplyUsage, listCannedReplies } from '@tracedesk/contracts'
import { sql } from 'kysely'
import { defineQueryHandler } from '../../command/define.ts'
import type { ReadDb } from '../../db/database.ts'
import { isCustomerWithheld, requireVisibleConversation } from '../conversations/index.ts'
import { entryScopeSql, scopeOf } from '../team/index.ts'
import { renderTemplate } from './render.ts'
import { listReplies, valuesFor } from './store.ts'

export const listCannedRepliesQuery = defineQueryHandler(
  listCannedReplies,
  async (context, { conversationId }) => {
    const { db, caller } = context
    if (conversationId) await requireVisibleConversation(context, conversationId)
    const values =
      conversationId && !isCustomerWithheld(caller) ? await valuesFor(db, caller, conversationId) : null
    const files = await filesByReply(db, caller.workspaceId)
    const items = (await listReplies(db, caller)).map(reply => ({
      ...reply,
      files: (files.get(reply.id) ?? []).map(({ id, name, size, type }) => ({ id, name, size, type })),
      rendered: values ? renderTemplate(reply.text, values) : null,
    }))
    return { items: items as never } // branded ids: the contract parses what leaves
  },
)

/** All files of canned replies, by the reply they go with. */
async function filesByReply(db: ReadDb, workspaceId: string) {
  const rows = await db
    .selectFrom('canned_reply_file')
    .select(['canned_reply_id', 'file_id as id', 'name', 'size', 'type'])
    .where('workspace_id', '=', workspaceId)
    .orderBy('added_at')
    .orderBy('file_id')
    .execute()
  return Map.groupBy(
    rows.map(({ size, ...row }) => ({ ...row, size: Number(size) })),
    row => row.canned_reply_id,
  )
}

/** Counts from the entries themselves: `message.sent` of 30 days, or of the time asked for. */
export const cannedReplyUsageQuery = defineQueryHandler(
  getCannedReplyUsage,
  async ({ db, caller }, { from, to }) => {
    const scope = await scopeOf(db, caller)
    const { rows } = await sql<{ id: string; sent: number; edited: number }>`
      with used as materialized (
        select convert_from(e.leaf, 'UTF8')::jsonb #> '{data,cannedReply}' as reply from log_entry e
        where e.workspace_id = ${caller.workspaceId} and e.event = 'message.sent'
          and e.at >= coalesce(${from ?? null}::timestamptz, coalesce(${to ?? null}::timestamptz, now()) - interval '30 days')
          and e.at < coalesce(${to ?? null}::timestamptz, 'infinity')
          and position('"cannedReply":{'::bytea in e.leaf) > 0 and ${entryScopeSql(scope)})
      select reply->>'key' as id, count(*) as sent, count(*) filter (where (reply->>'edited')::boolean) as edited
      from used group by 1 order by 2 desc, 1`.execute(db as never)
    return { items: rows }
  },
)
