import { existsSync } from 'node:fs'
import {
  dryRunImport,
  ImportMapping,
  listImportMappings,
  listImportRejects,
  listImports,
  previewImport,
} from '@tracedesk/contracts'
import type { z } from 'zod'
import { defineQueryHandler, type Query } from '../../command/define.ts'
import type { ReadDb } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { instantFromMillis } from '../../kernel/instant.ts'
import { dryRun } from './dry-run.ts'
import { readLines } from './file-lines.ts'
import { RejectedLine, readLine } from './line.ts'
import { createRowMapper } from './map-row.ts'
import { mapRow } from './mapped-lines.ts'
import { parseMapping } from './mappings.ts'
import { recognise } from './recognise.ts'
import { type Rejected, readRejects, rejectsPath } from './rejects.ts'
import type { Row } from './row.ts'
import { readRows } from './rows.ts'
import type { Uploads } from './uploads.ts'

const PREVIEW_ROWS = 20
const REJECTS_SHOWN = 200
const LISTED = 100
/** A dry run that takes longer answers with what it has counted so far. */
const DRY_RUN_MS = 20_000

type Preview = z.input<typeof previewImport.output>

/** The reads of imports. `folder`: where the rejects files are. */
export function createImportQueries(uploads: Uploads, folder: string): Query[] {
  const list = defineQueryHandler(listImports, async ({ db, caller: { workspaceId } }) => {
    const rows = await db
      .selectFrom('import_run')
      .selectAll()
      .where('workspace_id', '=', workspaceId)
      .orderBy('started_at', 'desc')
      .limit(LISTED)
      .execute()
    const items = rows.map(async row => ({
      id: row.import_id,
      format: row.format,
      fileName: row.file_name,
      state: row.state,
      hasFile: row.upload_id !== null && (await uploads.has(workspaceId, row.upload_id)),
      lines: row.done_lines,
      imported: row.imported,
      rejected: row.rejected,
      startedAt: row.started_at,
    }))
    return { items: await Promise.all(items) } as never // branded ids: the contract parses what leaves
  })
  const rejects = defineQueryHandler(listImportRejects, async ({ db, caller }, { id }) => {
    const { rejected } = await requireRun(db, caller.workspaceId, id)
    const items: Rejected[] = []
    for await (const reject of readRejects(rejectsPath(folder, id))) {
      if (items.length >= REJECTS_SHOWN) break
      items.push(reject)
    }
    return { items, more: rejected > items.length }
  })
  const mappings = defineQueryHandler(listImportMappings, async ({ db, caller }) => {
    const rows = await db
      .selectFrom('import_mapping')
      .select(['mapping_id', 'name', 'mapping'])
      .where('workspace_id', '=', caller.workspaceId)
      .orderBy('name')
      .execute()
    const items = rows.map(row => ({
      id: row.mapping_id,
      name: row.name,
      mapping: ImportMapping.parse(row.mapping),
    }))
    return { items } as never // as above
  })
  const preview = defineQueryHandler(previewImport, async ({ caller }, input) => {
    const file = await uploads.find(caller.workspaceId, input.uploadId)
    return input.format === 'tracedesk-ndjson' ? previewLines(file) : previewRows(file, input)
  })
  const dry = defineQueryHandler(dryRunImport, async ({ caller }, { uploadId, mapping }) =>
    dryRun({
      file: await uploads.find(caller.workspaceId, uploadId),
      mapping: mapping === undefined ? undefined : parseMapping(mapping),
      within: DRY_RUN_MS,
    }),
  )
  return [list, rejects, mappings, preview, dry] as unknown as Query[]
}

async function requireRun(db: ReadDb, workspaceId: string, id: string) {
  const run = await db
    .selectFrom('import_run')
    .select(['rejected', 'state'])
    .where('workspace_id', '=', workspaceId)
    .where('import_id', '=', id)
    .executeTakeFirst()
  if (!run) throw new ConsoleError('import.not_found', { id })
  return run
}

/**
 * The lines an import did not take so far, in order. Throws `import.not_found`, and `import.rejects_not_found` when there
 * are some and their file is not on this node.
 */
export async function openRejects(
  { db, folder }: { db: ReadDb; folder: string },
  workspaceId: string,
  id: string,
): Promise<AsyncIterable<Rejected>> {
  const { rejected } = await requireRun(db, workspaceId, id)
  const path = rejectsPath(folder, id)
  if (rejected > 0 && !existsSync(path)) throw new ConsoleError('import.rejects_not_found', { id })
  return readRejects(path)
}

async function previewRows(file: string, input: z.output<typeof previewImport.input>): Promise<Preview> {
  const { mapping, problem } = tryMapping(input.mapping)
  const csv =
    mapping?.csv ?? (input.delimiter ? { delimiter: input.delimiter, encoding: 'utf-8' as const } : undefined)
  const format = input.format === 'xes' ? 'xes' : 'csv'
  const rows: Row[] = []
  for await (const row of readRows(file, { format, csv })) {
    rows.push(row)
    if (rows.length >= PREVIEW_ROWS) break
  }
  const columns = new Set(rows.flatMap(row => ('values' in row ? [...row.values.keys()] : [])))
  const mapper = mapping && createRowMapper(mapping)
  return {
    columns: [...columns],
    rows: rows.map(row => ({
      line: row.number,
      values: 'values' in row ? shorten(row.values) : {},
      ...judge(row.number, mapper || 'cause' in row ? mapRow(mapper ?? (() => ({})), row) : null),
    })),
    problem,
  }
}

function tryMapping(text: string | undefined): { mapping: ImportMapping | null; problem: string | null } {
  if (text === undefined) return { mapping: null, problem: null }
  try {
    return { mapping: parseMapping(text), problem: null }
  } catch (error) {
    if (!(error instanceof ConsoleError)) throw error
    const [issue] = error.details.issues as { path: string; problem: string }[]
    return { mapping: null, problem: `${issue?.path}: ${issue?.problem}` }
  }
}

const shorten = (values: ReadonlyMap<string, string>) =>
  Object.fromEntries([...values].map(([key, value]) => [key, value.slice(0, 200)]))

async function previewLines(file: string): Promise<Preview> {
  for await (const { lines } of readLines(file, 0, PREVIEW_ROWS))
    return {
      columns: [],
      rows: lines.map(line => ({ line: line.number, values: {}, ...judge(line.number, line) })),
      problem: null,
    }
  return { columns: [], rows: [], problem: null }
}

/** What would become of a line, by the same checks that the import itself makes. */
function judge(
  line: number,
  made: ReturnType<typeof mapRow> | null,
): Pick<Preview['rows'][0], 'becomes' | 'reject'> {
  if (made === null) return { becomes: null, reject: null }
  try {
    if ('cause' in made) throw new RejectedLine(made.cause, made.detail ?? '')
    const read = readLine(made.text, instantFromMillis(Date.now()))
    recognise(line, read)
    return { becomes: { ...read }, reject: null }
  } catch (error) {
    if (!(error instanceof RejectedLine)) throw error
    return { becomes: null, reject: { line, ...error.rejection } }
  }
}
