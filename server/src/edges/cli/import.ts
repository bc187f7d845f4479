import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { AgentId } from '@tracedesk/contracts'
import { z } from 'zod'
import { operatorCaller } from '../../command/caller.ts'
import { IMPORT_FORMATS, importFile } from '../../modules/imports/index.ts'
import { CliError, usage } from './cli-error.ts'
import { type CliCommand, type Invocation, optional, required } from './command.ts'
import { openDesk } from './open-desk.ts'

export const importCommand: CliCommand = {
  name: 'import',
  synopsis: 'import --format tracedesk-ndjson [--agents FILE] FILE',
  summary: 'take in history from elsewhere; the same file again adds nothing, a broken one goes on',
  options: { format: { type: 'string' }, agents: { type: 'string' }, workspace: { type: 'string' } },
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
      const result = await importFile(desk.node, {
        file,
        folder: join(desk.config.dataDir, 'imports'),
        caller: operatorCaller(desk.workspaceId),
        agents,
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

function describe(result: Awaited<ReturnType<typeof importFile>>): string {
  const { state, lines, imported, rejected, repeated } = result
  if (state === 'known') return `This file was imported before (${repeated} lines); nothing was added.`
  const counts = `${imported} lines imported, ${rejected} rejected`
  return state === 'completed'
    ? `${counts}.`
    : `Interrupted after line ${lines}: ${counts} so far, and kept. The same command goes on from there.`
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
