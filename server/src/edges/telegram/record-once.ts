import type { CommandContract } from '@tracedesk/contracts'
import { systemCaller } from '../../command/caller.ts'
import type { Command } from '../../command/define.ts'
import { type CommandDoor, RecordedRefusal } from '../../command/execute.ts'

/** Records what came of a call, as the system. A refusal means that somebody else recorded it before, and is fine. */
export async function recordOnce<C extends CommandContract>(
  door: CommandDoor,
  workspaceId: string,
  command: Command<C>,
  input: unknown,
): Promise<void> {
  try {
    await door.execute(command, systemCaller(workspaceId), input)
  } catch (error) {
    if (!(error instanceof RecordedRefusal)) throw error
  }
}
