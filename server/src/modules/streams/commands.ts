import {
  createStream,
  deleteStream,
  pauseStream,
  replayStream,
  resumeStream,
  rotateStreamSecret,
  streamCreated,
  streamDeleted,
  streamPaused,
  streamReplayed,
  streamResumed,
  streamSecretRotated,
  streamUpdated,
  updateStream,
} from '@tracedesk/contracts'
import type { z } from 'zod'
import { type Caller, isWithheldFrom, may, scopeKindOf } from '../../command/caller.ts'
import { type Command, type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import { addMicros } from '../../kernel/instant.ts'
import type { StreamPort } from './port.ts'
import {
  digestOfCa,
  fingerprintOf,
  newSigningSecret,
  type StreamSecrets,
  sealSecrets,
  sealWords,
} from './secrets.ts'
import { lockPosition, lockStream, type StreamFilter, type StreamForm, sizeOf } from './store.ts'
import { readTarget } from './target.ts'

const STREAMS_MAX = 20
/** A receiver has so long to learn a new secret. */
const OVERLAP_HOURS = 24
const HOUR_MICROS = 3_600_000_000
/** Entries in one connection of syslog, where nothing else is said. */
const SYSLOG_BATCH = 100

/** What can be sent in which form; throws `stream.form_not_fitting` for the rest. */
function requireFitting({ kind, envelope, payload, batch }: StreamForm): void {
  const problem =
    kind === 'syslog' && envelope !== 'plain'
      ? 'envelope'
      : kind === 'webhook' && payload === 'cef'
        ? 'payload'
        : envelope === 'cloudevents_binary' && batch > 1
          ? 'batch'
          : null
  if (problem) throw new ConsoleError('stream.form_not_fitting', { problem })
}

/**
 * A stream shows everything its filter finds, whoever reads at the other end: only those may set one up who see
 * everything themselves. Open parts need the right to export them.
 */
function requireReach(caller: Caller, parts: 'withheld' | 'open'): void {
  if (scopeKindOf(caller) !== 'all' || (caller.standing?.bots ?? null) !== null)
    throw new ConsoleError('permission.denied', { permission: 'log.view' })
  if (parts === 'open' && (!may(caller, 'export.request') || isWithheldFrom(caller)))
    throw new ConsoleError('permission.denied', { permission: 'export.request' })
}

const plain = ({ q: _, ...filter }: StreamFilter): StreamFilter => filter
/** A filter without its words, as lists: what entries and screens say of it. */
export const describeFilter = (filter: StreamFilter): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(plain(filter)).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, (Array.isArray(value) ? value : [value]).slice(0, 20).map(String)]],
    ),
  )

type Config = Omit<z.input<typeof streamCreated.data>, 'kind' | 'firstPosition'>

const describe = (port: StreamPort, form: StreamForm, secrets: StreamSecrets): Config => ({
  name: form.name,
  receiver: readTarget(form.kind, secrets.address, true).target,
  fingerprint: fingerprintOf(port.secret, secrets.address),
  envelope: form.envelope,
  payload: form.payload,
  parts: form.parts,
  filter: describeFilter(form.filter),
  batch: form.batch,
  authorization: secrets.authorization !== null,
  ca: digestOfCa(secrets.ca),
})

/** The columns of a stream's row that its settings make. */
const columnsOf = (
  port: StreamPort,
  workspaceId: string,
  id: string,
  form: StreamForm,
  secrets: StreamSecrets,
) => ({
  name: form.name,
  target: readTarget(form.kind, secrets.address, true).target,
  sealed: sealSecrets(port.secret, workspaceId, id, secrets),
  envelope: form.envelope,
  payload: form.payload,
  parts: form.parts,
  filter: JSON.stringify(plain(form.filter)),
  query: sealWords(port.secret, workspaceId, id, form.filter.q as string | undefined), // the contract's only text
  batch: form.batch,
  has_authorization: secrets.authorization !== null,
  ca_fingerprint: digestOfCa(secrets.ca),
})

