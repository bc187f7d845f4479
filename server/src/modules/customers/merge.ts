import { customerFieldSet, customerMerged, customerProfileUpdated, mergeCustomer } from '@tracedesk/contracts'
import { sql } from 'kysely'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { type LockedCustomer, requireCustomer } from '../conversations/index.ts'

/**
 * Makes one account another account of the same person. Nothing moves: messages, values and entries stay with the
 * account they were made under and its key; the desk shows the person instead, and labels are the person's. What the
 * person has no value, nickname or remark for is taken over; where both have one, the person's stays.
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
    const causedBy = context.record(
      customerMerged,
      { side: 'kept', other: customerId, ...about },
      target.about,
    )
    await takeOverProfile(context, source, target, intoCustomerId, causedBy)
    await takeOverValues(context, target, customerId, intoCustomerId, causedBy)
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

/** Nickname and remark of the account, as far as the person has none. */
async function takeOverProfile(
  context: CommandContext,
  source: LockedCustomer,
  target: LockedCustomer,
  targetId: string,
  causedBy: string,
): Promise<void> {
  const fields = (['nickname', 'remark'] as const).filter(name => source[name] && !target[name])
  if (fields.length === 0) return
  const taken = Object.fromEntries(fields.map(name => [name, source[name]]))
  await context.tx
    .updateTable('customer')
    .set(taken)
    .where('workspace_id', '=', context.workspaceId)
    .where('customer_id', '=', targetId)
    .execute()
  const parts = Object.fromEntries(fields.map(name => [`${name}After`, source[name] ?? undefined]))
  context.record(customerProfileUpdated, { fields }, { ...target.about, causedBy, parts })
}

/** Values of the account for fields that the person has none for. */
async function takeOverValues(
  context: CommandContext,
  target: LockedCustomer,
  sourceId: string,
  targetId: string,
  causedBy: string,
): Promise<void> {
  const { tx, workspaceId } = context
  const { rows } = await sql<{ id: string; name: string; value: string }>`
    with taken as (insert into customer_field (workspace_id, customer_id, field_id, value)
      select workspace_id, ${targetId}, field_id, value from customer_field
        where workspace_id = ${workspaceId} and customer_id = ${sourceId}
      on conflict do nothing returning field_id, value)
    select f.field_id as id, f.name, taken.value from taken join field f on f.workspace_id = ${workspaceId}
      and f.field_id = taken.field_id order by f.field_id`.execute(tx)
  for (const { id, name, value } of rows)
    context.record(
      customerFieldSet,
      { fieldId: id as never, fieldName: name, change: 'set' }, // branded: from the table of fields
      { ...target.about, causedBy, parts: { after: value } },
    )
}
