import { afterEach, beforeEach } from 'vitest'
import {
  type JsonObject,
  type Person,
  type SimulatedBot,
  type SimulatedTelegram,
  startSimulatedTelegram,
} from './index.ts'

/** The body of an answer. A result may be read as an object or as a list of them. */
export interface Reply {
  readonly ok: boolean
  readonly result?: JsonObject & JsonObject[]
  readonly error_code?: number
  readonly description?: string
  readonly parameters?: JsonObject
}

/** A server with one bot and one person, new for every test, under a clock that only moves when told. */
export class Bench {
  now = 0
  telegram!: SimulatedTelegram
  desk!: SimulatedBot
  maya!: Person

  async open(): Promise<void> {
    this.now = Date.UTC(2026, 0, 5)
    this.telegram = await startSimulatedTelegram({ clock: () => this.now, webhookRetryMs: 10 })
    this.desk = this.telegram.createBot()
    this.maya = this.telegram.createUser({ firstName: 'Maya' })
  }

  /** Calls with the bot's token, in any way fetch can. */
  async ask(path: string, init: RequestInit = {}): Promise<Reply> {
    const response = await fetch(`${this.telegram.apiRoot}/bot${this.desk.token}/${path}`, init)
    // The tests say what they expect of the body; this only gives it a shape to speak of.
    return (await response.json()) as Reply
  }

  call(method: string, parameters: object = {}): Promise<Reply> {
    const headers = { 'content-type': 'application/json' }
    return this.ask(method, { method: 'POST', headers, body: JSON.stringify(parameters) })
  }

  say(text: string): Promise<Reply> {
    return this.call('sendMessage', { chat_id: this.maya.id, text })
  }
}

/** Opens a bench before each test of the file and closes it afterwards. */
export function useBench(): Bench {
  const bench = new Bench()
  beforeEach(() => bench.open())
  afterEach(() => bench.telegram.stop())
  return bench
}
