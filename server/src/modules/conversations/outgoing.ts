import type { FileKind, MessageKind, sendMessage } from '@tracedesk/contracts'
import type { z } from 'zod'
import type { CommandContext } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { type AttachedFile, attachFiles } from './message-files.ts'

type Input = z.output<typeof sendMessage.input>

const CAPTION_MAX = 1024

/** What a message is going to be at Telegram, and what of it is kept as parts. */
export interface Outgoing {
  readonly kind: MessageKind
  readonly files: AttachedFile[]
  /** A place, a contact or a sticker, as the gateway reads it again. */
  readonly content: OutgoingContent | null
}

export type OutgoingContent =
  | { readonly type: 'location'; readonly latitude: number; readonly longitude: number }
  | { readonly type: 'contact'; readonly phone: string; readonly name: string }
  | { readonly type: 'sticker'; readonly of: string }

/**
 * Checks what is to be sent beside the text. Throws `caption.too_long`, `text.entity_outside`, the refusals of
 * `attachFiles`, and `message.not_found` for a sticker nobody sent.
 */
export async function prepareOutgoing(
  context: CommandContext,
  messageId: string,
  input: Input,
): Promise<Outgoing> {
  const { text, attachments, stickerOf, location, contact, conversationId } = input
  requireEntitiesInside(text ?? '', input.entities ?? [])
  if (attachments) {
    if ((text?.length ?? 0) > CAPTION_MAX) throw new ConsoleError('caption.too_long', { max: CAPTION_MAX })
    const files = await attachFiles(context, conversationId, messageId, attachments)
    const kind: FileKind = files[0]?.kind ?? 'document'
    return { kind, files, content: null }
  }
  if (stickerOf) {
    await requireSticker(context, stickerOf)
    return { kind: 'sticker', files: [], content: { type: 'sticker', of: stickerOf } }
  }
  if (location) return { kind: 'location', files: [], content: { type: 'location', ...location } }
  if (contact) return { kind: 'contact', files: [], content: { type: 'contact', ...contact } }
  return { kind: 'text', files: [], content: null }
}

/** Telegram silently drops formatting that lies outside the text; we say so. */
export function requireEntitiesInside(
  text: string,
  entities: readonly { offset: number; length: number }[],
): void {
  for (const { offset, length } of entities)
    if (offset + length > text.length) throw new ConsoleError('text.entity_outside', { offset, length })
}

/** A sticker can be sent again by whoever got it: by the same bot, from a conversation the desk has. */
async function requireSticker({ tx, workspaceId }: CommandContext, messageId: string): Promise<void> {
  const found = await tx
    .selectFrom('message')
    .select('message_id')
    .where('workspace_id', '=', workspaceId)
    .where('message_id', '=', messageId)
    .where('kind', '=', 'sticker')
    .executeTakeFirst()
  if (!found) throw new ConsoleError('message.not_found', { messageId })
}
