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
  tokens: number
  at: number
}

interface Demand {
  readonly key: string
  readonly perSecond: number
  readonly size: number
}

/** Counts the messages of bots in token buckets and refuses with 429 what is too much. */
export class Limiter {
  limits: SendingLimits | undefined
  readonly #buckets = new Map<string, Bucket>()
  readonly #now: () => number

  constructor(limits: SendingLimits | undefined, now: () => number) {
    this.limits = limits
    this.#now = now
  }

  /** Takes `count` messages for a chat, all or nothing. Throws 429 with the whole seconds to wait. */
  take(botId: number, chatId: number, isGroup: boolean, count: number): void {
    if (!this.limits) return
    const demands = listDemands(this.limits, botId, chatId, isGroup)
    const buckets = demands.map(demand => ({ demand, bucket: this.#refill(demand) }))
    // An album larger than a bucket may go when the bucket is full, as a debt.
    const wait = Math.max(
      ...buckets.map(
        ({ demand, bucket }) => (Math.min(count, demand.size) - bucket.tokens) / demand.perSecond,
      ),
    )
    if (wait > 1e-6) throw tooManyRequests(Math.ceil(wait))
    for (const { bucket } of buckets) bucket.tokens -= count
  }

  clear(): void {
    this.#buckets.clear()
  }

  #refill({ key, perSecond, size }: Demand): Bucket {
    const now = this.#now()
    const bucket = this.#buckets.get(key) ?? { tokens: size, at: now }
    bucket.tokens = Math.min(size, bucket.tokens + ((now - bucket.at) / 1000) * perSecond)
    bucket.at = now
    this.#buckets.set(key, bucket)
    return bucket
  }
}

function listDemands(limits: SendingLimits, botId: number, chatId: number, isGroup: boolean): Demand[] {
  const { perBot, perChat, perGroup } = limits
  const group = {
    key: `${botId}/${chatId}/minute`,
    perSecond: perGroup.perMinute / 60,
    size: perGroup.perMinute,
  }
  return [
    { key: `${botId}`, perSecond: perBot.perSecond, size: perBot.burst },
    { key: `${botId}/${chatId}`, perSecond: perChat.perSecond, size: perChat.burst },
    ...(isGroup ? [group] : []),
  ]
}
