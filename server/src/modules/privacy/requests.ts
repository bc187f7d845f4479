import {
  closePrivacyRequest,
  openPrivacyRequest,
  type PrivacyChannel,
  type PrivacyKind,
  type PrivacyOutcome,
  privacyErasureRequested,
  privacyRequestClosed,
  privacyRequestOpened,
  requestErasure,
} from '@tracedesk/contracts'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import { addMicros } from '../../kernel/instant.ts'
import type { RecordedActor } from '../../ledger/draft.ts'
import { readSetting } from '../team/index.ts'
import { lockPerson, lockRequest } from './store.ts'

const DAY_MICROS = 86_400_000_000

/** What a customer asks, before it is a request. */
export interface Asked {
  readonly customerId: string
  readonly kind: PrivacyKind
  readonly channel: PrivacyChannel
  readonly text?: string | undefined
  /** Who asked, when it was not the caller. */
  readonly actor?: RecordedActor
}

/** Opens a request within a command that declares `privacy.request_opened`; the customer's row is locked by it. */
export async function openRequestWithin(
  context: CommandContext,
  asked: Asked,
): Promise<{ id: string; dueAt: string }> {
  const { tx, workspaceId, now } = context
  const { customerId, kind, channel, text } = asked
  await lockPerson(tx, workspaceId, customerId)
  const days = Number(await readSetting(tx, workspaceId, 'privacy.due_days'))
  const [id, entryId, dueAt] = [newId(), newId(), addMicros(now, days * DAY_MICROS)]
  await tx
    .insertInto('privacy_request')
    .values({
      workspace_id: workspaceId,
      privacy_request_id: id,
      customer_id: customerId,
      kind,
      channel,
      state: 'open',
      opened_at: now,
      opened_by: entryId,
      due_at: dueAt,
    })
    .execute()
  context.record(
    privacyRequestOpened,
    { customerId: customerId as never, kind, channel, dueAt }, // branded id
    {
      subject: { id },
      customerId,
      entryId,
      parts: { text },
      ...(asked.actor ? { actor: asked.actor } : {}),
    },
  )
  return { id, dueAt }
}

export const openPrivacyRequestCommand = defineCommandHandler(openPrivacyRequest, {
  handle: async (context, input) => ({ request: (await openRequestWithin(context, input)) as never }), // branded id
})

/** Ends a request within a command that declares `privacy.request_closed`. */
export async function closeRequestWithin(
  context: CommandContext,
  request: { id: string; customerId: string; kind: PrivacyKind },
  outcome: PrivacyOutcome,
  reason?: string,
): Promise<void> {
  await context.tx
    .updateTable('privacy_request')
    .set({ state: 'closed', outcome, closed_at: context.now })
    .where('workspace_id', '=', context.workspaceId)
    .where('privacy_request_id', '=', request.id)
    .execute()
  context.record(
    privacyRequestClosed,
    { customerId: request.customerId as never, kind: request.kind, outcome }, // branded id
    { subject: { id: request.id }, customerId: request.customerId, parts: { reasonText: reason } },
  )
}

export const closePrivacyRequestCommand = defineCommandHandler(closePrivacyRequest, {
  handle: async (context, { requestId, outcome, reason }) => {
    const request = await lockRequest(context, requestId)
    await closeRequestWithin(context, request, outcome, reason)
    return {}
  },
})

export const requestErasureCommand = defineCommandHandler(requestErasure, {
  handle: async (context, { requestId, reason }) => {
    const { tx, workspaceId, caller } = context
    const { customerId } = await lockRequest(context, requestId, 'erasure')
    await lockPerson(tx, workspaceId, customerId)
    // a program is nobody: two tokens of one person would be two persons
    if (caller.actor.kind !== 'agent' || !caller.actor.id)
      throw new ConsoleError('privacy.second_person_needed', { requestId })
    await tx
      .updateTable('privacy_request')
      .set({ erasure_requested_by: caller.actor.id })
      .where('workspace_id', '=', workspaceId)
      .where('privacy_request_id', '=', requestId)
      .execute()
    context.record(
      privacyErasureRequested,
      { customerId: customerId as never }, // branded id
      { subject: { id: requestId }, customerId, parts: { reasonText: reason } },
    )
    return {}
  },
})
