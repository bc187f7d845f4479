import { TelegramRefusal } from './client.ts'
import type { LineHealth } from './line-health.ts'
import { NoAnswer } from './transport.ts'

/** Telegram's words for a no. */
export interface Said {
  readonly errorCode: number
  readonly description: string
}

/** What follows from a call without success. `said` is null when nothing was heard. */
export type Verdict =
  /** Certainly not done, and may go through later; `askedMs` when Telegram said how long to wait. */
  | { readonly next: 'retry'; readonly askedMs: number | null; readonly said: Said | null }
  /** It may have been done: nothing that shows twice may be told again. */
  | { readonly next: 'unknown'; readonly said: Said | null }
  | { readonly next: 'refused'; readonly said: Said }

/**
 * Judges a failed call to Telegram and lets the line's health know when there was no answer. `twiceIsHarmless`: nobody
 * would notice if it had been done and were done again. Throws what is neither Telegram's nor the network's.
 */
export async function judge(
  error: unknown,
  health: LineHealth,
  { twiceIsHarmless }: { twiceIsHarmless: boolean },
): Promise<Verdict> {
  if (error instanceof NoAnswer) {
    await health.failed(error)
    if (error.sent && !twiceIsHarmless) return { next: 'unknown', said: null }
    return { next: 'retry', askedMs: null, said: null }
  }
  if (!(error instanceof TelegramRefusal)) throw error
  const { errorCode, description, retryAfter } = error
  const said = { errorCode, description }
  if (retryAfter !== undefined || errorCode === 429)
    return { next: 'retry', askedMs: (retryAfter ?? 1) * 1000, said }
  // a gateway's time-out says that Telegram was told and did not get round to an answer
  if (errorCode === 504 && !twiceIsHarmless) return { next: 'unknown', said }
  if (errorCode >= 500) return { next: 'retry', askedMs: null, said }
  return { next: 'refused', said }
}
