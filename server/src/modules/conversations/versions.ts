import type { CommandContext } from '../../command/define.ts'

export interface NewVersion {
  readonly messageId: string
  readonly version: number
  readonly entryId: string
  readonly hasText: boolean
  readonly author: {
    readonly kind: string
    readonly id: string | null
    readonly writtenBy?: string | null
  }
}

/** Adds a version that is in force at once, because it stands in Telegram already. The conversation is locked. */
export async function addVersion(context: CommandContext, added: NewVersion): Promise<void> {
  await insertVersion(context, added, 'received')
  const { tx, workspaceId } = context
  const changed = await tx
    .updateTable('message')
    .set({
      version: added.version,
      text_entry_id: added.hasText ? added.entryId : null,
      content_entry_id: added.entryId,
    })
    .where('workspace_id', '=', workspaceId)
    .where('message_id', '=', added.messageId)
    .where('version', '=', added.version - 1)
    .executeTakeFirst()
  if (Number(changed.numUpdatedRows) === 0) throw new Error('a message changed while its edit was kept')
}

/** Adds the row of a version; `queued` ones come into force when Telegram has them. */
export async function insertVersion(
  { tx, workspaceId, now }: CommandContext,
  { messageId, version, entryId, hasText, author }: NewVersion,
  state: 'received' | 'queued',
): Promise<void> {
  await tx
    .insertInto('message_version')
    .values({
      workspace_id: workspaceId,
      message_id: messageId,
      version,
      at: now,
      author_kind: author.kind,
      author_id: author.id,
      written_by: author.writtenBy ?? null,
      entry_id: entryId,
      has_text: hasText,
      state,
    })
    .execute()
}
