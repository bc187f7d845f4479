import {
  defineCommand,
  discardFile,
  FileId,
  fileDiscarded,
  fileNotFetched,
  fileStored,
  fileUploaded,
  uploadFile,
} from '@tracedesk/contracts'
import { z } from 'zod'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { RecordedRefusal } from '../../command/execute.ts'
import type { Tx } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import type { SubjectKeys } from '../../ledger/subject-keys.ts'
import { lockConversation, requireConversation } from '../conversations/index.ts'
import { cleanFileName } from './file-name.ts'
import type { KeptFile } from './spool.ts'
import { lockFile, queueRemoval, sealFileKey, storedColumns } from './state.ts'

/** Bytes that lie in the store, under the name somebody gave them. */
export interface NamedFile extends KeptFile {
  readonly fileId: string
  readonly name: string
}

/**
 * Makes rows for bytes that lie in the store already: uploads of a conversation, ready to be sent. Throws
 * `conversation.not_found`, `conversation.resolved`.
 */
export async function addUploads(
  context: CommandContext,
  keys: SubjectKeys,
  conversationId: string,
  uploads: readonly NamedFile[],
): Promise<void> {
  const { tx, workspaceId, now, caller } = context
  const conversation = await requireConversation(context, conversationId)
  if (conversation.status === 'resolved') throw new ConsoleError('conversation.resolved', { conversationId })
  for (const { fileId, name, key, ...kept } of uploads) {
    const sealed = await sealFileKey(context, keys, conversation.customerId, fileId, key)
    const { sha256, size, type } = kept
    const entryId = context.record(
      fileUploaded,
      { sha256, bytes: size, type },
      { subject: { id: fileId }, conversation: conversation.ref, parts: { name: cleanFileName(name) } },
    )
    await tx
      .insertInto('file')
      .values({
        workspace_id: workspaceId,
        file_id: fileId,
        conversation_id: conversationId,
        kind: 'document',
        uploaded_by: caller.actor.id,
        entry_id: entryId,
        created_at: now,
        ...storedColumns(kept, sealed),
      })
      .execute()
  }
}

export const createUploadFile = (keys: SubjectKeys) =>
  defineCommandHandler(uploadFile, {
    handle: async (context, { conversationId, key, ...file }) => {
      await addUploads(context, keys, conversationId, [{ ...file, key: Buffer.from(key) }])
      return {}
    },
  })

async function discard(context: CommandContext, fileId: string, by: 'agent' | 'age'): Promise<void> {
  const file = await lockFile(context, fileId)
  if (file?.state !== 'stored') throw new ConsoleError('file.not_found', { fileId })
  const conversation =
    by === 'agent'
      ? await requireConversation(context, file.conversationId)
      : await lockConversation(context, file.conversationId)
  if (!conversation) throw new Error(`file ${fileId} belongs to no conversation`)
  if (file.messageId) throw new ConsoleError('file.sent_already', { fileId })
  await setFile(context, fileId, { state: 'removed', sealed_key: null, store_key: null })
  await queueRemoval(context, file.storeKey ? [file.storeKey] : [])
  context.record(fileDiscarded, { by }, { subject: { id: fileId }, conversation: conversation.ref })
}

export const discardFileCommand = defineCommandHandler(discardFile, {
  handle: async (context, { fileId }) => {
    await discard(context, fileId, 'agent')
    return {}
  },
})

export const expireFile = defineCommand({
  name: 'file.expire',
  access: 'internal',
  summary: 'Take an upload away that nobody sent for a day',
  input: z.strictObject({ fileId: FileId }),
  output: z.strictObject({}),
  records: [fileDiscarded],
  subject: { kind: 'file', field: 'fileId' },
})
export const expireFileCommand = defineCommandHandler(expireFile, {
  handle: async (context, { fileId }) => {
    await discard(context, fileId, 'age')
    return {}
  },
})

/** Thrown when a fetch has had its outcome; nothing is recorded then. */
export class AlreadyFetched extends RecordedRefusal {
  constructor(fileId: string) {
    super('file.not_found', { fileId }, { message: `file ${fileId} has its outcome` })
  }
}

