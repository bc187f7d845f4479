import { ConsoleError } from './console-error.ts'

const PLACE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z|infinity)_([0-9a-f-]{36})$/

/** A place in a list sorted by time (`infinity` sorts last) and id. Opaque to callers. */
export interface Place {
  readonly at: string
  readonly id: string
}

export const encodeCursor = (place: Place): string =>
  Buffer.from(`${place.at}_${place.id}`).toString('base64url')

/** Reads a cursor. Throws `input.invalid` for anything we did not give out. */
export function decodeCursor(cursor: string | undefined): Place | null {
  if (cursor === undefined) return null
  const match = PLACE.exec(Buffer.from(cursor, 'base64url').toString())
  if (!match?.[1] || !match[2])
    throw new ConsoleError('input.invalid', {
      issues: [{ path: 'cursor', problem: 'not a cursor of this list' }],
    })
  return { at: match[1], id: match[2] }
}

/** Cuts a list that was read one row too long into a page and the cursor of the next. */
export function pageOf<Row>(
  rows: Row[],
  limit: number,
  place: (row: Row) => Place,
): { rows: Row[]; nextCursor: string | null } {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    rows: page,
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(place(last)) : null,
  }
}
