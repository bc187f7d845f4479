import type { RoutingMode } from '@tracedesk/contracts'

/** Somebody who could be given a conversation, as they stand now. */
export interface Colleague {
  readonly id: string
  readonly presence: 'online' | 'away' | 'offline'
  readonly load: number
  readonly capacity: number
  readonly languages: readonly string[]
  /** When a rule last gave them something; null: never. */
  readonly routedAt: string | null
  readonly departments: readonly string[]
}

/** What the rules look at in a conversation. */
export interface Facts {
  /** The customer's language as Telegram names it (`pt-br`). */
  readonly language: string | null
  /** Who held this customer's conversation with this bot last. */
  readonly lastAgentId: string | null
}

type Order = (a: Colleague, b: Colleague) => number

const byTurn: Order = (a, b) => (a.routedAt ?? '').localeCompare(b.routedAt ?? '') || (a.id < b.id ? -1 : 1)
const byRoom: Order = (a, b) => b.capacity - b.load - (a.capacity - a.load) || byTurn(a, b)
const byLoad: Order = (a, b) => a.load - b.load || byTurn(a, b)
/** Those for whom `test` holds come first. */
const first =
  (test: (colleague: Colleague) => boolean, then: Order): Order =>
  (a, b) =>
    Number(test(b)) - Number(test(a)) || then(a, b)

function orderOf(mode: Exclude<RoutingMode, 'manual'>, { language, lastAgentId }: Facts): Order {
  const spoken = language?.slice(0, 2).toLowerCase()
  switch (mode) {
    case 'round_robin':
      return byTurn
    case 'online_first':
      return byRoom
    case 'least_busy':
      return byLoad
    case 'language':
      return first(({ languages }) => spoken !== undefined && languages.includes(spoken), byRoom)
    case 'sticky':
      return first(({ id }) => id === lastAgentId, byRoom)
  }
}

/** Only who is online and has room is given anything; a person may still take or give more. */
export const hasRoom = ({ presence, load, capacity }: Colleague): boolean =>
  presence === 'online' && load < capacity

/**
 * Who gets a conversation: the first of those with room in the order of the mode. Returns the choice (null: nobody has
 * room) and everybody considered, best first, those without room after those with.
 */
export function choose(
  mode: Exclude<RoutingMode, 'manual'>,
  colleagues: readonly Colleague[],
  facts: Facts,
): { chosen: Colleague | null; considered: Colleague[] } {
  const considered = [...colleagues].sort(first(hasRoom, orderOf(mode, facts)))
  const best = considered[0]
  return { chosen: best && hasRoom(best) ? best : null, considered }
}
