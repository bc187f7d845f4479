import { type ImportLine, type KnownData, readData, type Someone } from './line.ts'

/** A line that has been read. `known` where its event has a counterpart here. */
export interface ReadLine {
  readonly number: number
  readonly line: ImportLine
  readonly known: KnownData | null
}

/** Throws RejectedLine when the line's data does not fit its event. */
export function recognise(number: number, line: ImportLine): ReadLine {
  const known = readData(line)
  // A note has an author with a seat; one by anybody else is kept as what it is called.
  const anonymous = known?.event === 'note.added' && line.actor.kind !== 'agent'
  return { number, line, known: anonymous ? null : known }
}

/** The customer a line speaks of, by outside key: named, else the acting one, else one who stands for the conversation. */
export const customerKeyOf = (line: ImportLine): string =>
  line.customer ?? (line.actor.kind === 'customer' ? line.actor.key : `conversation ${line.conversation}`)

const keyOf = (someone: Someone): string => (typeof someone === 'string' ? someone : someone.key)

/** The agents a line names, by outside key: they must be loaded before it is translated. */
export function agentKeysOf({ line, known }: ReadLine): string[] {
  const keys = line.actor.kind === 'agent' ? [line.actor.key] : []
  if (known?.event === 'conversation.assigned' && known.data.to) keys.push(keyOf(known.data.to))
  if (known?.event === 'conversation.transferred' && known.data.toAgent) keys.push(keyOf(known.data.toAgent))
  return keys
}
