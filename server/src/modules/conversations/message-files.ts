import type { FileKind } from '@tracedesk/contracts'
import type { CommandContext } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'

/** A file Telegram has, as the gateway read it. */
export interface FetchableFile {
  readonly telegramFileId: string
  readonly kind: FileKind
  readonly size: number | null
}

/** Notes that a customer's message has a file, and that it is to be fetched. */
export async function awaitFile(
  { tx, workspaceId, now }: CommandContext,
  message: { conversationId: string; messageId: string; version: number; botId: string },
  file: FetchableFile,
): Promise<void> {
  const fileId = newId()
  await tx
    .insertInto('file')
    .values({
      workspace_id: workspaceId,
      file_id: fileId,
      conversation_id: message.conversationId,
      message_id: message.messageId,
      version: message.version,
      kind: file.kind,
      state: 'waiting',
      size: file.size,
      created_at: now,
    })
    .execute()
  await tx
    .insertInto('file_fetch')
    .values({
      workspace_id: workspaceId,
      file_id: fileId,
      bot_id: message.botId,
      telegram_file_id: file.telegramFileId,
    })
    .execute()
}

/** Which kinds of bytes may go out as what; documents may be anything. */
const FITS: Readonly<Partial<Record<FileKind, readonly string[]>>> = {
  photo: ['image/jpeg', 'image/png', 'image/webp'],
  voice: ['audio/ogg', 'audio/mpeg', 'audio/mp4'],
  audio: ['audio/mpeg', 'audio/mp4', 'audio/ogg', 'audio/flac', 'audio/wav'],
  video: ['video/mp4', 'video/quicktime', 'video/webm'],
  video_note: ['video/mp4'],
  animation: ['image/gif', 'video/mp4'],
}
/** Telegram takes no larger photo (Bot API, sendPhoto). */
const PHOTO_MAX_BYTES = 10 * 1024 * 1024

export interface AttachedFile {
  readonly fileId: string
  readonly kind: FileKind
  readonly sha256: string
  readonly size: number
  readonly type: string
}

/**
 * Gives uploads of a conversation to a message. Throws `file.not_found`, `file.sent_already`, `file.kind_not_fitting`,
 * `file.not_mixable`.
 */
export async function attachFiles(
  { tx, workspaceId }: CommandContext,
  conversationId: string,
  messageId: string,
  wanted: readonly { fileId: string; as: FileKind }[],
): Promise<AttachedFile[]> {
  requireMixable(wanted.map(({ as }) => as))
  const attached: AttachedFile[] = []
  for (const [ordinal, { fileId, as: kind }] of wanted.entries()) {
    const row = await tx
      .selectFrom('file')
      .select(['message_id', 'state', 'type', 'size', 'sha256'])
      .where('workspace_id', '=', workspaceId)
      .where('file_id', '=', fileId)
      .where('conversation_id', '=', conversationId)
      .forUpdate()
      .executeTakeFirst()
    if (row?.state !== 'stored' || !row.type || !row.sha256 || row.size === null)
      throw new ConsoleError('file.not_found', { fileId })
    if (row.message_id) throw new ConsoleError('file.sent_already', { fileId })
    const size = Number(row.size)
    const fits = FITS[kind]
    if ((fits && !fits.includes(row.type)) || (kind === 'photo' && size > PHOTO_MAX_BYTES))
      throw new ConsoleError('file.kind_not_fitting', { fileId, kind, type: row.type })
    await tx
      .updateTable('file')
      .set({ message_id: messageId, kind, ordinal })
      .where('workspace_id', '=', workspaceId)
      .where('file_id', '=', fileId)
      .execute()
    attached.push({ fileId, kind, sha256: row.sha256.toString('hex'), size, type: row.type })
  }
  return attached
}

/** What may stand in one album (Bot API, sendMediaGroup). */
function requireMixable(kinds: readonly FileKind[]): void {
  if (kinds.length < 2) return
  const groups = new Set(kinds.map(kind => (kind === 'photo' || kind === 'video' ? 'visual' : kind)))
  const [only] = groups
  if (groups.size > 1 || !only || !['visual', 'document', 'audio'].includes(only))
    throw new ConsoleError('file.not_mixable', { kinds })
}

/** Gives files back to nobody, because their message is not sent after all. */
export async function detachFiles({ tx, workspaceId }: CommandContext, messageId: string): Promise<void> {
  await tx
    .updateTable('file')
    .set({ message_id: null, kind: 'document', ordinal: 0 })
    .where('workspace_id', '=', workspaceId)
    .where('message_id', '=', messageId)
    .execute()
}

/** Notes which message of an album each file became; a single file is its message. */
export async function numberFiles(
  { tx, workspaceId }: CommandContext,
  messageId: string,
  telegramIds: readonly number[],
): Promise<void> {
  if (telegramIds.length < 2) return
  for (const [ordinal, id] of telegramIds.entries())
    await tx
      .updateTable('file')
      .set({ telegram_message_id: id })
      .where('workspace_id', '=', workspaceId)
      .where('message_id', '=', messageId)
      .where('ordinal', '=', ordinal)
      .execute()
}
