import { addDisputeEntry, annotateDispute, disputeAnnotated, disputeEntryAdded } from '@tracedesk/contracts'
import { sql } from 'kysely'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import type { ReadDb } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { caseEntryScopeSql, scopeOf } from '../team/index.ts'
import { matterOf } from './matter.ts'
import { recordInFile } from './record.ts'
import { type Dispute, lockDispute, run } from './store.ts'

/** `dispute.add_entry`. Throws `entry.not_found`, `dispute.entry_known`. */
export const addDisputeEntryCommand = defineCommandHandler(addDisputeEntry, {
  handle: async (context, { disputeId, entryId, side, text }) => {
    const dispute = await lockDispute(context, disputeId)
    await requireEntry(context, dispute, entryId)
    const known = await context.tx
      .selectFrom('dispute_item')
      .select('entry_id')
      .where('workspace_id', '=', context.workspaceId)
      .where('dispute_id', '=', disputeId)
      .where('about_entry_id', '=', entryId)
      .where('event', '=', disputeEntryAdded.name)
      .executeTakeFirst()
    if (known) throw new ConsoleError('dispute.entry_known', { entryId })
    await recordInFile(
      context,
      dispute,
      disputeEntryAdded,
      { entryId, side },
      { text, aboutEntryId: entryId },
    )
    return {}
  },
})

/** `dispute.annotate`. Throws `entry.not_found`. */
export const annotateDisputeCommand = defineCommandHandler(annotateDispute, {
  handle: async (context, { disputeId, entryId, text }) => {
    const dispute = await lockDispute(context, disputeId)
    if (entryId !== undefined) await requireEntry(context, dispute, entryId)
    await recordInFile(
      context,
      dispute,
      disputeAnnotated,
      { entryId: entryId ?? null },
      { text, ...(entryId === undefined ? {} : { aboutEntryId: entryId }) },
    )
    return {}
  },
})

/** The entry is there, and the caller may see it. */
async function requireEntry(
  { tx, workspaceId, caller }: CommandContext,
  dispute: Dispute,
  id: string,
): Promise<void> {
  const db = tx as unknown as ReadDb // what follows only reads
  const scope = await scopeOf(db, caller)
  const { conversationIds } = await matterOf(db, workspaceId, dispute)
  const where = sql`e.workspace_id = ${workspaceId} and e.entry_id = ${id} and ${caseEntryScopeSql(scope, conversationIds)}`
  const found = await run(
    tx,
    sql`select from log_entry e where ${where} union all select from log_pending e where ${where}`,
  )
  if (found.length === 0) throw new ConsoleError('entry.not_found', { id })
}
