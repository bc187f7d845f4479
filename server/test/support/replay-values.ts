import type { Entry } from '@tracedesk/contracts'

export type Facts = Record<string, unknown>

/** Whose seat somebody acted in: their own, or that of the colleague in whose name they acted. */
export const seatOf = ({ actor, onBehalfOf }: Entry): string | null => onBehalfOf ?? actor.id

/** Who wrote in a colleague's name; null: the author themself. */
export const writerOf = ({ actor, onBehalfOf }: Entry): string | null => (onBehalfOf ? actor.id : null)

/** Rows of a table by their key, without it. */
export type Rows = Map<string, Facts>

/** How the rows of a table follow from entries, and how the table is read. */
export interface Projection {
  readonly table: string
  readonly sql: string
  readonly step: (rows: Rows, entry: Entry) => void
}

export const facts = (value: unknown): Facts => value as Facts

/** The words of a part; null when the entry has none or they may not be read. */
export const openPart = (entry: Entry, name: string): string | null => {
  const part = entry.parts[name]
  return part?.state === 'open' ? part.value : null
}
