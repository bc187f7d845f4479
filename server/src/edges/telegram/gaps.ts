import { systemCaller } from '../../command/caller.ts'
import type { CommandDoor } from '../../command/execute.ts'
import { LineUnchanged, noteUpdateGapCommand } from '../../modules/bots/index.ts'
import type { BotRef, Inbox } from './inbox.ts'

/** Records that Telegram's numbers went from `after` to `before`. A second report of the same gap does nothing. */
export async function noteGap(door: CommandDoor, bot: BotRef, after: number, before: number): Promise<void> {
  try {
    await door.execute(noteUpdateGapCommand, systemCaller(bot.workspaceId), {
      botId: bot.botId,
      after,
      before,
    })
  } catch (error) {
    if (!(error instanceof LineUnchanged)) throw error
  }
}

/**
 * Looks for skipped numbers where updates come by webhook: several at a time and not in order, so only those are
 * looked at that arrived `settledMs` ago. What comes later than that has been called a gap and is dealt with all the
 * same.
 */
export async function findGaps(
  door: CommandDoor,
  inbox: Inbox,
  bot: BotRef,
  settledMs: number,
): Promise<void> {
  let mark = await inbox.mark(bot)
  for (const number of await inbox.settledNumbers(bot, mark, settledMs)) {
    if (mark !== null && number > mark + 1) {
      await inbox.setMark(bot, mark)
      await noteGap(door, bot, mark, number)
    }
    mark = number
  }
  if (mark !== null) await inbox.setMark(bot, mark)
}
