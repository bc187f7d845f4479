import type { FileKind } from '@tracedesk/contracts'
import type { CommandContext } from '../../command/define.ts'
import { seal } from '../../kernel/secret.ts'
import type { SubjectKeys } from '../../ledger/subject-keys.ts'
import type { KeptFile } from './spool.ts'

/** Who may open a file's key: its context names workspace and file, so that a row cannot lend its key to another. */
export const keyContext = (workspaceId: string, fileId: string): string =>
  `tracedesk/file-key/v1/${workspaceId}/${fileId}`

/** Seals a file's own key under its customer's. Throws when the customer has been erased. */
export async function sealFileKey(
  context: CommandContext,
  keys: SubjectKeys,
  customerId: string,
  fileId: string,
  key: Uint8Array,
): Promise<Buffer> {
  const owner = `customer:${customerId}`
  const found = await keys.forSealing(context.tx, context.workspaceId, [owner])
  const sealing = found.keys.get(owner)
  if (!sealing) throw new Error(`no key for ${owner}`)
  context.afterCommit(found.remember)
  return seal(sealing, key, keyContext(context.workspaceId, fileId))
}

export interface FileRow {
  readonly conversationId: string
  readonly messageId: string | null
  readonly kind: FileKind
  readonly state: 'waiting' | 'stored' | 'failed' | 'removed'
  readonly size: number | null
  readonly storeKey: string | null
  readonly uploadedBy: string | null
}

/** A file's row, locked; null when there is none. */
export async function lockFile({ tx, workspaceId }: CommandContext, fileId: string): Promise<FileRow | null> {
  const row = await tx
    .selectFrom('file')
    .select([
      'conversation_id as conversationId',
      'message_id as messageId',
      'kind',
      'state',
      'size',
      'store_key as storeKey',
      'uploaded_by as uploadedBy',
    ])
    .where('workspace_id', '=', workspaceId)
    .where('file_id', '=', fileId)
    .forUpdate()
    .executeTakeFirst()
  // kind and state are held to their lists by what writes them and by the table's check
  return (row as FileRow | undefined) ?? null
}

/** The columns of a row that bytes bring. */
export const storedColumns = (kept: Omit<KeptFile, 'key'>, sealedKey: Buffer) => ({
  state: 'stored' as const,
  problem: null,
  sha256: Buffer.from(kept.sha256, 'hex'),
  size: kept.size,
  type: kept.type,
  store_key: kept.storeKey,
  sealed_key: sealedKey,
})

/** Has the bytes behind a key taken out of the store, once this transaction is committed. */
export async function queueRemoval(
  { tx, workspaceId }: Pick<CommandContext, 'tx' | 'workspaceId'>,
  storeKeys: readonly string[],
): Promise<void> {
  if (storeKeys.length === 0) return
  await tx
    .insertInto('file_removal')
    .values(storeKeys.map(store_key => ({ workspace_id: workspaceId, store_key })))
    .onConflict(conflict => conflict.doNothing())
    .execute()
}
