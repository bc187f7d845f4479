import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { AgentId, ImportMapping } from '@tracedesk/contracts'
import { z } from 'zod'
import { operatorCaller } from '../../command/caller.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { dryRun, findMapping, IMPORT_FORMATS, importFile, parseMapping } from '../../modules/imports/index.ts'
import { CliError, type ExitCode, usage } from './cli-error.ts'
import { type CliCommand, type Invocation, optional, required } from './command.ts'
import { type OpenDesk, openDesk } from './open-desk.ts'

export const importCommand: CliCommand = {
  name: 'import',
  synopsis: 'import --format tracedesk-ndjson|csv|xes [--mapping FILE|NAME] [--agents FILE] [--dry-run] FILE',
  summary: 'take in history from elsewhere; the same file again adds nothing, a broken one goes on',
  options: {
    format: { type: 'string' },
    mapping: { type: 'string' },
    agents: { type: 'string' },
    workspace: { type: 'string' },
    'dry-run': { type: 'boolean' },
  },
  positionals: true,
  run: async invocation => {
    const format = required(invocation, 'format')
    if (!IMPORT_FORMATS.some(known => known === format))
      throw usage(`--format is one of ${IMPORT_FORMATS.join(', ')}`)
    const file = requireFile(invocation)
    const agents = readAgents(optional(invocation, 'agents'))
    const desk = await openDesk(invocation.env, optional(invocation, 'workspace'))
    const begun = performance.now()
    try {
      const mapping = await readMapping(desk, format, optional(invocation, 'mapping'))
      if (invocation.options['dry-run'] === true) return await tryOut(invocation, file, mapping)
      const result = await importFile(desk.node, {
        file,
        folder: join(desk.config.dataDir, 'imports'),
        caller: operatorCaller(desk.workspaceId),
        agents,
        mapping,
        signal: invocation.signal,
        onProgress: ({ lines, imported, rejected }) => {
          const rate = Math.round(imported / ((performance.now() - begun) / 1000))
          invocation.progress.show(
            `line ${lines}: ${imported} imported, ${rejected} rejected, about ${rate} a second`,
          )
        },
      })
      invocation.progress.clear()
      await desk.settle()
      invocation.say(describe(result))
      if (result.rejectsFile) invocation.say(`The rejected lines are named in ${result.rejectsFile}`)
      const exitCode =
        result.state === 'interrupted' ? 3 : result.state === 'completed' && result.rejected > 0 ? 1 : 0
      return { exitCode, json: result }
    } finally {
      await desk.close()
    }
  },
}

/** Counts what the file would become; nothing is changed. */
async function tryOut(invocation: Invocation, file: string, mapping: ImportMapping | undefined) {
  const { signal, progress, say } = invocation
  const found = await dryRun({
    file,
    mapping,
    signal,
    onProgress: lines => progress.show(`line ${lines}`),
  })
  progress.clear()
  say(`Lines that would be imported: ${found.good}, rejected: ${found.rejected}. Nothing was changed.`)
  say(
    `Conversations: ${found.conversations}, customers: ${found.customers}, agents: ${found.agents}; ${found.from ?? '-'} to ${found.to ?? '-'}.`,
  )
  for (const { event, count } of found.events) say(`  ${count} ${event}`)
  for (const { cause, count, firstLine } of found.causes)
    say(`  ${count} rejected: ${cause}, first in line ${firstLine}`)
  const exitCode: ExitCode = found.isWhole ? (found.rejected > 0 ? 1 : 0) : 3
  return { exitCode, json: found }
}

function describe(result: Awaited<ReturnType<typeof importFile>>): string {
  const { state, lines, imported, rejected, repeated } = result
  if (state === 'known') return `This file was imported before (${repeated} lines); nothing was added.`
  const counts = `Lines imported: ${imported}, rejected: ${rejected}`
  return state === 'completed'
    ? `${counts}.`
    : `Interrupted after line ${lines}. ${counts}; they are kept. The same command goes on from there.`
}

function requireFile(invocation: Invocation): string {
  const [file, ...others] = invocation.positionals
  if (file === undefined || others.length > 0) throw usage('name one FILE')
  try {
    accessSync(file, constants.R_OK)
    if (!statSync(file).isFile()) throw new Error('it is not a file')
    return file
  } catch (error) {
    throw new CliError(3, 'import.not_readable', `${file} cannot be read: ${(error as Error).message}`)
  }
}

/** What the standard extensions of XES (IEEE 1849) call when, what, which case and who. */
const XES_STANDARD: ImportMapping = ImportMapping.parse({
  format: 'xes',
  at: { column: 'time:timestamp' },
  event: { column: 'concept:name' },
  conversation: { column: 'case:concept:name' },
  actorKey: { column: 'org:resource', ifEmpty: 'nobody' },
  // its own words for these, so that it goes out as it came
  data: Object.fromEntries(
    ['concept:name', 'lifecycle:transition', 'org:role', 'org:group'].map(column => [column, { column }]),
  ),
})

/** The mapping in a file, or the one kept under that name; for XES without either that of its standard extensions. */
async function readMapping(desk: OpenDesk, format: string, named: string | undefined) {
  if (format === 'tracedesk-ndjson') {
    if (named !== undefined) throw usage('--mapping is for csv and xes')
    return undefined
  }
  if (named === undefined && format === 'xes') return XES_STANDARD
  if (named === undefined) throw usage(`--format ${format} needs --mapping, a FILE or the NAME of a kept one`)
  try {
    const mapping = existsSync(named)
      ? parseMapping(readFileSync(named, 'utf8'))
      : await findMapping(desk.node.databases.read, desk.workspaceId, named)
    if (mapping.format !== format) throw usage(`the mapping ${named} is for ${mapping.format}`)
    return mapping
  } catch (error) {
    if (!(error instanceof ConsoleError)) throw error
    throw usage(`the mapping ${named} cannot be used: ${error.code} ${JSON.stringify(error.details)}`)
  }
}

/** A JSON object: outside agent key → id of somebody's seat here. */
function readAgents(file: string | undefined): Map<string, string> {
  if (file === undefined) return new Map()
  try {
    return new Map(
      Object.entries(z.record(z.string(), AgentId).parse(JSON.parse(readFileSync(file, 'utf8')))),
    )
  } catch (error) {
    const cause = error instanceof z.ZodError ? (error.issues[0]?.message ?? '') : (error as Error).message
    throw usage(`the agents file ${file} cannot be used: ${cause}`)
  }
}
