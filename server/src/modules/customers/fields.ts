import {
  changeField,
  defineField,
  deleteField,
  fieldChanged,
  fieldDefined,
  fieldDeleted,
} from '@tracedesk/contracts'
import { sql } from 'kysely'
import { defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import { type Field, lockField } from './store.ts'

const FIELDS_MAX = 50

const factsOf = ({ key, name, kind, options }: Omit<Field, 'id'>) => ({
  key,
  name,
  fieldKind: kind,
  options: options.length,
})
const contentOf = ({ options }: Pick<Field, 'options'>) => JSON.stringify({ options })

/** A choice needs something to choose from, nothing else does. */
function checkOptions(kind: Field['kind'], options: readonly string[] | undefined): string[] {
  if ((kind === 'choice') !== (options !== undefined))
    throw new ConsoleError('input.invalid', { issues: [{ path: 'options', problem: `field.${kind}` }] })
  return [...new Set(options ?? [])]
}

export const defineFieldCommand = defineCommandHandler(defineField, {
  handle: async (context, { key, name, kind, options }) => {
    const { tx, workspaceId, now } = context
    const field = { key, name, kind, options: checkOptions(kind, options) }
    const { rows } = await sql<{
      n: number
    }>`select count(*) as n from field where workspace_id = ${workspaceId}`.execute(tx)
    if ((rows[0]?.n ?? 0) >= FIELDS_MAX) throw new ConsoleError('field.too_many', { max: FIELDS_MAX })
    const id = newId()
    const inserted = await tx
      .insertInto('field')
      .values({ workspace_id: workspaceId, field_id: id, ...field, created_at: now })
      .onConflict(conflict => conflict.columns(['workspace_id', 'key']).doNothing())
      .returning('field_id')
      .executeTakeFirst()
    if (!inserted) throw new ConsoleError('field.key_taken', { key })
    context.record(
      fieldDefined,
      { to: factsOf(field) },
      { subject: { id, name }, parts: { after: contentOf(field) } },
    )
    return { field: { id } }
  },
})

export const changeFieldCommand = defineCommandHandler(changeField, {
  handle: async (context, { fieldId, name, options }) => {
    const { tx, workspaceId } = context
    const before = await lockField(tx, workspaceId, fieldId, 'update')
    const after = { ...before, name, options: checkOptions(before.kind, options) }
    await tx
      .updateTable('field')
      .set({ name, options: after.options })
      .where('workspace_id', '=', workspaceId)
      .where('field_id', '=', fieldId)
      .execute()
    context.record(
      fieldChanged,
      { from: factsOf(before), to: factsOf(after) },
      { subject: { id: fieldId, name }, parts: { before: contentOf(before), after: contentOf(after) } },
    )
    return {}
  },
})

export const deleteFieldCommand = defineCommandHandler(deleteField, {
  handle: async (context, { fieldId }) => {
    const { tx, workspaceId } = context
    const before = await lockField(tx, workspaceId, fieldId, 'update')
    const { numDeletedRows } = await tx
      .deleteFrom('customer_field')
      .where('workspace_id', '=', workspaceId)
      .where('field_id', '=', fieldId)
      .executeTakeFirstOrThrow()
    await tx
      .deleteFrom('field')
      .where('workspace_id', '=', workspaceId)
      .where('field_id', '=', fieldId)
      .execute()
    context.record(
      fieldDeleted,
      { from: factsOf(before), customers: Number(numDeletedRows) },
      { subject: { id: fieldId, name: before.name }, parts: { before: contentOf(before) } },
    )
    return {}
  },
})
