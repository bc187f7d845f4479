import {
  changeInboxView,
  createInboxView,
  deleteInboxView,
  type InboxFilter,
  inboxViewChanged,
  inboxViewCreated,
  inboxViewDeleted,
  inboxViewShared,
  listInboxViews,
  shareInboxView,
} from '@tracedesk/contracts'
import { type CommandContext, defineCommandHandler, defineQueryHandler } from '../../command/define.ts'
import type { Tx } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import type { HoldsPerson } from '../../kernel/names-in.ts'

/** One person may keep so many. */
const VIEWS_MAX = 50

/** Whose view it is needs a seat: programs have none. */
function seatOf({ caller }: CommandContext): string {
  if (caller.actor.kind !== 'agent' || !caller.actor.id) throw new ConsoleError('session.required')
  return caller.actor.id
}

/** Locks a view of the caller's own. Those of others look as if they were not there. */
async function lockOwn(context: CommandContext, inboxViewId: string) {
  const row = await context.tx
    .selectFrom('inbox_view')
    .select(['name', 'filter', 'shared'])
    .where('workspace_id', '=', context.workspaceId)
    .where('inbox_view_id', '=', inboxViewId)
    .where('owner_id', '=', seatOf(context))
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw new ConsoleError('inbox_view.not_found', { inboxViewId })
  // only what the contract parsed was ever stored
  return { name: row.name, facts: { filter: row.filter as InboxFilter }, shared: row.shared }
}

const setView = (
  { tx, workspaceId }: CommandContext,
  id: string,
  change: { name: string; filter: string } | { shared: boolean },
) =>
  tx
    .updateTable('inbox_view')
    .set(change)
    .where('workspace_id', '=', workspaceId)
    .where('inbox_view_id', '=', id)
    .execute()

export const createInboxViewCommand = defineCommandHandler(createInboxView, {
  handle: async (context, { name, filter }) => {
    const { tx, workspaceId, now } = context
    const owner = seatOf(context)
    const { n } = await tx
      .selectFrom('inbox_view')
      .select(eb => eb.fn.countAll<number>().as('n'))
      .where('workspace_id', '=', workspaceId)
      .where('owner_id', '=', owner)
      .executeTakeFirstOrThrow()
    if (Number(n) >= VIEWS_MAX) throw new ConsoleError('inbox_view.too_many', { max: VIEWS_MAX })
    const id = newId()
    await tx
      .insertInto('inbox_view')
      .values({
        workspace_id: workspaceId,
        inbox_view_id: id,
        owner_id: owner,
        name,
        filter: JSON.stringify(filter),
        created_at: now,
      })
      .execute()
    context.record(inboxViewCreated, { to: { filter } }, { subject: { id }, parts: { name } })
    return { inboxView: { id } }
  },
})

export const changeInboxViewCommand = defineCommandHandler(changeInboxView, {
  handle: async (context, { inboxViewId, name, filter }) => {
    const { name: nameBefore, facts: from } = await lockOwn(context, inboxViewId)
    await setView(context, inboxViewId, { name, filter: JSON.stringify(filter) })
    const parts = { name, nameBefore }
    context.record(inboxViewChanged, { from, to: { filter } }, { subject: { id: inboxViewId }, parts })
    return {}
  },
})

export const shareInboxViewCommand = defineCommandHandler(shareInboxView, {
  handle: async (context, { inboxViewId, shared }) => {
    const view = await lockOwn(context, inboxViewId)
    if (view.shared === shared) throw new ConsoleError('conversation.unchanged', { inboxViewId })
    await setView(context, inboxViewId, { shared })
    const about = { subject: { id: inboxViewId }, parts: { name: view.name } }
    context.record(inboxViewShared, { from: view.shared, to: shared }, about)
    return {}
  },
})

export const deleteInboxViewCommand = defineCommandHandler(deleteInboxView, {
  handle: async (context, { inboxViewId }) => {
    const { name, facts: from, shared } = await lockOwn(context, inboxViewId)
    await context.tx
      .deleteFrom('inbox_view')
      .where('workspace_id', '=', context.workspaceId)
      .where('inbox_view_id', '=', inboxViewId)
      .execute()
    context.record(inboxViewDeleted, { from, shared }, { subject: { id: inboxViewId }, parts: { name } })
    return {}
  },
})

/**
 * Removes every kept view that names somebody. Runs in the transaction of an erasure, whose entry counts them; an entry of
 * their own would hold the name again. Returns how many went.
 */
export async function eraseInboxViews({
  tx,
  workspaceId,
  holdsPerson,
}: {
  readonly tx: Tx
  readonly workspaceId: string
  readonly holdsPerson: HoldsPerson
}): Promise<number> {
  const rows = await tx
    .selectFrom('inbox_view')
    .select(['inbox_view_id as id', 'name'])
    .where('workspace_id', '=', workspaceId)
    .forUpdate()
    .execute()
  const gone = rows.filter(({ name }) => holdsPerson(name, 'words'))
  for (const { id } of gone)
    await tx
      .deleteFrom('inbox_view')
      .where('workspace_id', '=', workspaceId)
      .where('inbox_view_id', '=', id)
      .execute()
  return gone.length
}

export const listInboxViewsQuery = defineQueryHandler(listInboxViews, async ({ db, caller }) => {
  const me = caller.actor.kind === 'agent' ? caller.actor.id : null
  const rows = await db
    .selectFrom('inbox_view as v')
    .innerJoin('agent as a', join =>
      join.onRef('a.workspace_id', '=', 'v.workspace_id').onRef('a.agent_id', '=', 'v.owner_id'),
    )
    .select(['v.inbox_view_id as id', 'v.name', 'v.filter', 'v.shared', 'a.agent_id', 'a.name as owner'])
    .where('v.workspace_id', '=', caller.workspaceId)
    .where(eb => eb.or([eb('v.shared', '=', true), ...(me ? [eb('v.owner_id', '=', me)] : [])]))
    .orderBy('v.created_at')
    .orderBy('v.inbox_view_id')
    .execute()
  return {
    items: rows.map(({ agent_id: id, owner, ...view }) => ({ ...view, owner: { id, name: owner } })) as never, // branded ids: the contract parses what leaves
  }
})
