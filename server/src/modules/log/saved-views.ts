import {
  createLogView,
  deleteLogView,
  listLogViews,
  logViewCreated,
  logViewDeleted,
  logViewUpdated,
  updateLogView,
} from '@tracedesk/contracts'
import { type CommandContext, defineCommandHandler, defineQueryHandler } from '../../command/define.ts'
import type { Tx } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import type { HoldsPerson } from '../../kernel/names-in.ts'
import { type InstallationSecret, seal, unseal } from '../../kernel/secret.ts'

/** One person may keep so many. */
const VIEWS_MAX = 50

/** What is sealed of a view. `filter` has the values by field, the words under `q`. */
interface View {
  readonly name: string
  readonly filter: Readonly<Record<string, string[]>>
}

const contextOf = (workspaceId: string, id: string) => `log-view/${workspaceId}/${id}`
const sealView = (secret: InstallationSecret, workspaceId: string, id: string, view: View): Buffer =>
  seal(secret.key('log-view'), Buffer.from(JSON.stringify(view), 'utf8'), contextOf(workspaceId, id))
// only what the contract parsed was ever sealed
const openView = (secret: InstallationSecret, workspaceId: string, id: string, sealed: Buffer): View =>
  JSON.parse(unseal(secret.key('log-view'), sealed, contextOf(workspaceId, id)).toString('utf8')) as View

const asLists = (filter: object): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(filter).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, [value].flat().map(String)]],
    ),
  )

/** What an entry says of a view: name and words may be a person's, so they are parts. */
function told({ name, filter: { q, ...filter } }: View) {
  return { filter, parts: { name, ...(q?.[0] ? { q: q[0] } : {}) } }
}

/** Whose view it is needs a seat: programs have none. */
function seatOf({ caller }: CommandContext): string {
  if (caller.actor.kind !== 'agent' || !caller.actor.id) throw new ConsoleError('session.required')
  return caller.actor.id
}

/** Locks a view of the caller's own. Those of others look as if they were not there. */
async function lockOwn(context: CommandContext, secret: InstallationSecret, logViewId: string) {
  const row = await context.tx
    .selectFrom('log_view')
    .select(['sealed', 'shared'])
    .where('workspace_id', '=', context.workspaceId)
    .where('log_view_id', '=', logViewId)
    .where('owner_id', '=', seatOf(context))
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw new ConsoleError('log_view.not_found', { logViewId })
  return { view: openView(secret, context.workspaceId, logViewId, row.sealed), shared: row.shared }
}

async function requireRoom({ tx, workspaceId }: CommandContext, owner: string): Promise<void> {
  const { n } = await tx
    .selectFrom('log_view')
    .select(eb => eb.fn.countAll<number>().as('n'))
    .where('workspace_id', '=', workspaceId)
    .where('owner_id', '=', owner)
    .executeTakeFirstOrThrow()
  if (Number(n) >= VIEWS_MAX) throw new ConsoleError('log_view.too_many', { max: VIEWS_MAX })
}

