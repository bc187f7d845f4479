import { privacyRectified, rectifySubject } from '@tracedesk/contracts'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { newId } from '../../kernel/id.ts'
import { lockPerson, lockRequest } from './store.ts'

/** The account under which the desk shows a person: what is corrected elsewhere would be seen by nobody. */
async function shownAs({ tx, workspaceId }: CommandContext, customerId: string): Promise<string> {
  const row = await tx
    .selectFrom('customer')
    .select('merged_into')
    .where('workspace_id', '=', workspaceId)
    .where('customer_id', '=', customerId)
    .executeTakeFirst()
  return row?.merged_into ?? customerId
}

/**
 * Nothing that was said is rewritten: the correction stands beside it. Only what the desk itself notes of a customer
 * (and the name, until Telegram tells another) is changed, before and after on record.
 */
export const rectifySubjectCommand = defineCommandHandler(rectifySubject, {
  handle: async (context, { requestId, text, ...given }) => {
    const { tx, workspaceId } = context
    const request = await lockRequest(context, requestId, 'rectification')
    const customerId = await shownAs(context, request.customerId)
    const before = await lockPerson(tx, workspaceId, customerId)
    const fields = (['name', 'nickname', 'remark'] as const).filter(
      field => given[field] !== undefined && given[field] !== before[field],
    )
    const part = (of: Partial<Record<(typeof fields)[number], string | null | undefined>>) =>
      fields.length > 0
        ? JSON.stringify(Object.fromEntries(fields.map(field => [field, of[field] ?? null])))
        : undefined
    const entryId = newId()
    if (fields.length > 0)
      await tx
        .updateTable('customer')
        .set(Object.fromEntries(fields.map(field => [field, given[field] ?? null])))
        .where('workspace_id', '=', workspaceId)
        .where('customer_id', '=', customerId)
        .execute()
    context.record(
      privacyRectified,
      { customerId: customerId as never, fields }, // branded id
      {
        subject: { id: requestId },
        customerId,
        entryId,
        parts: { text, before: part(before), after: part(given) },
      },
    )
    return {}
  },
})
