import {
  type HoldCause,
  type HoldKind,
  holdPlaced,
  holdReleased,
  placeHold,
  releaseHold,
} from '@tracedesk/contracts'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import { instantFromRfc3339 } from '../../kernel/instant.ts'

/** What to hold: a customer, a conversation, or a span of time (`to` excluded, at least one end given). */
export interface HoldRequest {
  readonly customerId?: string | undefined
  readonly conversationId?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly cause: HoldCause
  /** In words; a dispute has none here: the case itself is the reason. */
  readonly reason?: string | undefined
}

const kindOf = ({ customerId, conversationId }: HoldRequest): HoldKind =>
  customerId ? 'customer' : conversationId ? 'conversation' : 'range'

/**
 * Places a hold within another command (a dispute that is opened, say), which must declare that it records
 * `hold.placed`. Returns the hold's id. Throws `customer.not_found` or `conversation.not_found`.
 */
export async function placeHoldWithin(context: CommandContext, request: HoldRequest): Promise<string> {
  const { tx, workspaceId, now, caller } = context
  const { customerId, conversationId } = request
  const about = await requireSubject(context, request)
  const id = newId()
  const entryId = newId()
  const span = {
    from_at: request.from ? instantFromRfc3339(request.from) : null,
    to_at: request.to ? instantFromRfc3339(request.to) : null,
  }
  await tx
    .insertInto('hold')
    .values({
      workspace_id: workspaceId,
      hold_id: id,
      kind: kindOf(request),
      customer_id: customerId ?? null,
      conversation_id: conversationId ?? null,
      ...span,
      cause: request.cause,
      entry_id: entryId,
      placed_by: caller.actor.kind === 'agent' ? caller.actor.id : null,
      placed_at: now,
    })
    .execute()
  context.record(
    holdPlaced,
    { kind: kindOf(request), cause: request.cause, fromAt: span.from_at, toAt: span.to_at },
    { subject: { id }, entryId, parts: { reasonText: request.reason }, ...about },
  )
  return id
}

/** Who or what is held must be there; the entry then belongs to them. */
async function requireSubject({ tx, workspaceId }: CommandContext, request: HoldRequest) {
  if (request.conversationId) {
    const found = await tx
      .selectFrom('conversation')
      .select(['customer_id', 'bot_id', 'assignee_id', 'department_id'])
      .where('workspace_id', '=', workspaceId)
      .where('conversation_id', '=', request.conversationId)
      .forUpdate()
      .executeTakeFirst()
    if (!found) throw new ConsoleError('conversation.not_found', { conversationId: request.conversationId })
    return {
      conversation: {
        id: request.conversationId,
        customerId: found.customer_id,
        botId: found.bot_id,
        assigneeId: found.assignee_id,
        departments: found.department_id ? [found.department_id] : [],
      },
    }
  }
  if (!request.customerId) return {}
  const found = await tx
    .selectFrom('customer')
    .select('customer_id')
    .where('workspace_id', '=', workspaceId)
    .where('customer_id', '=', request.customerId)
    .forUpdate() // whoever erases them locks them too: one of the two comes first
    .executeTakeFirst()
  if (!found) throw new ConsoleError('customer.not_found', { customerId: request.customerId })
  return { customerId: request.customerId }
}

export const placeHoldCommand = defineCommandHandler(placeHold, {
  handle: async (context, input) => ({ hold: { id: await placeHoldWithin(context, input) } }) as never, // branded id
})

/**
 * Ends a hold within another command (a dispute that is closed, say), which must declare that it records
 * `hold.released`. Throws `hold.not_found`, `hold.already_released`.
 */
export async function releaseHoldWithin(
  context: CommandContext,
  holdId: string,
  reason?: string,
): Promise<void> {
  const { tx, workspaceId, now } = context
  const hold = await tx
    .selectFrom('hold')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('hold_id', '=', holdId)
    .forUpdate()
    .executeTakeFirst()
  if (!hold) throw new ConsoleError('hold.not_found', { holdId })
  if (hold.released_at !== null) throw new ConsoleError('hold.already_released', { holdId })
  const entryId = newId()
  await tx
    .updateTable('hold')
    .set({ released_at: now, released_entry_id: entryId })
    .where('workspace_id', '=', workspaceId)
    .where('hold_id', '=', holdId)
    .execute()
  context.record(
    holdReleased,
    {
      kind: hold.kind as HoldKind, // the table admits only these
      cause: hold.cause as HoldCause,
      fromAt: hold.from_at,
      toAt: hold.to_at,
      placedAt: hold.placed_at,
    },
    {
      subject: { id: holdId },
      entryId,
      parts: { reasonText: reason },
      ...(await requireSubject(context, {
        customerId: hold.customer_id ?? undefined,
        conversationId: hold.conversation_id ?? undefined,
        cause: 'inquiry',
        reason,
      })),
    },
  )
}

export const releaseHoldCommand = defineCommandHandler(releaseHold, {
  handle: async (context, { holdId, reason }) => {
    await releaseHoldWithin(context, holdId, reason)
    return {}
  },
})
