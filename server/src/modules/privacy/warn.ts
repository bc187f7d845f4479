import { defineCommand, type PrivacyKind, PrivacyRequestId, privacyRequestDue } from '@tracedesk/contracts'
import { z } from 'zod'
import { defineCommandHandler } from '../../command/define.ts'
import { RecordedRefusal } from '../../command/execute.ts'
import { lockRequest } from './store.ts'

/** Records once that a request is close to its day, and once that it is past it. */
export const warnDueCommand = defineCommandHandler(
  defineCommand({
    name: 'privacy.warn_due',
    access: 'internal',
    summary: 'Record that a request about personal data is due',
    input: z.strictObject({ requestId: PrivacyRequestId, stage: z.enum(['soon', 'overdue']) }),
    output: z.strictObject({}),
    records: [privacyRequestDue],
    subject: { kind: 'privacy_request', field: 'requestId' },
  }),
  {
    handle: async (context, { requestId, stage }) => {
      const { customerId, kind, dueAt } = await lockRequest(context, requestId)
      const { numUpdatedRows } = await context.tx
        .updateTable('privacy_request')
        .set({ warned: stage })
        .where('workspace_id', '=', context.workspaceId)
        .where('privacy_request_id', '=', requestId)
        .where(eb => eb.or([eb('warned', 'is', null), eb('warned', '<>', stage)]))
        .executeTakeFirstOrThrow()
      // another node was faster
      if (Number(numUpdatedRows) === 0) throw new RecordedRefusal('conversation.unchanged', { requestId })
      context.record(
        privacyRequestDue,
        { customerId: customerId as never, kind: kind as PrivacyKind, stage, dueAt }, // branded id
        { subject: { id: requestId }, customerId },
      )
      return {}
    },
  },
)
