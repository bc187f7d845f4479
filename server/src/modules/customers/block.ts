import { blockCustomer, customerBlocked, customerUnblocked, unblockCustomer } from '@tracedesk/contracts'
import { sql } from 'kysely'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { accountsSql, requireCustomer } from '../conversations/index.ts'

const setBlockedAt = ({ tx, workspaceId }: CommandContext, customerId: string, at: string | null) =>
  tx
    .updateTable('customer')
    .set({ blocked_at: at })
    .where('workspace_id', '=', workspaceId)
    // every account of the person
    .where(eb => eb.or([eb('customer_id', '=', customerId), eb('merged_into', '=', customerId)]))
    .execute()

export const blockCustomerCommand = defineCommandHandler(blockCustomer, {
  handle: async (context, { customerId }) => {
    const { tx, workspaceId, now } = context
    const { blockedAt, about } = await requireCustomer(context, customerId)
    if (blockedAt !== null) throw new ConsoleError('customer.already_blocked', { customerId })
    await setBlockedAt(context, customerId, now)
    const { numUpdatedRows } = await tx
      .updateTable('conversation')
      .set({ waiting_since: null })
      .where('workspace_id', '=', workspaceId)
      .where(sql<boolean>`customer_id = any(${accountsSql(workspaceId, customerId)})`)
      .where('waiting_since', 'is not', null)
      .executeTakeFirstOrThrow()
    context.record(customerBlocked, { stoppedWaiting: Number(numUpdatedRows) }, about)
    return {}
  },
})

export const unblockCustomerCommand = defineCommandHandler(unblockCustomer, {
  handle: async (context, { customerId }) => {
    const { blockedAt, about } = await requireCustomer(context, customerId)
    if (blockedAt === null) throw new ConsoleError('customer.not_blocked', { customerId })
    await setBlockedAt(context, customerId, null)
    context.record(customerUnblocked, { since: blockedAt }, about)
    return {}
  },
})
