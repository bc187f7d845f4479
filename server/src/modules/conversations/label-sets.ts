import {
  changeLabelSet,
  createLabelSet,
  deleteLabelSet,
  labelSetChanged,
  labelSetCreated,
  labelSetDeleted,
  listLabelSets,
} from '@tracedesk/contracts'
import { sql } from 'kysely'
import { type CommandContext, defineCommandHandler, defineQueryHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'

/** Refuses labels that are not there, and a name another set has. The labels stay as long as this transaction. */
async function requireFacts(
  { tx, workspaceId }: CommandContext,
  { name, labelIds }: { name: string; labelIds: readonly string[] },
  ownId: string | null,
): Promise<void> {
  const wanted = [...new Set(labelIds)].sort()
  const known = await tx
    .selectFrom('label')
    .select('label_id')
    .where('workspace_id', '=', workspaceId)
    .where('label_id', 'in', wanted)
    .orderBy('label_id')
    .forShare()
    .execute()
  const missing = wanted.find(id => !known.some(row => row.label_id === id))
  if (missing) throw new ConsoleError('label.not_found', { labelId: missing })
  const taken = await tx
    .selectFrom('label_set')
    .select('label_set_id')
    .where('workspace_id', '=', workspaceId)
    .where(sql<boolean>`lower(name) = lower(${name})`)
    .executeTakeFirst()
  if (taken && taken.label_set_id !== ownId) throw new ConsoleError('label_set.name_taken')
}

/** Locks a set. Throws `label_set.not_found`. */
async function lockSet({ tx, workspaceId }: CommandContext, labelSetId: string) {
  const row = await tx
    .selectFrom('label_set')
    .select(['name', 'label_ids'])
    .where('workspace_id', '=', workspaceId)
    .where('label_set_id', '=', labelSetId)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw new ConsoleError('label_set.not_found', { labelSetId })
  // branded: the ids were labels' when they were stored
  return { name: row.name, labelIds: row.label_ids as never[] }
}

export const createLabelSetCommand = defineCommandHandler(createLabelSet, {
  handle: async (context, facts) => {
    await requireFacts(context, facts, null)
    const id = newId()
    await context.tx
      .insertInto('label_set')
      .values({
        workspace_id: context.workspaceId,
        label_set_id: id,
        name: facts.name,
        label_ids: facts.labelIds,
        created_at: context.now,
      })
      .execute()
    context.record(labelSetCreated, { to: facts }, { subject: { id, name: facts.name } })
    return { labelSet: { id } }
  },
})

export const changeLabelSetCommand = defineCommandHandler(changeLabelSet, {
  handle: async (context, { labelSetId, ...to }) => {
    const from = await lockSet(context, labelSetId)
    await requireFacts(context, to, labelSetId)
    await context.tx
      .updateTable('label_set')
      .set({ name: to.name, label_ids: to.labelIds })
      .where('workspace_id', '=', context.workspaceId)
      .where('label_set_id', '=', labelSetId)
      .execute()
    context.record(labelSetChanged, { from, to }, { subject: { id: labelSetId, name: to.name } })
    return {}
  },
})

export const deleteLabelSetCommand = defineCommandHandler(deleteLabelSet, {
  handle: async (context, { labelSetId }) => {
    const from = await lockSet(context, labelSetId)
    await context.tx
      .deleteFrom('label_set')
      .where('workspace_id', '=', context.workspaceId)
      .where('label_set_id', '=', labelSetId)
      .execute()
    context.record(labelSetDeleted, { from }, { subject: { id: labelSetId, name: from.name } })
    return {}
  },
})

/** A label that was deleted since is no longer asked for; a set with none left asks for nothing. */
export const listLabelSetsQuery = defineQueryHandler(listLabelSets, async ({ db, caller }) => {
  const { rows } = await sql<{ id: string; name: string; labelIds: string[] }>`
    select s.label_set_id as id, s.name, array(select l.label_id from label l
      where l.workspace_id = s.workspace_id and l.label_id = any(s.label_ids) order by l.name)::text[] as "labelIds"
    from label_set s where s.workspace_id = ${caller.workspaceId} order by s.name`.execute(db as never)
  return { items: rows as never } // branded ids: the contract parses what leaves
})
