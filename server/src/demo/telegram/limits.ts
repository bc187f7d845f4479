import { tooManyRequests } from './refusal.ts'

/** How many messages a bot may send. `burst` is what may go at once after a pause. */
export interface SendingLimits {
  readonly perBot: { readonly perSecond: number; readonly burst: number }
  readonly perChat: { readonly perSecond: number; readonly burst: number }
  readonly perGroup: { readonly perMinute: number }
}

/** Telegram's published figures; the size of the burst is our guess. */
export const TELEGRAM_LIMITS: SendingLimits = {
  perBot: { perSecond: 30, burst: 30 },
  perChat: { perSecond: 1, burst: 5 },
  perGroup: { perMinute: 20 },
}

interface Bucket {
  readonly key: string
  readonly perSecond: number
  readonly size: number
}

const WINDOW_MS = 60_000

/** Counts the messages of bots and refuses with 429 what is too much. */
export class Limiter {
  limits: SendingLimits | undefined
  readonly #levels = new Map<string, { tokens: number; at: number }>()
  readonly #windows = new Map<string, number[]>()
  readonly #now: () => number

  constructor(limits: SendingLimits | undefined, now: () => number) {
    this.limits = limits
    this.#now = now
  }

  /** Takes `count` messages for a chat, all or nothing. Throws 429 with the whole seconds to wait. */
  take(botId: number, chatId: number, isGroup: boolean, count: number): void {
    if (!this.limits) return
    const { perBot, perChat, perGroup } = this.limits
    const levels = [
      this.#refill({ key: `${botId}`, perSecond: perBot.perSecond, size: perBot.burst }, count),
      this.#refill({ key: `${botId}/${chatId}`, perSecond: perChat.perSecond, size: perChat.burst }, count),
    ]
    const window = isGroup ? this.#recent(`${botId}/${chatId}`) : []
    // What must have left the window of a minute before `count` more fit in.
    const blocking = window[window.length + Math.min(count, perGroup.perMinute) - perGroup.perMinute - 1]
    const groupWait = blocking === undefined ? 0 : (blocking + WINDOW_MS - this.#now()) / 1000
    const wait = Math.max(groupWait, ...levels.map(level => level.wait))
    if (wait > 1e-6) throw tooManyRequests(Math.ceil(wait))
    for (const { level } of levels) level.tokens -= count
    for (let sent = 0; sent < count; sent++) window.push(this.#now())
  }

  clear(): void {
    this.#levels.clear()
    this.#windows.clear()
  }

  /** Fills a token bucket up to now; `wait`: seconds until it holds `count`, or is full if `count` is beyond its size. */
  #refill({ key, perSecond, size }: Bucket, count: number): { level: { tokens: number }; wait: number } {
    const now = this.#now()
    const level = this.#levels.get(key) ?? { tokens: size, at: now }
    level.tokens = Math.min(size, level.tokens + ((now - level.at) / 1000) * perSecond)
    level.at = now
    this.#levels.set(key, level)
    return { level, wait: (Math.min(count, size) - level.tokens) / perSecond }
  }

  /** When the messages of the last minute were sent, oldest first. */
  #recent(key: string): number[] {
    const since = this.#now() - WINDOW_MS
    const recent = (this.#windows.get(key) ?? []).filter(at => at > since)
    this.#windows.set(key, recent)
    return recent
  }
}
