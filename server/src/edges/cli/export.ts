import { copyFile, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { requestExport } from '@tracedesk/contracts'
import { describeManifest, exportPath } from '../../modules/exports/index.ts'
import { CliError, usage } from './cli-error.ts'
import { type CliCommand, type Invocation, optional, required } from './command.ts'
import { execute } from './execute.ts'
import { filterHelp, filterOptions, readFilter } from './log-filter.ts'
import { type OpenDesk, openDesk } from './open-desk.ts'

const FORMATS = ['csv', 'ndjson', 'parquet', 'xlsx', 'xes'] as const
const LANGUAGES = ['en', 'zh', 'ru'] as const
const POLL_MS = 300

/** `export`: entries into a file, with its manifest beside it. */
export const exportCommand: CliCommand = {
  name: 'export',
  synopsis:
    'export --format csv|ndjson|parquet|xlsx|xes [--from TIME] [--to TIME] [--event message.*,…] [--q WORDS] [--…] [--parts open|withheld] [--bom] [--language en|zh|ru] FILE',
  summary: 'write entries into a file, with a manifest beside it; recorded',
  details: filterHelp(),
  options: {
    format: { type: 'string' },
    parts: { type: 'string' },
    bom: { type: 'boolean' },
    language: { type: 'string' },
    workspace: { type: 'string' },
    ...filterOptions(),
  },
  positionals: true,
  run: async invocation => {
    const [file, ...others] = invocation.positionals
    if (file === undefined || others.length > 0) throw usage('name one FILE to write')
    const input = readInput(invocation)
    const desk = await openDesk(invocation.env, optional(invocation, 'workspace'))
    try {
      await desk.settle()
      const { export: made } = await execute(desk, requestExport, input)
      await waitFor(desk, invocation, made.id)
      await desk.settle()
      const manifest = await describeManifest(
        desk.node.databases.read,
        desk.workspaceId,
        made.id,
        desk.node.exportPort.software,
      )
      if (!manifest) throw new CliError(3, 'export.not_ready', 'The export has no file.')
      await copyFile(exportPath(desk.node.exportPort.folder, desk.workspaceId, made.id, input.format), file)
      await writeFile(`${file}.manifest.json`, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 })
      invocation.say(`${manifest.rows} rows in ${file}, SHA-256 ${manifest.sha256}.`)
      if (manifest.truncated) invocation.say('The limit export.max_rows cut it off; its last row says so.')
      return { exitCode: manifest.truncated ? 1 : 0, json: manifest }
    } finally {
      await desk.close()
    }
  },
}

function readInput(invocation: Invocation) {
  const one = <T extends string>(name: string, allowed: readonly T[], value: string): T => {
    const found = allowed.find(each => each === value)
    if (!found) throw usage(`--${name} is one of ${allowed.join(', ')}`)
    return found
  }
  const language = optional(invocation, 'language')
  return {
    format: one('format', FORMATS, required(invocation, 'format')),
    parts: one('parts', ['open', 'withheld'] as const, optional(invocation, 'parts') ?? 'open'),
    bom: invocation.options.bom === true,
    filter: readFilter(invocation),
    ...(language === undefined ? {} : { language: one('language', LANGUAGES, language) }),
  }
}

/** Writes it here, unless a running server is faster. Throws CliError 3 when it fails. */
async function waitFor(desk: OpenDesk, { progress, signal }: Invocation, id: string): Promise<void> {
  const { exportKeeper, databases } = desk.node
  for (;;) {
    await exportKeeper.workOnce()
    const { rows } = await databases.readPool.query<{
      state: string
      code: string | null
      rows: number | null
    }>(
      `select e.state, e.code, coalesce(e.rows, p.rows) as rows from export e
         left join export_progress p using (workspace_id, export_id) where e.workspace_id = $1 and e.export_id = $2`,
      [desk.workspaceId, id],
    )
    const { state, code, rows: written } = rows[0] ?? { state: 'failed', code: 'internal', rows: 0 }
    if (state === 'done') return progress.clear()
    if (state !== 'waiting')
      throw new CliError(3, 'export.not_ready', `The export ended as ${state}: ${code}`)
    if (signal.aborted) throw new CliError(3, 'interrupted', 'interrupted; a running server goes on with it')
    progress.show(`${written ?? 0} rows`)
    await sleep(POLL_MS)
  }
}
