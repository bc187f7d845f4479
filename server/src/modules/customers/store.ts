import type { FieldKind } from '@tracedesk/contracts'
import type { ReadDb, Tx } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'

export interface Field {
  readonly id: string
  readonly key: string
  readonly name: string
  readonly kind: FieldKind
  readonly options: readonly string[]
}

const COLUMNS = ['field_id as id', 'key', 'name', 'kind', 'options'] as const

/** Locks a field: for a value to be set, or to be changed itself. Throws `field.not_found`. */
export async function lockField(
  tx: Tx,
  workspaceId: string,
  id: string,
  lock: 'share' | 'update',
): Promise<Field> {
  const query = tx
    .selectFrom('field')
    .select(COLUMNS)
    .where('workspace_id', '=', workspaceId)
    .where('field_id', '=', id)
  const row = await (lock === 'update' ? query.forUpdate() : query.forShare()).executeTakeFirst()
  if (!row) throw new ConsoleError('field.not_found', { fieldId: id })
  return { ...row, kind: row.kind as FieldKind } // the table admits only these kinds
}

export const listFieldRows = async (db: ReadDb, workspaceId: string): Promise<Field[]> =>
  (
    await db
      .selectFrom('field')
      .select(COLUMNS)
      .where('workspace_id', '=', workspaceId)
      .orderBy('created_at')
      .orderBy('field_id')
      .execute()
  ).map(row => ({ ...row, kind: row.kind as FieldKind })) // the table admits only these kinds