const Fetched = { fileId: FileId, attempts: z.int() }
export const storeFile = defineCommand({
  name: 'file.store',
  access: 'internal',
  summary: 'A customer’s file was fetched from Telegram',
  input: z.strictObject({
    ...Fetched,
    name: z.string().nullable(),
    sha256: z.string(),
    size: z.int(),
    type: z.string(),
    storeKey: z.string(),
    key: z.instanceof(Uint8Array),
  }),
  output: z.strictObject({}),
  records: [fileStored],
  subject: { kind: 'file', field: 'fileId' },
})
export const createStoreFile = (keys: SubjectKeys) =>
  defineCommandHandler(storeFile, {
    handle: async (context, { fileId, attempts, name, key, ...kept }) => {
      const { messageId, kind, conversation } = await settleFetch(context, fileId)
      const sealed = await sealFileKey(context, keys, conversation.customerId, fileId, key)
      await setFile(context, fileId, storedColumns(kept, sealed))
      const { sha256, size, type } = kept
      context.record(
        fileStored,
        { messageId: messageId as never, kind, sha256, bytes: size, type, attempts },
        {
          subject: { id: fileId },
          conversation: conversation.ref,
          parts: name === null ? {} : { name: cleanFileName(name) },
        },
      )
      return {}
    },
  })

export const failFile = defineCommand({
  name: 'file.fail',
  access: 'internal',
  summary: 'A customer’s file could not be had from Telegram',
  input: z.strictObject({
    ...Fetched,
    cause: fileNotFetched.data.shape.cause,
    size: z.int().nullable(),
  }),
  output: z.strictObject({}),
  records: [fileNotFetched],
  subject: { kind: 'file', field: 'fileId' },
})
export const failFileCommand = defineCommandHandler(failFile, {
  handle: async (context, { fileId, attempts, cause, size }) => {
    const { messageId, kind, conversation } = await settleFetch(context, fileId)
    await setFile(context, fileId, { state: 'failed', problem: cause })
    context.record(
      fileNotFetched,
      { messageId: messageId as never, kind, cause, bytes: size, attempts },
      { subject: { id: fileId }, conversation: conversation.ref },
    )
    return {}
  },
})

/** Takes a fetch off the list, with everything locked that its outcome changes. */
async function settleFetch(context: CommandContext, fileId: string) {
  const { tx, workspaceId } = context
  const file = await lockFile(context, fileId)
  if (file?.state !== 'waiting' || !file.messageId) throw new AlreadyFetched(fileId)
  const conversation = await lockConversation(context, file.conversationId)
  if (!conversation) throw new Error(`file ${fileId} belongs to no conversation`)
  await tx
    .deleteFrom('file_fetch')
    .where('workspace_id', '=', workspaceId)
    .where('file_id', '=', fileId)
    .execute()
  return { messageId: file.messageId, kind: file.kind, conversation }
}

async function setFile(
  { tx, workspaceId }: CommandContext,
  fileId: string,
  columns: Record<string, unknown>,
): Promise<void> {
  await tx
    .updateTable('file')
    .set(columns)
    .where('workspace_id', '=', workspaceId)
    .where('file_id', '=', fileId)
    .execute()
}

/**
 * Removes every file of a customer, in the transaction of the command that erases them and records it: rows are marked and
 * their keys dropped; the bytes, unreadable from then on, leave the store after the commit. Returns how many went.
 */
export async function deleteFilesOf({
  tx,
  workspaceId,
  customerId,
}: {
  tx: Tx
  workspaceId: string
  customerId: string
}): Promise<number> {
  const rows = await tx
    .updateTable('file as f')
    .from('conversation as c')
    .set({ state: 'removed', sealed_key: null })
    .whereRef('c.workspace_id', '=', 'f.workspace_id')
    .whereRef('c.conversation_id', '=', 'f.conversation_id')
    .where('f.workspace_id', '=', workspaceId)
    .where('c.customer_id', '=', customerId)
    .where('f.state', '<>', 'removed')
    .returning(['f.file_id', 'f.store_key'])
    .execute()
  if (rows.length === 0) return 0
  await tx
    .deleteFrom('file_fetch')
    .where('workspace_id', '=', workspaceId)
    .where(
      'file_id',
      'in',
      rows.map(row => row.file_id),
    )
    .execute()
  await queueRemoval(
    { tx, workspaceId },
    rows.flatMap(row => row.store_key ?? []),
  )
  return rows.length
}
