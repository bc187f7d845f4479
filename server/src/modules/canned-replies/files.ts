import {
  addCannedReplyFile,
  cannedReplyFileAdded,
  cannedReplyFileRemoved,
  removeCannedReplyFile,
  takeCannedReplyFiles,
} from '@tracedesk/contracts'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import type { Databases, ReadDb, Tx } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { seal, unseal } from '../../kernel/secret.ts'
import { type CannedReply, findReply, requireReply } from './store.ts'

/** So many files at most go with a reply: one album (Bot API, sendMediaGroup). */
const FILES_MAX = 10

interface Kept {
  readonly fileId: string
  readonly name: string
  readonly size: number
  readonly sha256: string
  readonly type: string
  readonly storeKey: string
  readonly key: Buffer
}
interface Source {
  readonly fileId: string
  readonly name: string
  readonly key: Buffer
  readonly size: number
  readonly storeKey: string
}

/** What this module needs of whoever keeps files. */
export interface FileKeeping {
  readonly databases: Databases
  /** Seals the files' own keys. */
  readonly key: Buffer
  readonly contextOf: (workspaceId: string, fileId: string) => string
  readonly copy: (workspaceId: string, sources: readonly Source[]) => Promise<Kept[]>
  readonly taken: (context: CommandContext, copies: readonly Kept[]) => Promise<void>
  readonly addUploads: (
    context: CommandContext,
    conversationId: string,
    uploads: readonly Kept[],
  ) => Promise<void>
  readonly queueRemoval: (context: CommandContext, storeKeys: readonly string[]) => Promise<void>
}

const COLUMNS = ['file_id as id', 'name', 'sha256', 'size', 'type', 'store_key', 'sealed_key'] as const

/** The files of a reply in the order in which they were added. */
export const filesOf = (db: ReadDb | Tx, workspaceId: string, replyId: string) =>
  (db as ReadDb) // it only reads
    .selectFrom('canned_reply_file')
    .select(COLUMNS)
    .where('workspace_id', '=', workspaceId)
    .where('canned_reply_id', '=', replyId)
    .orderBy('added_at')
    .orderBy('file_id')
    .execute()
type Row = Awaited<ReturnType<typeof filesOf>>[number]

/** A file as entries tell of it. */
export const fileFacts = ({ id, name, sha256, size, type }: Row) => ({
  fileId: id as never, // branded: read from its own row
  name,
  sha256: sha256.toString('hex'),
  bytes: Number(size),
  type,
})

const departmentsOf = ({ departmentId }: CannedReply) => (departmentId ? [departmentId] : [])

async function nextVersion({ tx, workspaceId }: CommandContext, reply: CannedReply): Promise<number> {
  const version = reply.version + 1
  await tx
    .updateTable('canned_reply')
    .set({ version })
    .where('workspace_id', '=', workspaceId)
    .where('canned_reply_id', '=', reply.id)
    .execute()
  return version
}

const createAdd = (keeping: FileKeeping) =>
  defineCommandHandler(addCannedReplyFile, {
    handle: async (context, { cannedReplyId, fileId, name, key, ...kept }) => {
      const { tx, workspaceId, caller, now } = context
      const reply = await requireReply(tx, caller, cannedReplyId, 'update')
      if ((await filesOf(tx, workspaceId, reply.id)).length >= FILES_MAX)
        throw new ConsoleError('canned_reply.too_many_files', { max: FILES_MAX })
      await tx
        .insertInto('canned_reply_file')
        .values({
          workspace_id: workspaceId,
          file_id: fileId,
          canned_reply_id: reply.id,
          name,
          sha256: Buffer.from(kept.sha256, 'hex'),
          size: kept.size,
          type: kept.type,
          store_key: kept.storeKey,
          sealed_key: seal(keeping.key, key, keeping.contextOf(workspaceId, fileId)),
          added_at: now,
        })
        .execute()
      const version = await nextVersion(context, reply)
      const file = { fileId, name, sha256: kept.sha256, bytes: kept.size, type: kept.type }
      context.record(
        cannedReplyFileAdded,
        { version, file },
        { subject: { id: reply.id, name: reply.title }, departments: departmentsOf(reply) },
      )
      return { version }
    },
  })

const createRemove = (keeping: FileKeeping) =>
  defineCommandHandler(removeCannedReplyFile, {
    handle: async (context, { cannedReplyId, fileId }) => {
      const { tx, workspaceId, caller } = context
      const reply = await requireReply(tx, caller, cannedReplyId, 'update')
      const file = (await filesOf(tx, workspaceId, reply.id)).find(({ id }) => id === fileId)
      if (!file) throw new ConsoleError('file.not_found', { fileId })
      await tx
        .deleteFrom('canned_reply_file')
        .where('workspace_id', '=', workspaceId)
        .where('file_id', '=', fileId)
        .execute()
      await keeping.queueRemoval(context, [file.store_key])
      const version = await nextVersion(context, reply)
      context.record(
        cannedReplyFileRemoved,
        { version, file: fileFacts(file) },
        { subject: { id: reply.id, name: reply.title }, departments: departmentsOf(reply) },
      )
      return { version }
    },
  })

const createTake = (keeping: FileKeeping) =>
  defineCommandHandler(takeCannedReplyFiles, {
    // bytes are copied before there is a transaction
    prepare: async ({ cannedReplyId }, caller) => {
      const { workspaceId } = caller
      const { read } = keeping.databases
      const reply = await findReply(read, caller, cannedReplyId)
      const sources = (await filesOf(read, workspaceId, reply.id)).map(row => ({
        fileId: row.id,
        name: row.name,
        key: unseal(keeping.key, row.sealed_key, keeping.contextOf(workspaceId, row.id)),
        size: Number(row.size),
        storeKey: row.store_key,
      }))
      if (sources.length === 0) throw new ConsoleError('file.not_found', { cannedReplyId })
      return keeping.copy(workspaceId, sources)
    },
    handle: async (context, { conversationId }, copies) => {
      await keeping.addUploads(context, conversationId, copies)
      await keeping.taken(context, copies)
      return {
        // branded: the ids were made for these rows
        files: copies.map(({ fileId, name, size, type, sha256 }) => ({
          id: fileId as never,
          name,
          size,
          type,
          sha256,
        })),
      }
    },
  })

/** The commands about files of canned replies. */
export const createCannedFileCommands = (keeping: FileKeeping) => ({
  add: createAdd(keeping),
  remove: createRemove(keeping),
  take: createTake(keeping),
})
