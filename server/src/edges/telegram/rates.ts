/** How much may be sent: so many a second, and so many at once after a pause. */
export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

export interface SendingRates {
  readonly perBot: Rate
  readonly perChat: Rate
  readonly perGroup: Rate
}

/** Telegram's published figures (Bot API FAQ: 30 a second overall, 1 a second a chat, 20 a minute a group). */
export const SENDING_RATES: SendingRates = {
  perBot: { perSecond: 30, burst: 20 },
  perChat: { perSecond: 1, burst: 3 },
  perGroup: { perSecond: 20 / 60, burst: 5 },
}

interface Bucket {
  tokens: number
  at: number
}

/** Token buckets for one bot, its chats and its groups. */
export class RateLimiter {
  readonly #rates: SendingRates
  readonly #now: () => number
  readonly #bot: Bucket
  readonly #chats = new Map<number, Bucket>()

  constructor(rates: SendingRates, now: () => number = Date.now) {
    this.#rates = rates
    this.#now = now
    this.#bot = { tokens: rates.perBot.burst, at: now() }
  }

  /** Takes leave to send one message to a chat and returns 0, or takes nothing and returns the milliseconds to wait. */
  take(chatId: number): number {
    const rate = chatId < 0 ? this.#rates.perGroup : this.#rates.perChat
    const chat = this.#chats.get(chatId) ?? { tokens: rate.burst, at: this.#now() }
    const wait = Math.max(this.#missing(this.#bot, this.#rates.perBot), this.#missing(chat, rate))
    if (wait > 0) return wait
    this.#bot.tokens--
    chat.tokens--
    this.#chats.set(chatId, chat)
    if (this.#chats.size > 10_000) this.#forgetFull()
    return 0
  }

  #missing(bucket: Bucket, { perSecond, burst }: Rate): number {
    const now = this.#now()
    bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, now - bucket.at) / 1000) * perSecond)
    bucket.at = now
    // whole milliseconds, and no waiting for what only binary fractions lack
    return bucket.tokens > 1 - 1e-6 ? 0 : Math.ceil(((1 - bucket.tokens) / perSecond) * 1000 - 1e-3)
  }

  #forgetFull(): void {
    for (const [chatId, bucket] of this.#chats) {
      const rate = chatId < 0 ? this.#rates.perGroup : this.#rates.perChat
      if (this.#missing(bucket, rate) === 0 && bucket.tokens >= rate.burst) this.#chats.delete(chatId)
    }
  }
}
