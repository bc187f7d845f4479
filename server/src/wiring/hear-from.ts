import { type Caller, may } from '../command/caller.ts'
import { RecordedRefusal } from '../command/execute.ts'
import * as team from '../modules/team/index.ts'
import type { NodeParts } from './parts.ts'

/** A browser of an agent has been heard from: whoever had merely dropped out is online again. */
export async function hearFrom(
  { databases, door }: Pick<NodeParts, 'databases' | 'door'>,
  caller: Caller,
): Promise<void> {
  const { workspaceId, actor, impersonator } = caller
  if (impersonator?.id) return team.beat(databases.app, workspaceId, impersonator.id)
  if (actor.kind !== 'agent' || !actor.id || !may(caller, 'presence.change')) return
  await team.beat(databases.app, workspaceId, actor.id)
  if (!(await team.hasDropped(databases.read, workspaceId, actor.id))) return
  const self = { ...caller, permissions: 'all' as const }
  await door.execute(team.connectPresenceCommand, self, { agentId: actor.id }).catch(error => {
    if (!(error instanceof RecordedRefusal)) throw error // another of their browsers was faster
  })
}
