import { createHash } from 'node:crypto'
import {
  deleteImportMapping,
  ImportMapping,
  importMappingDeleted,
  importMappingSaved,
  saveImportMapping,
} from '@tracedesk/contracts'
import { defineCommandHandler } from '../../command/define.ts'
import type { ReadDb } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import { createRowMapper } from './map-row.ts'

/** SHA-256 of a mapping, whatever the order its fields were written in. */
export const digestOfMapping = (mapping: ImportMapping): string =>
  createHash('sha256')
    .update(JSON.stringify(sorted(mapping)))
    .digest('hex')

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}

/** Reads a mapping from JSON text. Throws ConsoleError `input.invalid` with what is wrong, also for a zone or pattern that is none. */
export function parseMapping(text: string): ImportMapping {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new ConsoleError('input.invalid', {
      issues: [{ path: 'mapping', problem: (error as Error).message }],
    })
  }
  const parsed = ImportMapping.safeParse(value)
  if (!parsed.success)
    throw new ConsoleError('input.invalid', {
      issues: parsed.error.issues.map(issue => ({
        path: ['mapping', ...issue.path].join('.'),
        problem: issue.message,
      })),
    })
  createRowMapper(parsed.data)
  return parsed.data
}

/** The mapping kept under a name. Throws `import.mapping_not_found`. */
export async function findMapping(db: ReadDb, workspaceId: string, name: string): Promise<ImportMapping> {
  const row = await db
    .selectFrom('import_mapping')
    .select('mapping')
    .where('workspace_id', '=', workspaceId)
    .where('name', '=', name)
    .executeTakeFirst()
  if (!row) throw new ConsoleError('import.mapping_not_found', { name })
  return ImportMapping.parse(row.mapping)
}

export const saveImportMappingCommand = defineCommandHandler(saveImportMapping, {
  handle: async (context, { name, mapping }) => {
    const { tx, workspaceId } = context
    createRowMapper(mapping) // refuses a zone or pattern that is none
    const before = await tx
      .selectFrom('import_mapping')
      .select(['mapping_id', 'mapping'])
      .where('workspace_id', '=', workspaceId)
      .where('name', '=', name)
      .forUpdate()
      .executeTakeFirst()
    const id = before?.mapping_id ?? newId()
    const kept = JSON.stringify(mapping)
    await tx
      .insertInto('import_mapping')
      .values({ workspace_id: workspaceId, mapping_id: id, name, mapping: kept })
      .onConflict(conflict => conflict.columns(['workspace_id', 'mapping_id']).doUpdateSet({ mapping: kept }))
      .execute()
    const from = before ? digestOfMapping(ImportMapping.parse(before.mapping)) : null
    context.record(
      importMappingSaved,
      { name, format: mapping.format, from, to: digestOfMapping(mapping) },
      {
        subject: { id, name },
        parts: { before: before ? JSON.stringify(before.mapping) : undefined, after: kept },
      },
    )
    return { mapping: { id: id as never } } // branded id
  },
})

export const deleteImportMappingCommand = defineCommandHandler(deleteImportMapping, {
  handle: async (context, { id }) => {
    const gone = await context.tx
      .deleteFrom('import_mapping')
      .where('workspace_id', '=', context.workspaceId)
      .where('mapping_id', '=', id)
      .returning('name')
      .executeTakeFirst()
    if (!gone) throw new ConsoleError('import.mapping_not_found', { id })
    context.record(importMappingDeleted, { name: gone.name }, { subject: { id, name: gone.name } })
    return {}
  },
})