/** The commands of saved views of the log; their names and filters lie sealed. */
export function createLogViewCommands(secret: InstallationSecret) {
  const create = defineCommandHandler(createLogView, {
    handle: async (context, { name, filter, shared }) => {
      const { tx, workspaceId, now } = context
      const owner = seatOf(context)
      await requireRoom(context, owner)
      const id = newId()
      const view = { name, filter: asLists(filter) }
      await tx
        .insertInto('log_view')
        .values({
          workspace_id: workspaceId,
          log_view_id: id,
          owner_id: owner,
          shared,
          sealed: sealView(secret, workspaceId, id, view),
          changed_at: now,
        })
        .execute()
      const { filter: lists, parts } = told(view)
      context.record(logViewCreated, { filter: lists, shared }, { subject: { id }, parts })
      return { logView: { id: id as never } } // branded id
    },
  })
  const update = defineCommandHandler(updateLogView, {
    handle: async (context, { logViewId, name, filter, shared }) => {
      const { tx, workspaceId, now } = context
      const before = await lockOwn(context, secret, logViewId)
      const view = { name, filter: asLists(filter) }
      await tx
        .updateTable('log_view')
        .set({ shared, sealed: sealView(secret, workspaceId, logViewId, view), changed_at: now })
        .where('workspace_id', '=', workspaceId)
        .where('log_view_id', '=', logViewId)
        .execute()
      const [was, is] = [told(before.view), told(view)]
      context.record(
        logViewUpdated,
        { filter: is.filter, filterBefore: was.filter, shared, sharedBefore: before.shared },
        {
          subject: { id: logViewId },
          parts: {
            ...is.parts,
            nameBefore: was.parts.name,
            ...(was.parts.q ? { qBefore: was.parts.q } : {}),
          },
        },
      )
      return {}
    },
  })
  const remove = defineCommandHandler(deleteLogView, {
    handle: async (context, { logViewId }) => {
      const { view, shared } = await lockOwn(context, secret, logViewId)
      await context.tx
        .deleteFrom('log_view')
        .where('workspace_id', '=', context.workspaceId)
        .where('log_view_id', '=', logViewId)
        .execute()
      const { filter, parts } = told(view)
      context.record(logViewDeleted, { filter, shared }, { subject: { id: logViewId }, parts })
      return {}
    },
  })
  return [create, update, remove]
}

/**
 * Removes every kept view that looks for somebody by id, or names them. Runs in the transaction of an erasure, whose entry
 * counts them; an entry of their own would hold the name again. Returns how many went.
 */
export const createEraseViews =
  (secret: InstallationSecret) =>
  async (doomed: {
    tx: Tx
    workspaceId: string
    customerId: string
    conversationIds: readonly string[]
    holdsPerson: HoldsPerson
  }): Promise<number> => {
    const { tx, workspaceId, customerId, conversationIds, holdsPerson } = doomed
    const rows = await tx
      .selectFrom('log_view')
      .select(['log_view_id as id', 'sealed'])
      .where('workspace_id', '=', workspaceId)
      .forUpdate()
      .execute()
    const ids = [customerId, ...conversationIds]
    const gone = rows.filter(({ id, sealed }) => {
      const { name, filter } = openView(secret, workspaceId, id, sealed)
      return (
        Object.values(filter).some(values => values.some(value => ids.includes(value))) ||
        holdsPerson(name, 'words') ||
        (filter.q ?? []).some(q => holdsPerson(q, 'search'))
      )
    })
    for (const { id } of gone)
      await tx
        .deleteFrom('log_view')
        .where('workspace_id', '=', workspaceId)
        .where('log_view_id', '=', id)
        .execute()
    return gone.length
  }

/** `log_view.list`: one's own views first, each in the order of its id, then those others offer. */
export const createListLogViews = (secret: InstallationSecret) =>
  defineQueryHandler(listLogViews, async ({ db, caller }) => {
    const me = caller.actor.kind === 'agent' ? caller.actor.id : null
    const rows = await db
      .selectFrom('log_view as v')
      .innerJoin('agent as a', join =>
        join.onRef('a.workspace_id', '=', 'v.workspace_id').onRef('a.agent_id', '=', 'v.owner_id'),
      )
      .select(['v.log_view_id as id', 'v.sealed', 'v.shared', 'a.agent_id', 'a.name as owner'])
      .where('v.workspace_id', '=', caller.workspaceId)
      .where(eb => eb.or([eb('v.shared', '=', true), ...(me ? [eb('v.owner_id', '=', me)] : [])]))
      .orderBy('v.log_view_id')
      .limit(500)
      .execute()
    const items = rows.map(({ id, sealed, shared, agent_id, owner }) => ({
      id,
      ...openView(secret, caller.workspaceId, id, sealed),
      shared,
      owner: { id: agent_id, name: owner },
    }))
    const own = items.filter(({ owner }) => owner.id === me)
    return { items: [...own, ...items.filter(({ owner }) => owner.id !== me)] } as never // branded ids: the contract parses what leaves
  })
