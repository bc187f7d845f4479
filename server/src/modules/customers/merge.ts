import { customerMerged, mergeCustomer } from '@tracedesk/contracts'
import { sql } from 'kysely'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { type LockedCustomer, requireCustomer } from '../conversations/index.ts'

/**
 * Makes one account another account of the same person. Nothing moves: messages, values and entries stay with the
 * account they were made under and its key; the desk shows the person instead, and labels are the person's.
 */
export const mergeCustomerCommand = defineCommandHandler(mergeCustomer, {
  handle: async (context, { customerId, intoCustomerId }) => {
    const { source, target } = await lockBoth(context, customerId, intoCustomerId)
    for (const [id, { mergedInto }] of [
      [customerId, source],
      [intoCustomerId, target],
    ] as const)
      if (mergedInto) throw new ConsoleError('customer.merged', { customerId: id, shownAs: mergedInto })
    const labelsAdded = await moveLabels(context, customerId, intoCustomerId)
    await moveAccounts(context, customerId, intoCustomerId, target.blockedAt)
    const about = { labelsAdded: labelsAdded as never[] } // branded: ids of labels, from their own table
    context.record(
      customerMerged,
      { side: 'merged_away', other: intoCustomerId, labelsAdded: [] },
      source.about,
    )
    context.record(customerMerged, { side: 'kept', other: customerId, ...about }, target.about)
    return {}
  },
})

/** Locks two customers in one order for all, so that two people who merge crosswise do not wait for each other. */
async function lockBoth(context: CommandContext, sourceId: string, targetId: string) {
  if (sourceId === targetId) throw new ConsoleError('conversation.unchanged', { customerId: sourceId })
  const locked = new Map<string, LockedCustomer>()
  for (const id of [sourceId, targetId].sort()) locked.set(id, await requireCustomer(context, id))
  const [source, target] = [locked.get(sourceId), locked.get(targetId)]
  if (!source || !target) throw new Error('a customer was locked and is not there')
  return { source, target }
}

/** Labels of the account become the person’s. Returns those the person did not have. */
async function moveLabels(
  { tx, workspaceId }: CommandContext,
  sourceId: string,
  targetId: string,
): Promise<string[]> {
  const { rows } = await sql<{ label_id: string }>`
    with gone as (delete from customer_label where workspace_id = ${workspaceId} and customer_id = ${sourceId} returning label_id)
    insert into customer_label (workspace_id, customer_id, label_id) select ${workspaceId}, ${targetId}, label_id from gone
    on conflict do nothing returning label_id`.execute(tx)
  return rows.map(row => row.label_id).sort()
}

/** The account, and those that were merged into it before, are the person’s; whether they are blocked as well. */
async function moveAccounts(
  { tx, workspaceId }: CommandContext,
  sourceId: string,
  targetId: string,
  blockedAt: string | null,
): Promise<void> {
  await tx
    .updateTable('customer')
    .set({ merged_into: targetId, blocked_at: blockedAt })
    .where('workspace_id', '=', workspaceId)
    .where(eb => eb.or([eb('customer_id', '=', sourceId), eb('merged_into', '=', sourceId)]))
    .execute()
}
