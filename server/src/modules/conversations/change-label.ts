import {
  changeLabelColour,
  deleteLabel,
  labelColourChanged,
  labelDeleted,
  labelRenamed,
  renameLabel,
} from '@tracedesk/contracts'
import { sql } from 'kysely'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'

/** Locks a label. Throws `label.not_found`. */
async function lockLabel({ tx, workspaceId }: CommandContext, labelId: string) {
  const label = await tx
    .selectFrom('label')
    .select(['name', 'colour'])
    .where('workspace_id', '=', workspaceId)
    .where('label_id', '=', labelId)
    .forUpdate()
    .executeTakeFirst()
  if (!label) throw new ConsoleError('label.not_found', { labelId })
  return label
}

const setLabel = (
  { tx, workspaceId }: CommandContext,
  labelId: string,
  change: { name: string } | { colour: string },
) =>
  tx
    .updateTable('label')
    .set(change)
    .where('workspace_id', '=', workspaceId)
    .where('label_id', '=', labelId)
    .execute()

export const renameLabelCommand = defineCommandHandler(renameLabel, {
  handle: async (context, { labelId, name }) => {
    const label = await lockLabel(context, labelId)
    if (label.name === name) throw new ConsoleError('conversation.unchanged', { labelId })
    const taken = await context.tx
      .selectFrom('label')
      .select('label_id')
      .where('workspace_id', '=', context.workspaceId)
      .where('label_id', '<>', labelId)
      .where(sql<boolean>`lower(name) = lower(${name})`)
      .executeTakeFirst()
    if (taken) throw new ConsoleError('label.name_taken')
    await setLabel(context, labelId, { name })
    context.record(labelRenamed, { from: label.name, to: name }, { subject: { id: labelId, name } })
    return {}
  },
})

export const changeLabelColourCommand = defineCommandHandler(changeLabelColour, {
  handle: async (context, { labelId, colour }) => {
    const label = await lockLabel(context, labelId)
    if (label.colour === colour) throw new ConsoleError('conversation.unchanged', { labelId })
    await setLabel(context, labelId, { colour })
    const subject = { id: labelId, name: label.name }
    context.record(labelColourChanged, { from: label.colour, to: colour }, { subject })
    return {}
  },
})

export const deleteLabelCommand = defineCommandHandler(deleteLabel, {
  handle: async (context, { labelId }) => {
    const { tx, workspaceId } = context
    const { name, colour } = await lockLabel(context, labelId)
    const { numDeletedRows } = await tx
      .deleteFrom('customer_label')
      .where('workspace_id', '=', workspaceId)
      .where('label_id', '=', labelId)
      .executeTakeFirstOrThrow()
    await tx
      .deleteFrom('label')
      .where('workspace_id', '=', workspaceId)
      .where('label_id', '=', labelId)
      .execute()
    const customers = Number(numDeletedRows)
    context.record(labelDeleted, { name, colour, customers }, { subject: { id: labelId, name } })
    return {}
  },
})
