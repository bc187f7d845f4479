import type { BotReference, Person } from './telegram/index.ts'
import { NoReply } from './telegram/index.ts'

/** What somebody asks a bot about their data, one after the other, each once the one before is answered. */
const ASKS = [
  '/privacy',
  '/consent marketing',
  '/withdraw marketing',
  '/privacy export',
  '/privacy erase',
] as const
const PATIENCE_MS = 60_000

/**
 * A customer looks at what is known of them, agrees, thinks better of it, asks for a copy and to be erased; so the desk
 * for such requests has something to do. Ends early when nobody answers.
 */
export async function askAboutData(person: Person, bot: BotReference, signal: AbortSignal): Promise<void> {
  for (const ask of ASKS) {
    person.say(bot, ask)
    try {
      // colleagues may write in between; only the rule answers at once, and a word of theirs does no harm here
      await person.waitForReply(bot, { timeoutMs: PATIENCE_MS, signal })
    } catch (error) {
      if (error instanceof NoReply || signal.aborted) return
      throw error
    }
  }
}