async function create(
  context: CommandContext,
  port: StreamPort,
  { address, authorization, ca, from, kind, batch, ...rest }: z.output<typeof createStream.input>,
) {
  const { tx, workspaceId, now, caller } = context
  const form: StreamForm = { ...rest, kind, batch: batch ?? (kind === 'syslog' ? SYSLOG_BATCH : 1) }
  requireReach(caller, form.parts)
  requireFitting(form)
  const target = readTarget(kind, address, port.allowPrivate)
  const { n } = await tx
    .selectFrom('stream')
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirstOrThrow()
  if (Number(n) >= STREAMS_MAX) throw new ConsoleError('stream.too_many', { max: STREAMS_MAX })
  const size = await sizeOf(tx, workspaceId)
  if (from !== undefined && from > size) throw new ConsoleError('stream.position_unknown', { size })
  const position = from ?? size
  const id = newId()
  const keys = kind === 'webhook' ? [{ secret: newSigningSecret(), until: null }] : []
  const secrets = {
    address: target.address,
    authorization: authorization ?? null,
    ca: ca ?? null,
    keys,
  }
  await tx
    .insertInto('stream')
    .values({
      workspace_id: workspaceId,
      stream_id: id,
      kind,
      state: 'running',
      created_by: caller.actor.kind === 'agent' ? caller.actor.id : null,
      created_at: now,
      ...columnsOf(port, workspaceId, id, form, secrets),
    })
    .execute()
  await tx
    .insertInto('stream_cursor')
    .values({ workspace_id: workspaceId, stream_id: id, position })
    .execute()
  context.record(
    streamCreated,
    { ...describe(port, form, secrets), kind, firstPosition: position },
    { subject: { id, name: form.name }, parts: { q: form.filter.q as string | undefined } },
  )
  context.afterCommit(() => port.changed())
  return { stream: { id: id as never }, secret: keys[0]?.secret ?? null } // branded id
}

/** Of two descriptions, what differs. */
function difference(before: Config, after: Config): { from: Partial<Config>; to: Partial<Config> } {
  const names = (Object.keys(after) as (keyof Config)[]).filter(
    name => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  )
  const only = (config: Config) => Object.fromEntries(names.map(name => [name, config[name]]))
  return { from: only(before), to: only(after) }
}

async function update(
  context: CommandContext,
  port: StreamPort,
  { id, address, authorization, ca, keepWords, ...changed }: z.output<typeof updateStream.input>,
) {
  const { tx, workspaceId, caller } = context
  const stream = await lockStream(tx, port.secret, workspaceId, id)
  const given = Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== undefined))
  const form: StreamForm = {
    ...stream,
    ...given,
    filter: filterAfter(stream.filter, changed.filter, keepWords),
  }
  requireReach(caller, form.parts)
  requireFitting(form)
  const secrets: StreamSecrets = {
    ...stream.secrets,
    ...(address === undefined
      ? {}
      : { address: readTarget(stream.kind, address, port.allowPrivate).address }),
    ...(authorization === undefined ? {} : { authorization }),
    ...(ca === undefined ? {} : { ca }),
  }
  const changes = difference(describe(port, stream, stream.secrets), describe(port, form, secrets))
  const isOtherToken = authorization !== undefined && authorization !== stream.secrets.authorization
  const isOtherWords = form.filter.q !== stream.filter.q
  if (Object.keys(changes.to).length === 0 && !isOtherToken && !isOtherWords)
    throw new ConsoleError('stream.unchanged', { id })
  const position = await lockPosition(tx, workspaceId, id)
  await tx
    .updateTable('stream')
    .set(columnsOf(port, workspaceId, id, form, secrets))
    .where('workspace_id', '=', workspaceId)
    .where('stream_id', '=', id)
    .execute()
  await beDueNow(context, id)
  context.record(
    streamUpdated,
    { ...changes, position },
    { subject: { id, name: form.name }, parts: { q: form.filter.q as string | undefined } },
  )
  context.afterCommit(() => port.changed())
  return {}
}

/** The filter in force after a change; words stay where they are to be kept and no others are given. */
function filterAfter(
  before: StreamFilter,
  given: StreamFilter | undefined,
  keepWords: boolean | undefined,
): StreamFilter {
  if (given === undefined) return before
  return keepWords && given.q === undefined && before.q !== undefined ? { ...given, q: before.q } : given
}

/** Whatever kept the stream waiting may be mended: the next attempt is due at once. */
async function beDueNow({ tx, workspaceId }: CommandContext, id: string): Promise<void> {
  await tx
    .updateTable('stream_cursor')
    .set({
      next_at: '-infinity',
      refused_in_row: 0,
      failures: 0,
      refusals: 0,
      problem: null,
      status: null,
      failed_at: null,
    })
    .where('workspace_id', '=', workspaceId)
    .where('stream_id', '=', id)
    .execute()
}

