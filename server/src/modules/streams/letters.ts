import {
  defineCommand,
  discardStreamLetters,
  retryStreamLetters,
  StreamId,
  streamEntryRefused,
  streamLetterSent,
  streamLettersDiscarded,
  streamLettersRetried,
  streamPaused,
} from '@tracedesk/contracts'
import { sql } from 'kysely'
import { z } from 'zod'
import { type Command, type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { RecordedRefusal } from '../../command/execute.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { setState } from './commands.ts'
import type { StreamPort } from './port.ts'
import { lockStream } from './store.ts'

const about = { kind: 'stream', field: 'id' } as const

/** Another node, or a person, was faster; nothing is recorded then. */
export class StreamMoved extends RecordedRefusal {
  constructor(id: string) {
    super('stream.unchanged', { id })
  }
}

/** Lays an entry aside that was refused too often, and lets the stream go on behind it. */
export const layAsideCommand = defineCommandHandler(
  defineCommand({
    name: 'stream.lay_aside',
    access: 'internal',
    summary: 'Lay an entry aside that a receiver refuses',
    input: z.strictObject({ id: StreamId, next: z.int(), ...streamEntryRefused.data.shape }),
    output: z.strictObject({}),
    records: [streamEntryRefused],
    subject: about,
  }),
  {
    handle: async (context, { id, next, ...facts }) => {
      const { tx, workspaceId, now } = context
      const { position, entryId, attempts, status } = facts
      const { rows } =
        await sql`update stream_cursor set position = ${next}, failures = 0, refusals = 0, problem = null, status = null,
          failed_at = null, next_at = '-infinity', refused_in_row = refused_in_row + 1
        where workspace_id = ${workspaceId} and stream_id = ${id} and position <= ${position} and ${position} < ${next}::bigint
        returning 1`.execute(tx)
      if (rows.length === 0) throw new StreamMoved(id)
      await tx
        .insertInto('stream_letter')
        .values({
          workspace_id: workspaceId,
          stream_id: id,
          position,
          entry_id: entryId,
          attempts,
          status,
          at: now,
        })
        .onConflict(conflict =>
          conflict
            .columns(['workspace_id', 'stream_id', 'position'])
            .doUpdateSet({ attempts, status, at: now, waiting: false }),
        )
        .execute()
      context.record(streamEntryRefused, facts, { subject: { id } })
      return {}
    },
  },
)

/** What came of sending once more what had been laid aside. */
export const settleLetterCommand = defineCommandHandler(
  defineCommand({
    name: 'stream.settle_letter',
    access: 'internal',
    summary: 'Record what came of an entry that was laid aside',
    input: z.strictObject({
      id: StreamId,
      position: z.int(),
      outcome: z.enum(['sent', 'gone', 'refused']),
      status: z.int().nullable(),
    }),
    output: z.strictObject({}),
    records: [streamLetterSent, streamLettersDiscarded, streamEntryRefused],
    subject: about,
  }),
  {
    handle: async (context, { id, position, outcome, status }) => {
      const { tx, workspaceId, now } = context
      const letter = await tx
        .selectFrom('stream_letter')
        .select(['entry_id', 'attempts'])
        .where('workspace_id', '=', workspaceId)
        .where('stream_id', '=', id)
        .where('position', '=', position)
        .where('waiting', '=', true)
        .forUpdate()
        .executeTakeFirst()
      if (!letter) throw new StreamMoved(id)
      const attempts = letter.attempts + 1
      const facts = { position, entryId: letter.entry_id, attempts }
      const subject = { id }
      if (outcome === 'refused') {
        await sql`update stream_letter set attempts = ${attempts}, status = ${status}, at = ${now}, waiting = false
          where workspace_id = ${workspaceId} and stream_id = ${id} and position = ${position}`.execute(tx)
        context.record(streamEntryRefused, { ...facts, status }, { subject })
        return {}
      }
      await tx
        .deleteFrom('stream_letter')
        .where('workspace_id', '=', workspaceId)
        .where('stream_id', '=', id)
        .where('position', '=', position)
        .execute()
      if (outcome === 'sent') context.record(streamLetterSent, facts, { subject })
      else
        context.record(
          streamLettersDiscarded,
          { cause: 'gone', letters: 1, firstPosition: position, lastPosition: position },
          { subject },
        )
      return {}
    },
  },
)

/** Pauses a stream by itself: its receiver refuses everything, or says that it is gone. */
export const createHaltStream = (port: Pick<StreamPort, 'secret'>) =>
  defineCommandHandler(
    defineCommand({
      name: 'stream.halt',
      access: 'internal',
      summary: 'Pause a stream whose receiver takes nothing any more',
      input: z.strictObject({ id: StreamId, cause: z.enum(['refusals', 'gone']) }),
      output: z.strictObject({}),
      records: [streamPaused],
      subject: about,
    }),
    {
      handle: async (context, { id, cause }) => {
        const { name, position } = await setState(context, port, id, cause)
        context.record(streamPaused, { cause, position }, { subject: { id, name } })
        return {}
      },
    },
  )

const among = (positions: readonly number[] | undefined) =>
  positions === undefined ? sql`true` : sql`position = any(${positions}::bigint[])`

const spanOf = (id: string, rows: readonly { position: number }[]) => {
  const found = rows.map(row => Number(row.position)).sort((a, b) => a - b)
  const [first, last] = [found[0], found.at(-1)]
  if (first === undefined || last === undefined) throw new ConsoleError('stream.no_letters', { id })
  return { letters: found.length, firstPosition: first, lastPosition: last }
}

/** The commands by which people deal with what was laid aside. */
export function createLetterCommands(port: StreamPort): Command[] {
  const locked = ({ tx, workspaceId }: CommandContext, id: string) =>
    lockStream(tx, port.secret, workspaceId, id)
  return [
    defineCommandHandler(retryStreamLetters, {
      handle: async (context, { id, positions }) => {
        const { name } = await locked(context, id)
        const { rows } = await sql<{
          position: number
        }>`update stream_letter set waiting = true where workspace_id = ${context.workspaceId} and stream_id = ${id}
          and not waiting and ${among(positions)} returning position`.execute(context.tx)
        const span = spanOf(id, rows)
        context.record(streamLettersRetried, span, { subject: { id, name } })
        context.afterCommit(() => port.changed())
        return { count: span.letters }
      },
    }),
    defineCommandHandler(discardStreamLetters, {
      handle: async (context, { id, positions }) => {
        const { name } = await locked(context, id)
        const { rows } = await sql<{
          position: number
        }>`delete from stream_letter where workspace_id = ${context.workspaceId} and stream_id = ${id}
          and ${among(positions)} returning position`.execute(context.tx)
        const span = spanOf(id, rows)
        context.record(streamLettersDiscarded, { cause: 'person', ...span }, { subject: { id, name } })
        return { count: span.letters }
      },
    }),
  ] as unknown as Command[]
}
