import { customerFieldSet, type FieldKind, setField } from '@tracedesk/contracts'
import { z } from 'zod'
import { defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { requireCustomer } from '../conversations/index.ts'
import { lockField } from './store.ts'

const oneLine = z
  .string()
  .max(1000)
  .refine(text => text.isWellFormed() && !/\p{Cc}/u.test(text))
const CHECKS: Record<Exclude<FieldKind, 'choice'>, z.ZodType> = {
  text: oneLine,
  number: z.string().regex(/^-?\d{1,15}(\.\d{1,6})?$/),
  date: z.iso.date(),
  // other schemes (javascript:, data:) must never become a link on a screen
  link: oneLine.refine(text => ['http:', 'https:'].includes(URL.parse(text)?.protocol ?? '')),
}

/** Does a value fit a field? Numbers are decimal, dates `YYYY-MM-DD`, links http or https. */
export const fitsField = (kind: FieldKind, options: readonly string[], value: string): boolean =>
  kind === 'choice' ? options.includes(value) : CHECKS[kind].safeParse(value).success

export const setFieldCommand = defineCommandHandler(setField, {
  handle: async (context, { customerId, fieldId, value }) => {
    const { tx, workspaceId } = context
    const { about } = await requireCustomer(context, customerId)
    const field = await lockField(tx, workspaceId, fieldId, 'share')
    if (value !== null && !fitsField(field.kind, field.options, value))
      throw new ConsoleError('field.value_not_valid', { fieldId, kind: field.kind })
    const place = { workspace_id: workspaceId, customer_id: customerId, field_id: fieldId }
    const row = await tx
      .selectFrom('customer_field')
      .select('value')
      .where('workspace_id', '=', workspaceId)
      .where('customer_id', '=', customerId)
      .where('field_id', '=', fieldId)
      .executeTakeFirst()
    const before = row?.value ?? null
    if (before === value) throw new ConsoleError('conversation.unchanged', { customerId, fieldId })
    if (value === null)
      await tx
        .deleteFrom('customer_field')
        .where('workspace_id', '=', workspaceId)
        .where('customer_id', '=', customerId)
        .where('field_id', '=', fieldId)
        .execute()
    else
      await tx
        .insertInto('customer_field')
        .values({ ...place, value })
        .onConflict(conflict =>
          conflict.columns(['workspace_id', 'customer_id', 'field_id']).doUpdateSet({ value }),
        )
        .execute()
    context.record(
      customerFieldSet,
      {
        fieldId,
        fieldName: field.name,
        change: value === null ? 'cleared' : before === null ? 'set' : 'changed',
      },
      { ...about, parts: { before: before ?? undefined, after: value ?? undefined } },
    )
    return {}
  },
})