async function remove(context: CommandContext, port: StreamPort, id: string) {
  const { tx, workspaceId } = context
  const stream = await lockStream(tx, port.secret, workspaceId, id)
  const position = await lockPosition(tx, workspaceId, id)
  const letters = await tx
    .deleteFrom('stream_letter')
    .where('workspace_id', '=', workspaceId)
    .where('stream_id', '=', id)
    .executeTakeFirst()
  for (const table of ['stream_cursor', 'stream'] as const)
    await tx.deleteFrom(table).where('workspace_id', '=', workspaceId).where('stream_id', '=', id).execute()
  context.record(
    streamDeleted,
    { name: stream.name, position, letters: Number(letters.numDeletedRows) },
    { subject: { id, name: stream.name } },
  )
  context.afterCommit(() => port.changed())
  return {}
}

/** Sets a stream's state. Throws `stream.unchanged` when it is in that state already. Returns its name and place. */
export async function setState(
  { tx, workspaceId }: CommandContext,
  port: Pick<StreamPort, 'secret'>,
  id: string,
  because: 'person' | 'refusals' | 'gone' | null,
): Promise<{ name: string; position: number }> {
  const stream = await lockStream(tx, port.secret, workspaceId, id)
  const state = because === null ? 'running' : 'paused'
  if (stream.state === state) throw new ConsoleError('stream.unchanged', { id })
  await tx
    .updateTable('stream')
    .set({ state, paused_because: because })
    .where('workspace_id', '=', workspaceId)
    .where('stream_id', '=', id)
    .execute()
  return { name: stream.name, position: await lockPosition(tx, workspaceId, id) }
}

async function rotate(context: CommandContext, port: StreamPort, id: string) {
  const { tx, workspaceId, now } = context
  const stream = await lockStream(tx, port.secret, workspaceId, id)
  const [current] = stream.secrets.keys
  if (!current) throw new ConsoleError('stream.no_secret', { id })
  const fresh = newSigningSecret()
  const keys = [
    { secret: fresh, until: null },
    { secret: current.secret, until: addMicros(now, OVERLAP_HOURS * HOUR_MICROS) },
  ]
  await tx
    .updateTable('stream')
    .set({ sealed: sealSecrets(port.secret, workspaceId, id, { ...stream.secrets, keys }) })
    .where('workspace_id', '=', workspaceId)
    .where('stream_id', '=', id)
    .execute()
  const [from, to] = [current.secret, fresh].map(text => fingerprintOf(port.secret, text))
  context.record(
    streamSecretRotated,
    { from: from ?? '', to: to ?? '', overlapHours: OVERLAP_HOURS },
    { subject: { id, name: stream.name } },
  )
  return { secret: fresh }
}

async function replay(context: CommandContext, port: StreamPort, id: string, from: number) {
  const { tx, workspaceId, caller } = context
  const stream = await lockStream(tx, port.secret, workspaceId, id)
  requireReach(caller, stream.parts)
  const size = await sizeOf(tx, workspaceId)
  if (from > size) throw new ConsoleError('stream.position_unknown', { size })
  const reached = await lockPosition(tx, workspaceId, id)
  await tx
    .updateTable('stream_cursor')
    .set({ position: from })
    .where('workspace_id', '=', workspaceId)
    .where('stream_id', '=', id)
    .execute()
  await beDueNow(context, id)
  context.record(streamReplayed, { reached, firstPosition: from }, { subject: { id, name: stream.name } })
  context.afterCommit(() => port.changed())
  return {}
}

/** The commands by which people set streams up. */
export function createStreamCommands(port: StreamPort): Command[] {
  return [
    defineCommandHandler(createStream, { handle: (context, input) => create(context, port, input) }),
    defineCommandHandler(updateStream, { handle: (context, input) => update(context, port, input) }),
    defineCommandHandler(deleteStream, { handle: (context, { id }) => remove(context, port, id) }),
    defineCommandHandler(rotateStreamSecret, { handle: (context, { id }) => rotate(context, port, id) }),
    defineCommandHandler(replayStream, {
      handle: (context, { id, from }) => replay(context, port, id, from),
    }),
    defineCommandHandler(pauseStream, {
      handle: async (context, { id }) => {
        const { name, position } = await setState(context, port, id, 'person')
        context.record(streamPaused, { cause: 'person', position }, { subject: { id, name } })
        return {}
      },
    }),
    defineCommandHandler(resumeStream, {
      handle: async (context, { id }) => {
        const { name, position } = await setState(context, port, id, null)
        await beDueNow(context, id)
        context.record(streamResumed, { position }, { subject: { id, name } })
        context.afterCommit(() => port.changed())
        return {}
      },
    }),
  ] as unknown as Command[]
}
