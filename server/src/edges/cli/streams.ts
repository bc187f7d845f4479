import { readFileSync } from 'node:fs'
import {
  type CommandContract,
  createStream,
  deleteStream,
  pauseStream,
  replayStream,
  resumeStream,
  StreamId,
  testStream,
} from '@tracedesk/contracts'
import type { z } from 'zod'
import { usage } from './cli-error.ts'
import { type CliCommand, type Invocation, optional, type Result, required } from './command.ts'
import { execute, runQuery } from './execute.ts'
import { filterHelp, filterOptions, readFilter } from './log-filter.ts'
import { type OpenDesk, openDesk } from './open-desk.ts'

const WORKSPACE = { workspace: { type: 'string' } } as const

async function withDesk(invocation: Invocation, work: (desk: OpenDesk) => Promise<Result>): Promise<Result> {
  const desk = await openDesk(invocation.env, optional(invocation, 'workspace'))
  try {
    return await work(desk)
  } finally {
    await desk.close()
  }
}

export const streamsList: CliCommand = {
  name: 'streams list',
  synopsis: 'streams list',
  summary: 'list streams: where to, how far behind, what troubles them',
  options: WORKSPACE,
  run: invocation =>
    withDesk(invocation, async desk => {
      const { items } = await runQuery(desk, 'stream.list', {})
      for (const { id, name, kind, receiver, state, lagEntries, lagSeconds, trouble } of items) {
        const problem = trouble ? `, ${trouble.problem} ${trouble.status ?? ''}` : ''
        invocation.say(
          `${id} ${name} (${kind} to ${receiver}): ${state}, ${lagEntries} entries and ${lagSeconds} s behind${problem}`,
        )
      }
      return { exitCode: items.some(({ trouble }) => trouble) ? 1 : 0, json: { items } }
    }),
}

/** A stream has no times: it begins at a position, and its words have a longer name. */
const NOT_OF_STREAMS = ['from', 'to', 'q'] as const

export const streamsCreate: CliCommand = {
  name: 'streams create',
  synopsis:
    'streams create --name NAME --to URL|HOST:PORT [--kind webhook|syslog] [--event message.*,…] [--words WORDS] [--…] [--parts open|withheld] [--envelope …] [--payload …] [--batch N] [--from POSITION] [--ca FILE.pem]',
  summary: 'send entries to a receiver as they come; the signing secret is shown once',
  details: filterHelp(NOT_OF_STREAMS),
  options: {
    ...WORKSPACE,
    ...filterOptions(NOT_OF_STREAMS),
    ...Object.fromEntries(
      'name to kind words parts envelope payload batch from ca'
        .split(' ')
        .map(name => [name, { type: 'string' as const }]),
    ),
  },
  run: invocation => {
    const input = createStream.input.safeParse(readStream(invocation))
    if (!input.success) {
      const [issue] = input.error.issues
      throw usage(`${issue?.path.join('.')}: ${issue?.message}`)
    }
    return withDesk(invocation, async desk => {
      const { stream, secret } = await execute(desk, createStream, input.data as never) // parsed just now
      await desk.settle()
      invocation.say(secret === null ? `Stream ${stream.id}` : `Stream ${stream.id}, signed with ${secret}`)
      return { exitCode: 0, json: { stream, secret } }
    })
  },
}

/** The certificates a receiver of one's own house is trusted by, as they lie in a PEM file. */
function readCertificate(file: string | undefined): string | undefined {
  if (file === undefined) return undefined
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw usage(`--ca: ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`) // what fs throws
  }
}

function readStream(invocation: Invocation) {
  const whole = (name: string) => {
    const value = optional(invocation, name)
    return value === undefined ? undefined : Number(value)
  }
  return {
    name: required(invocation, 'name'),
    address: required(invocation, 'to'),
    kind: optional(invocation, 'kind') ?? 'webhook',
    envelope: optional(invocation, 'envelope'),
    payload: optional(invocation, 'payload'),
    parts: optional(invocation, 'parts'),
    batch: whole('batch'),
    from: whole('from'),
    ca: readCertificate(optional(invocation, 'ca')),
    filter: {
      ...readFilter(invocation, NOT_OF_STREAMS),
      q: optional(invocation, 'words'),
    },
  }
}

/** A command about one stream, named by its id. `extra` makes the rest of its input. */
function aboutOne<C extends CommandContract>(
  name: string,
  contract: C,
  summary: string,
  describe: (output: z.output<C['output']>) => { line: string; isBad?: boolean },
  extra: {
    synopsis?: string
    options?: CliCommand['options']
    input?: (invocation: Invocation) => object
  } = {},
): CliCommand {
  return {
    name: `streams ${name}`,
    synopsis: `streams ${name} ${extra.synopsis ?? ''}ID`,
    summary,
    options: { ...WORKSPACE, ...extra.options },
    positionals: true,
    run: invocation => {
      const [named, ...others] = invocation.positionals
      const id = StreamId.safeParse(named)
      if (!id.success || others.length > 0) throw usage('name one ID of `streams list`')
      const input = { id: id.data, ...extra.input?.(invocation) }
      return withDesk(invocation, async desk => {
        const output = await execute(desk, contract, input as never) // the contract parses it
        await desk.settle()
        const { line, isBad = false } = describe(output)
        invocation.say(line)
        return { exitCode: isBad ? 1 : 0, json: output }
      })
    },
  }
}

const done = (line: string) => () => ({ line })
export const streamsPause = aboutOne(
  'pause',
  pauseStream,
  'send nothing for now; nothing is lost',
  done('The stream is paused.'),
)
export const streamsResume = aboutOne(
  'resume',
  resumeStream,
  'go on where a stream was paused',
  done('The stream goes on.'),
)
export const streamsDelete = aboutOne(
  'delete',
  deleteStream,
  'end a stream for good',
  done('The stream is ended.'),
)
export const streamsTest = aboutOne(
  'test',
  testStream,
  'send a made-up entry now, and say what came of it',
  ({ problem, status }) => ({
    line: problem === null ? 'The receiver took it.' : `It did not arrive: ${problem} ${status ?? ''}`.trim(),
    isBad: problem !== null,
  }),
)
export const streamsReplay = aboutOne(
  'replay',
  replayStream,
  'send everything from a position on, again',
  done('The stream sends from there.'),
  {
    synopsis: '--from POSITION ',
    options: { from: { type: 'string' } },
    input: invocation => {
      const from = required(invocation, 'from')
      if (!/^\d+$/.test(from)) throw usage('--from is a position')
      return { from: Number(from) }
    },
  },
)
