import { closeDispute, decideDispute, disputeClosed, disputeDecided } from '@tracedesk/contracts'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { releaseHoldWithin } from '../holds/index.ts'
import { recordInFile } from './record.ts'
import { type Dispute, lockDispute } from './store.ts'

/** `dispute.decide`: again as long as the case is not closed; the decision before stays in the log. */
export const decideDisputeCommand = defineCommandHandler(decideDispute, {
  handle: async (context, { disputeId, outcome, reason }) => {
    const dispute = await lockDispute(context, disputeId)
    await context.tx
      .updateTable('dispute')
      .set({ state: 'decided', outcome })
      .where('workspace_id', '=', context.workspaceId)
      .where('dispute_id', '=', disputeId)
      .execute()
    await recordInFile(
      context,
      dispute,
      disputeDecided,
      { outcome, previous: dispute.outcome },
      { text: reason },
    )
    return {}
  },
})

/** `dispute.close`: nothing more comes into the file; its hold ends only when that is asked for. */
export const closeDisputeCommand = defineCommandHandler(closeDispute, {
  handle: async (context, { disputeId, reason, releaseHold }) => {
    const dispute = await lockDispute(context, disputeId)
    const holdReleased = releaseHold && (await isInForce(context, dispute))
    if (holdReleased) await releaseHoldWithin(context, dispute.holdId)
    await context.tx
      .updateTable('dispute')
      .set({ state: 'closed' })
      .where('workspace_id', '=', context.workspaceId)
      .where('dispute_id', '=', disputeId)
      .execute()
    await recordInFile(
      context,
      dispute,
      disputeClosed,
      { from: dispute.state, outcome: dispute.outcome, holdReleased },
      { text: reason },
    )
    return {}
  },
})

/** Somebody may have ended the hold by itself. */
async function isInForce({ tx, workspaceId }: CommandContext, { holdId }: Dispute): Promise<boolean> {
  const hold = await tx
    .selectFrom('hold')
    .select('released_at')
    .where('workspace_id', '=', workspaceId)
    .where('hold_id', '=', holdId)
    .executeTakeFirst()
  return hold?.released_at === null
}
