import {
  cannedReplyCreated,
  cannedReplyDeleted,
  cannedReplyUpdated,
  createCannedReply,
  deleteCannedReply,
  updateCannedReply,
} from '@tracedesk/contracts'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import { requireDepartment } from '../team/index.ts'
import { type FileKeeping, fileFacts, filesOf } from './files.ts'
import { checkTemplate } from './render.ts'
import { type CannedReply, mayUse, requireReply } from './store.ts'

type Given = Omit<CannedReply, 'id' | 'version'>

const factsOf = ({ title, folder, shortcut, departmentId, text }: Given) => ({
  title,
  folder,
  shortcut,
  // branded: parsed as such, or read from its own row
  departmentId: departmentId as never,
  length: text.length,
})
const columnsOf = ({ title, folder, shortcut, departmentId, text }: Given) => ({
  title,
  folder,
  shortcut,
  department_id: departmentId,
  body: text,
})
const departmentsOf = (...replies: Given[]) => replies.flatMap(reply => reply.departmentId ?? [])

/** Refuses a department that is not there or not the caller's, a shortcut that is taken, and unknown variables. */
async function check({ tx, workspaceId, caller }: CommandContext, given: Given, self?: string) {
  const fields = await tx.selectFrom('field').select('key').where('workspace_id', '=', workspaceId).execute()
  checkTemplate(
    given.text,
    fields.map(field => field.key),
  )
  if (given.departmentId !== null) {
    await requireDepartment(tx, workspaceId, given.departmentId)
    if (!mayUse(caller, given))
      throw new ConsoleError('department.not_found', { departmentId: given.departmentId })
  }
  if (given.shortcut === null) return
  const taken = await tx
    .selectFrom('canned_reply')
    .select('canned_reply_id')
    .where('workspace_id', '=', workspaceId)
    .where('shortcut', '=', given.shortcut)
    .executeTakeFirst()
  if (taken && taken.canned_reply_id !== self)
    throw new ConsoleError('canned_reply.shortcut_taken', { shortcut: given.shortcut })
}

export const createCannedReplyCommand = defineCommandHandler(createCannedReply, {
  handle: async (context, input) => {
    await check(context, input)
    const id = newId()
    const inserted = await context.tx
      .insertInto('canned_reply')
      .values({ workspace_id: context.workspaceId, canned_reply_id: id, version: 1, ...columnsOf(input) })
      .onConflict(conflict => conflict.doNothing()) // somebody took the shortcut this very moment
      .returning('canned_reply_id')
      .executeTakeFirst()
    if (!inserted) throw new ConsoleError('canned_reply.shortcut_taken', { shortcut: input.shortcut })
    context.record(
      cannedReplyCreated,
      { version: 1, to: factsOf(input) },
      { subject: { id, name: input.title }, parts: { after: input.text }, departments: departmentsOf(input) },
    )
    return { cannedReply: { id, version: 1 } }
  },
})

export const updateCannedReplyCommand = defineCommandHandler(updateCannedReply, {
  handle: async (context, input) => {
    const { tx, workspaceId, caller } = context
    const before = await requireReply(tx, caller, input.cannedReplyId, 'update')
    if (before.version !== input.version)
      throw new ConsoleError('version.outdated', { given: input.version, current: before.version })
    await check(context, input, before.id)
    const version = before.version + 1
    await tx
      .updateTable('canned_reply')
      .set({ version, ...columnsOf(input) })
      .where('workspace_id', '=', workspaceId)
      .where('canned_reply_id', '=', before.id)
      .execute()
    context.record(
      cannedReplyUpdated,
      { version, from: factsOf(before), to: factsOf(input) },
      {
        subject: { id: before.id, name: input.title },
        parts: { before: before.text, after: input.text },
        departments: departmentsOf(before, input),
      },
    )
    return { cannedReply: { id: before.id, version } }
  },
})

export const createDeleteCannedReply = (queueRemoval: FileKeeping['queueRemoval']) =>
  defineCommandHandler(deleteCannedReply, {
    handle: async (context, { cannedReplyId }) => {
      const { tx, workspaceId, caller } = context
      const before = await requireReply(tx, caller, cannedReplyId, 'update')
      const files = await filesOf(tx, workspaceId, cannedReplyId)
      await tx
        .deleteFrom('canned_reply_file')
        .where('workspace_id', '=', workspaceId)
        .where('canned_reply_id', '=', cannedReplyId)
        .execute()
      await queueRemoval(
        context,
        files.map(file => file.store_key),
      )
      await tx
        .deleteFrom('canned_reply')
        .where('workspace_id', '=', workspaceId)
        .where('canned_reply_id', '=', cannedReplyId)
        .execute()
      context.record(
        cannedReplyDeleted,
        {
          version: before.version,
          from: factsOf(before),
          ...(files.length > 0 && { files: files.map(fileFacts) }),
        },
        {
          subject: { id: before.id, name: before.title },
          parts: { before: before.text },
          departments: departmentsOf(before),
        },
      )
      return {}
    },
  })
