import {
  liftRestriction,
  privacyRestricted,
  privacyRestrictionLifted,
  restrictSubject,
} from '@tracedesk/contracts'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { stopMessages } from './erase-conversations.ts'
import { accountsOf, lockConversationsOf, lockPerson } from './store.ts'

const setRestricted = ({ tx, workspaceId }: CommandContext, customerId: string, at: string | null) =>
  tx
    .updateTable('customer')
    .set({ restricted_at: at })
    .where('workspace_id', '=', workspaceId)
    .where('customer_id', '=', customerId)
    .execute()

/** All accounts of a person, locked; those whose data is restricted are told by `since`. */
async function lockAccounts({ tx, workspaceId }: CommandContext, customerId: string) {
  const accounts = []
  for (const id of await accountsOf(tx, workspaceId, customerId)) {
    // the conversations before the customer, as receiving does
    await lockConversationsOf(tx, workspaceId, id)
    accounts.push({ id, since: (await lockPerson(tx, workspaceId, id)).restrictedAt })
  }
  return accounts
}

export const restrictSubjectCommand = defineCommandHandler(restrictSubject, {
  handle: async (context, { customerId, reason }) => {
    const accounts = (await lockAccounts(context, customerId)).filter(({ since }) => since === null)
    if (accounts.length === 0) throw new ConsoleError('privacy.already_restricted', { customerId })
    for (const { id } of accounts) {
      const stoppedMessages = await stopMessages(context, id)
      await setRestricted(context, id, context.now)
      context.record(
        privacyRestricted,
        { stoppedMessages },
        { subject: { id }, customerId: id, parts: { reasonText: reason } },
      )
    }
    return {}
  },
})

export const liftRestrictionCommand = defineCommandHandler(liftRestriction, {
  handle: async (context, { customerId }) => {
    const accounts = await lockAccounts(context, customerId)
    const restricted = accounts.flatMap(({ id, since }) => (since === null ? [] : [{ id, since }]))
    if (restricted.length === 0) throw new ConsoleError('privacy.not_restricted', { customerId })
    for (const { id, since } of restricted) {
      await setRestricted(context, id, null)
      context.record(privacyRestrictionLifted, { since }, { subject: { id }, customerId: id })
    }
    return {}
  },
})
