import { copyFile, rename, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { bundleEvidence, InstantInput } from '@tracedesk/contracts'
import { z } from 'zod'
import { operatorCaller } from '../../command/caller.ts'
import { CliError, usage } from './cli-error.ts'
import { type CliCommand, type Invocation, optional } from './command.ts'
import { execute } from './execute.ts'
import { keepSigning } from './keep-signing.ts'
import { openDesk } from './open-desk.ts'

export const evidenceCommand: CliCommand = {
  name: 'evidence',
  synopsis:
    'evidence [--conversation ID] [--from TIME] [--to TIME] [--from-position N] [--to-position N] [--language en|zh|ru] FILE.zip',
  summary: 'write a bundle that proves a range of the log to anybody, offline',
  options: {
    conversation: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    'from-position': { type: 'string' },
    'to-position': { type: 'string' },
    language: { type: 'string' },
    workspace: { type: 'string' },
  },
  positionals: true,
  run: async invocation => {
    const [file, ...others] = invocation.positionals
    if (!file?.endsWith('.zip') || others.length > 0) throw usage('name one FILE.zip')
    const input = readInput(invocation)
    await requireNew(file)
    const desk = await openDesk(invocation.env, optional(invocation, 'workspace'))
    try {
      // The bundle waits for the signature over the entry that vouches for it. A running server gives it; alone, we do.
      const signing = desk.alone ? keepSigning(() => desk.settle()) : null
      const { bundle } = await execute(desk, bundleEvidence, input, operatorCaller(desk.workspaceId)).finally(
        () => signing?.stop(),
      )
      await desk.settle()
      const made = join(desk.config.dataDir, 'bundles', desk.workspaceId, `${bundle.id}.zip`)
      await takeAway(made, resolve(file))
      invocation.say(`${file}: ${bundle.bytes} bytes, SHA-256 ${bundle.sha256}`)
      invocation.say('Verify it with: bin/tracedesk verify --from FILE.zip --trust TRUST.json')
      return { exitCode: 0, json: { bundle: { ...bundle, file: resolve(file) } } }
    } finally {
      await desk.close()
    }
  },
}

const Positions = z.string().regex(/^\d{1,15}$/)

function readInput(invocation: Invocation): z.input<typeof bundleEvidence.input> {
  const time = (name: string) => {
    const value = optional(invocation, name)
    if (value !== undefined && !InstantInput.safeParse(value).success)
      throw usage(`--${name} is a time like 2026-11-23T12:00:00Z`)
    return value
  }
  const position = (name: string) => {
    const value = optional(invocation, name)
    if (value !== undefined && !Positions.safeParse(value).success)
      throw usage(`--${name} is a position: a whole number from 0 up`)
    return value === undefined ? undefined : Number(value)
  }
  const given = {
    from: time('from'),
    to: time('to'),
    fromPosition: position('from-position'),
    toPosition: position('to-position'),
    conversationId: optional(invocation, 'conversation'),
    language: optional(invocation, 'language'),
  }
  const input = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const parsed = bundleEvidence.input.safeParse(input)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw usage(`${issue?.path.join('.')}: ${issue?.message}`)
  }
  return parsed.data
}

async function requireNew(file: string): Promise<void> {
  if (await stat(file).catch(() => null)) throw usage(`${file} is there already`)
}

/** Appears under its name whole or not at all. */
async function takeAway(made: string, file: string): Promise<void> {
  const unfinished = `${file}.part`
  try {
    await copyFile(made, unfinished)
    await rename(unfinished, file)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw new CliError(3, 'evidence.not_written', `${file} cannot be written: ${(error as Error).message}`)
  }
}
