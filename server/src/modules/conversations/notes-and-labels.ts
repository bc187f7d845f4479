import {
  addLabel,
  addNote,
  createLabel,
  customerLabelAdded,
  customerLabelRemoved,
  labelCreated,
  noteAdded,
  removeLabel,
} from '@tracedesk/contracts'
import { sql } from 'kysely'
import { confidantOf, writerFor } from '../../command/caller.ts'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import { requireMentions } from './change-note.ts'
import { accountsSql } from './customer-scope.ts'
import { requireConversation } from './store.ts'

export const addNoteCommand = defineCommandHandler(addNote, {
  handle: async (context, { conversationId, text, scope, mentions }) => {
    const { tx, workspaceId, now, caller } = context
    const conversation = await requireConversation(context, conversationId)
    if (caller.actor.kind !== 'agent' || !caller.actor.id) throw new ConsoleError('session.required') // a note has an author with a seat
    if (scope === 'private' && confidantOf(caller) === null)
      throw new ConsoleError('impersonation.private_note')
    await requireMentions(context, scope, mentions)
    const id = newId()
    const entryId = context.record(
      noteAdded,
      { scope, length: text.length, mentions },
      { subject: { id }, conversation: conversation.ref, parts: { text }, agents: mentions },
    )
    await tx
      .insertInto('note')
      .values({
        workspace_id: workspaceId,
        note_id: id,
        conversation_id: conversationId,
        author_id: caller.actor.id,
        written_by: writerFor(caller),
        scope,
        at: now,
        entry_id: entryId,
        mentions,
      })
      .execute()
    return { note: { id } }
  },
})

export const createLabelCommand = defineCommandHandler(createLabel, {
  handle: async (context, { name, colour }) => {
    const { tx, workspaceId } = context
    const taken = await tx
      .selectFrom('label')
      .select('label_id')
      .where('workspace_id', '=', workspaceId)
      .where(sql<boolean>`lower(name) = lower(${name})`)
      .executeTakeFirst()
    if (taken) throw new ConsoleError('label.name_taken')
    const id = newId()
    await tx.insertInto('label').values({ workspace_id: workspaceId, label_id: id, name, colour }).execute()
    context.record(labelCreated, { name, colour }, { subject: { id, name } })
    return { label: { id } }
  },
})

/** Locks a customer the caller has a conversation with, and the label. The entry belongs to their newest conversation. */
async function requireBoth(context: CommandContext, customerId: string, labelId: string) {
  const { tx, workspaceId } = context
  const customer = await tx
    .selectFrom('customer')
    .select(['named_by', 'merged_into'])
    .where('workspace_id', '=', workspaceId)
    .where('customer_id', '=', customerId)
    .executeTakeFirst()
  if (customer?.merged_into)
    throw new ConsoleError('customer.merged', { customerId, shownAs: customer.merged_into })
  const newest = await tx
    .selectFrom('conversation')
    .select('conversation_id')
    .where('workspace_id', '=', workspaceId)
    .where(sql<boolean>`customer_id = any(${accountsSql(workspaceId, customerId)})`)
    .orderBy('last_message_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (!customer || !newest) throw new ConsoleError('customer.not_found', { customerId })
  const conversation = await requireConversation(context, newest.conversation_id).catch(error => {
    if (error instanceof ConsoleError && error.code === 'conversation.not_found')
      throw new ConsoleError('customer.not_found', { customerId })
    throw error
  })
  const label = await tx
    .selectFrom('label')
    .select('name')
    .where('workspace_id', '=', workspaceId)
    .where('label_id', '=', labelId)
    .executeTakeFirst()
  if (!label) throw new ConsoleError('label.not_found', { labelId })
  const about = { subject: { id: customerId, named: customer.named_by }, conversation: conversation.ref }
  return { about, labelName: label.name }
}

export const addLabelCommand = defineCommandHandler(addLabel, {
  handle: async (context, { customerId, labelId }) => {
    const { about, labelName } = await requireBoth(context, customerId, labelId)
    const added = await context.tx
      .insertInto('customer_label')
      .values({ workspace_id: context.workspaceId, customer_id: customerId, label_id: labelId })
      .onConflict(conflict => conflict.doNothing())
      .returning('label_id')
      .executeTakeFirst()
    if (!added) throw new ConsoleError('label.already_there', { customerId, labelId })
    context.record(customerLabelAdded, { labelId, labelName }, about)
    return {}
  },
})

export const removeLabelCommand = defineCommandHandler(removeLabel, {
  handle: async (context, { customerId, labelId }) => {
    const { about, labelName } = await requireBoth(context, customerId, labelId)
    const removed = await context.tx
      .deleteFrom('customer_label')
      .where('workspace_id', '=', context.workspaceId)
      .where('customer_id', '=', customerId)
      .where('label_id', '=', labelId)
      .returning('label_id')
      .executeTakeFirst()
    if (!removed) throw new ConsoleError('label.not_there', { customerId, labelId })
    context.record(customerLabelRemoved, { labelId, labelName }, about)
    return {}
  },
})
