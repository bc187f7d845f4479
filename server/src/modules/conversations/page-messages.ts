import type { listMessages, Message } from '@tracedesk/contracts'
import type { z } from 'zod'
import type { QueryContext } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { decodeCursor, encodeCursor, type Place } from '../../kernel/cursor.ts'
import { type MessageReading, readMessages } from './read-messages.ts'

type Input = z.output<typeof listMessages.input>

/** A page of a thread, oldest first, with where to go on: `nextCursor` to older messages, `prevCursor` to newer ones. */
interface Page {
  readonly items: Message[]
  readonly nextCursor: string | null
  readonly prevCursor: string | null
}

/** Sorts after every message of its moment. */
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** Sorts before every message. */
const FIRST: Place = { at: '0001-01-01T00:00:00.000000Z', id: '00000000-0000-0000-0000-000000000000' }

const placeOf = ({ at, id }: Message): Place => ({ at, id })

/**
 * The newest messages (the first ones where newer ones are asked for), those beside a cursor, or those around one
 * message or a moment. Throws `message.not_found`.
 */
export async function pageMessages(
  context: QueryContext,
  reading: MessageReading,
  { id, around, at, direction, cursor, limit }: Input,
): Promise<Page> {
  const place = decodeCursor(cursor)
  const older = (before: Place | null, count: number) =>
    readMessages(context, reading, id, { before }, count + 1)
  const newer = (beyond: Place, count: number) => readMessages(context, reading, id, { beyond }, count + 1)
  const isAround = around !== undefined || at !== undefined
  if (direction === 'newer' && (place || !isAround)) {
    const page = lay([], 0, await newer(place ?? FIRST, limit), limit, place)
    return place ? page : { ...page, nextCursor: null }
  }
  if (place || !isAround) return lay(await older(place, limit), limit, [], 0, place)
  const half = Math.ceil(limit / 2)
  const beside = async (middle: Place) =>
    lay(await older(middle, half), half, await newer(middle, half), half, null)
  const sought = around === undefined ? null : await momentOf(context, around)
  const page = sought && (await beside(sought))
  // a message of another conversation: what is around its moment here is nothing that was asked for
  if (page?.items.some(message => message.id === around)) return page
  if (at === undefined) throw new ConsoleError('message.not_found', { messageId: around })
  return beside({ at, id: LAST_ID })
}

/** Puts what lies before and after a place in one order; each side was read one too many to see whether there is more. */
function lay(
  older: Message[],
  olderLimit: number,
  newer: Message[],
  newerLimit: number,
  from: Place | null,
): Page {
  const items = [...older.slice(0, olderLimit).reverse(), ...newer.slice(0, newerLimit)]
  const [first, last] = [items[0], items.at(-1)]
  const isOlderPage = newerLimit === 0
  const hasOlder = olderLimit === 0 || older.length > olderLimit
  const hasNewer = newer.length > newerLimit || (isOlderPage && from !== null)
  return {
    items,
    nextCursor: hasOlder ? cursorAt(first, from) : null,
    prevCursor: hasNewer ? cursorAt(last, from) : null,
  }
}

const cursorAt = (message: Message | undefined, from: Place | null): string | null => {
  const place = message ? placeOf(message) : from
  return place && encodeCursor(place)
}

/** When a message was; null for one that is not there. */
async function momentOf({ db, caller }: QueryContext, messageId: string): Promise<Place | null> {
  const row = await db
    .selectFrom('message')
    .select('at')
    .where('workspace_id', '=', caller.workspaceId)
    .where('message_id', '=', messageId)
    .executeTakeFirst()
  return row ? { at: row.at, id: LAST_ID } : null
}
