import {
  addParticipant,
  disputeParticipantAdded,
  disputeParticipantRemoved,
  type ParticipantRole,
  removeParticipant,
} from '@tracedesk/contracts'
import { defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { recordInFile } from './record.ts'
import { lockDispute } from './store.ts'

/** `dispute.add_participant`. Throws `agent.not_found`, `dispute.already_participant`. */
export const addParticipantCommand = defineCommandHandler(addParticipant, {
  handle: async (context, { disputeId, agentId, role }) => {
    const { tx, workspaceId } = context
    const dispute = await lockDispute(context, disputeId)
    const agent = await tx
      .selectFrom('agent')
      .select('agent_id')
      .where('workspace_id', '=', workspaceId)
      .where('agent_id', '=', agentId)
      .executeTakeFirst()
    if (!agent) throw new ConsoleError('agent.not_found', { agentId })
    const added = await tx
      .insertInto('dispute_participant')
      .values({ workspace_id: workspaceId, dispute_id: disputeId, agent_id: agentId, role })
      .onConflict(conflict => conflict.doNothing())
      .executeTakeFirst()
    if (!added.numInsertedOrUpdatedRows) throw new ConsoleError('dispute.already_participant', { agentId })
    await recordInFile(context, dispute, disputeParticipantAdded, { agentId, role })
    return {}
  },
})

/** `dispute.remove_participant`. Throws `dispute.not_participant`. */
export const removeParticipantCommand = defineCommandHandler(removeParticipant, {
  handle: async (context, { disputeId, agentId }) => {
    const { tx, workspaceId } = context
    const dispute = await lockDispute(context, disputeId)
    const gone = await tx
      .deleteFrom('dispute_participant')
      .where('workspace_id', '=', workspaceId)
      .where('dispute_id', '=', disputeId)
      .where('agent_id', '=', agentId)
      .returning('role')
      .executeTakeFirst()
    if (!gone) throw new ConsoleError('dispute.not_participant', { agentId })
    const role = gone.role as ParticipantRole // the table admits only these
    await recordInFile(context, dispute, disputeParticipantRemoved, { agentId, role }, { agents: [agentId] })
    return {}
  },
})
