import { deleteNote, editNote, noteDeleted, noteEdited } from '@tracedesk/contracts'
import { confidantOf, scopeKindOf, writerFor } from '../../command/caller.ts'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { requireActiveAgent } from '../team/index.ts'
import { requireConversation } from './store.ts'

/** Refuses colleagues who are not there, and any in a private note: it is its author's alone. */
export async function requireMentions(
  { tx, workspaceId }: CommandContext,
  scope: 'private' | 'team',
  mentions: readonly string[],
): Promise<void> {
  if (scope === 'private' && mentions.length > 0)
    throw new ConsoleError('input.invalid', { issues: [{ path: 'mentions', problem: 'note.private' }] })
  // one order for everybody, so that two notes that call the same people do not wait for each other
  for (const agentId of [...new Set(mentions)].sort()) await requireActiveAgent(tx, workspaceId, agentId)
}

/** Locks a note and its conversation, as far as the caller may see them. A private note of others is not found. */
async function lockNote(context: CommandContext, noteId: string) {
  const { tx, workspaceId, caller } = context
  const find = () =>
    tx
      .selectFrom('note')
      .select(['conversation_id', 'author_id', 'scope', 'entry_id', 'version'])
      .where('workspace_id', '=', workspaceId)
      .where('note_id', '=', noteId)
  const place = await find().executeTakeFirst()
  if (!place) throw new ConsoleError('note.not_found', { noteId })
  const { ref } = await requireConversation(context, place.conversation_id)
  const note = await find().forUpdate().executeTakeFirst()
  const isMine = caller.actor.kind === 'agent' && note?.author_id === caller.actor.id
  const isHidden = note?.scope === 'private' && note.author_id !== confidantOf(caller)
  if (!note || isHidden) throw new ConsoleError('note.not_found', { noteId })
  // The table admits only these two.
  return { ref, isMine, ...note, scope: note.scope as 'private' | 'team' }
}

export const editNoteCommand = defineCommandHandler(editNote, {
  handle: async (context, { noteId, text, mentions }) => {
    const note = await lockNote(context, noteId)
    if (!note.isMine) throw new ConsoleError('note.not_yours', { noteId })
    await requireMentions(context, note.scope, mentions)
    const version = note.version + 1
    const entryId = context.record(
      noteEdited,
      { scope: note.scope, version, length: text.length, mentions, previous: note.entry_id },
      { subject: { id: noteId }, conversation: note.ref, parts: { text }, agents: mentions },
    )
    await context.tx
      .updateTable('note')
      .set({ entry_id: entryId, version, mentions, written_by: writerFor(context.caller) })
      .where('workspace_id', '=', context.workspaceId)
      .where('note_id', '=', noteId)
      .execute()
    // branded: it came in as such
    return { note: { id: noteId, version } }
  },
})

// Whoever sees more than their own work may take away what a colleague noted for the team.
export const deleteNoteCommand = defineCommandHandler(deleteNote, {
  handle: async (context, { noteId }) => {
    const note = await lockNote(context, noteId)
    if (!note.isMine && scopeKindOf(context.caller) === 'own')
      throw new ConsoleError('note.not_yours', { noteId })
    await context.tx
      .deleteFrom('note')
      .where('workspace_id', '=', context.workspaceId)
      .where('note_id', '=', noteId)
      .execute()
    const { scope, version, entry_id: previous } = note
    context.record(
      noteDeleted,
      // branded: the author's id is from the note's own row
      { scope, version, authorId: note.author_id as never, previous },
      { subject: { id: noteId }, conversation: note.ref, agents: [note.author_id] },
    )
    return {}
  },
})
