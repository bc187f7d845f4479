import { setTimeout as sleep } from 'node:timers/promises'
import type { Message } from 'grammy/types'
import type { BotReference } from './correspondent.ts'
import type { Person } from './person.ts'
import { type Phrase, splitText, type Voice } from './phrases.ts'
import type { Random } from './random.ts'
import { showSomething } from './showing.ts'
import { NoReply } from './waiting.ts'

type Span = readonly [low: number, high: number]

/** How fast a customer lives: milliseconds of real time from a shortest to a longest. */
export interface Pace {
  /** From the start until the first conversation. */
  readonly arrivalMs: Span
  /** Before each message. */
  readonly typingMs: Span
  /** How long a reply may take before the customer asks again. */
  readonly patienceMs: Span
  /** Between two conversations. */
  readonly pauseMs: Span
}

export interface CustomerCounts {
  /** Conversations opened. */
  conversations: number
  /** Messages written, pictures and all other media included. */
  said: number
  /** Replies that came in time. */
  answered: number
  edited: number
  /** Times somebody asked whether anybody is there. */
  impatient: number
  /** Conversations left without an answer. */
  givenUp: number
}

export interface CustomerSetting {
  readonly person: Person
  readonly bot: BotReference
  readonly voice: Voice
  readonly random: Random
  /** Openings to use before any of the voice. */
  readonly texts: readonly Phrase[]
  readonly pace: Pace
  readonly conversations: number
  readonly signal: AbortSignal
}

const ASKS_AGAIN = 2

/** One scripted customer: opens conversations, waits, answers, corrects itself, thanks, loses patience. */
export class Customer {
  readonly counts: CustomerCounts = {
    conversations: 0,
    said: 0,
    answered: 0,
    edited: 0,
    impatient: 0,
    givenUp: 0,
  }
  readonly #setting: CustomerSetting
  #texts: readonly Phrase[]
  #lastReply: Message | undefined

  constructor(setting: CustomerSetting) {
    this.#setting = setting
    this.#texts = setting.texts
  }

  get person(): Person {
    return this.#setting.person
  }

  /** Lives until all conversations are over or it is stopped. */
  async live(): Promise<void> {
    const { pace, conversations, signal } = this.#setting
    try {
      await this.#rest(pace.arrivalMs)
      for (let count = 0; count < conversations; count++) {
        if (count > 0) await this.#rest(pace.pauseMs)
        await this.#converse(count === 0)
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  async #converse(first: boolean): Promise<void> {
    const { random, voice, person, bot } = this.#setting
    this.counts.conversations++
    if (first && random.chance(0.5)) {
      person.startBot(bot)
      this.counts.said++
    }
    const opening = await this.#say(this.#nextOpening())
    if (random.chance(0.15)) await this.#correct(opening)
    const turns = random.integer(0, 2)
    for (let turn = 0; turn < turns; turn++) {
      if (!(await this.#hearReply())) return
      if (random.chance(0.35)) await this.#show()
      else await this.#say(random.pick(voice.details))
    }
    if (!(await this.#hearReply())) return
    await this.#say(random.pick(voice.thanks))
    if (this.#lastReply && random.chance(0.3)) person.react(bot, this.#lastReply, ['👍'])
  }

  #nextOpening(): string {
    const [next, ...rest] = this.#texts
    this.#texts = rest
    return next?.text ?? this.#setting.random.pick(this.#setting.voice.openings)
  }

  async #say(text: string): Promise<Message> {
    const { person, bot, pace } = this.#setting
    await this.#rest(pace.typingMs)
    const messages = splitText(text).map(piece => person.say(bot, piece))
    this.counts.said += messages.length
    const last = messages.at(-1)
    if (!last) throw new RangeError('nothing to say')
    return last
  }

  async #show(): Promise<void> {
    const { person, bot, pace, random } = this.#setting
    await this.#rest(pace.typingMs)
    this.counts.said += showSomething(person, bot, random)
  }

  /** Adds what was forgotten, so that the sent text stays readable in the edited one. */
  async #correct(message: Message): Promise<void> {
    const { person, bot, pace, voice, random } = this.#setting
    await this.#rest(pace.typingMs)
    const text = `${message.text ?? ''} ${random.pick(voice.details)}`
    if (text.length > 4096) return
    person.edit(bot, message, text)
    this.counts.edited++
  }

  /** Waits for a reply, asks again when it takes too long, and gives up in the end. */
  async #hearReply(): Promise<boolean> {
    const { random, voice, pace } = this.#setting
    for (let asked = 0; ; asked++) {
      if (await this.#replyCame()) return true
      if (asked === ASKS_AGAIN) break
      this.counts.impatient++
      await this.#say(random.pick(voice.impatience))
    }
    this.counts.givenUp++
    await this.#rest(pace.typingMs)
    return false
  }

  async #replyCame(): Promise<boolean> {
    const { person, bot, pace, random, signal } = this.#setting
    try {
      this.#lastReply = await person.waitForReply(bot, {
        timeoutMs: random.integer(...pace.patienceMs),
        signal,
      })
      this.counts.answered++
      return true
    } catch (error) {
      if (error instanceof NoReply) return false
      throw error
    }
  }

  async #rest([low, high]: Span): Promise<void> {
    const { random, signal } = this.#setting
    await sleep(random.integer(low, high), undefined, { signal })
  }
}
