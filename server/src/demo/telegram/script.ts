import type { BotReference } from './correspondent.ts'
import { Customer, type CustomerCounts, type Pace } from './customer.ts'
import type { Person } from './person.ts'
import { findVoice, type Phrase, VOICES } from './phrases.ts'
import { createRandom } from './random.ts'
import type { SimulatedTelegram } from './telegram.ts'

export interface ScriptOptions {
  readonly bot: BotReference
  /** How many people live and write. */
  readonly customers: number
  readonly seed?: string | number
  /** What they open conversations with, each text once, in turn: customer 0 takes the first, customer 1 the second
   * and so on round. When they run out, or without any, they use phrases of their own. Empty texts are left out. */
  readonly texts?: readonly Phrase[]
  readonly pace?: Partial<Pace>
  /** Conversations of each customer; for ever unless told. */
  readonly conversations?: number
}

/** Customers that live until they are stopped or have said everything. */
export interface CustomerScript {
  readonly people: readonly Person[]
  /** Resolves when every customer has ended; rejects when one fails for another reason than being stopped. */
  readonly finished: Promise<void>
  /** What they have done so far, all together. */
  counts(): CustomerCounts
  /** Stops everybody and waits for it. */
  stop(): Promise<void>
}

/** A pace a person at a screen can follow; in milliseconds of real time. */
const HUMAN_PACE: Pace = {
  arrivalMs: [0, 60_000],
  typingMs: [1500, 9000],
  patienceMs: [25_000, 120_000],
  pauseMs: [60_000, 600_000],
}

/**
 * Sets scripted customers on a bot. What each of them says and decides follows from the seed, its number and the
 * replies it gets; only the moment of things depends on the clock.
 */
export function startCustomers(telegram: SimulatedTelegram, options: ScriptOptions): CustomerScript {
  const abort = new AbortController()
  const texts = (options.texts ?? []).filter(({ text }) => text !== '')
  const pace = { ...HUMAN_PACE, ...options.pace }
  const customers = Array.from({ length: options.customers }, (_, index) => {
    const own = texts.filter((_text, position) => position % options.customers === index)
    const random = createRandom(`${options.seed ?? 'customers'}/${index}`)
    const voice = own[0] ? findVoice(own[0].lang) : (VOICES[index % VOICES.length] ?? findVoice('en'))
    const [firstName, lastName] = random.pick(voice.names)
    const named = { firstName, ...(lastName === undefined ? {} : { lastName }) }
    const languageCode = own[0]?.lang ?? voice.lang
    const person = telegram.createUser({ ...named, languageCode, isPremium: random.chance(0.1) })
    const setting = { person, bot: options.bot, voice, random, texts: own, pace, signal: abort.signal }
    return new Customer({ ...setting, conversations: options.conversations ?? Number.POSITIVE_INFINITY })
  })
  const finished = Promise.all(customers.map(customer => customer.live())).then(() => undefined)
  // Whoever never looks at `finished` must not be killed by it; stop() and the promise itself still reject.
  finished.catch(() => undefined)
  return {
    people: customers.map(({ person }) => person),
    finished,
    counts: () => customers.map(({ counts }) => counts).reduce(add),
    stop() {
      abort.abort()
      return finished
    },
  }
}

function add(a: CustomerCounts, b: CustomerCounts): CustomerCounts {
  return {
    conversations: a.conversations + b.conversations,
    said: a.said + b.said,
    answered: a.answered + b.answered,
    edited: a.edited + b.edited,
    impatient: a.impatient + b.impatient,
    givenUp: a.givenUp + b.givenUp,
  }
}
