import {
  type ConsentPurpose,
  consentGiven,
  consentWithdrawn,
  giveConsent,
  type PrivacyChannel,
  withdrawConsent,
} from '@tracedesk/contracts'
import { type CommandContext, type ConversationRef, defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { sha256 } from '../../kernel/secret.ts'
import type { RecordedActor } from '../../ledger/draft.ts'
import { readSetting } from '../team/index.ts'
import { accountsOf, lockPerson } from './store.ts'

export interface ConsentChange {
  readonly customerId: string
  readonly purpose: ConsentPurpose
  readonly state: 'given' | 'withdrawn'
  readonly channel: PrivacyChannel
  /** When the customer did it themselves. */
  readonly actor?: RecordedActor
  readonly conversation?: ConversationRef
}

/**
 * Notes what a customer agrees to, in a command that declares the consent events. False when it was so already. Consent
 * is given by the account that says so; it is withdrawn by the person, for every account that was joined to theirs.
 */
export async function changeConsent(context: CommandContext, change: ConsentChange): Promise<boolean> {
  const { customerId, state } = change
  if (state === 'given') return changeFor(context, change)
  let changed = false
  for (const id of await accountsOf(context.tx, context.workspaceId, customerId)) {
    const { conversation: _, ...elsewhere } = change
    changed =
      (await changeFor(context, id === customerId ? change : { ...elsewhere, customerId: id })) || changed
  }
  return changed
}

async function changeFor(context: CommandContext, change: ConsentChange): Promise<boolean> {
  const { tx, workspaceId, now } = context
  const { customerId, purpose, state, channel } = change
  await lockPerson(tx, workspaceId, customerId)
  const known = await tx
    .selectFrom('consent')
    .select('state')
    .where('workspace_id', '=', workspaceId)
    .where('customer_id', '=', customerId)
    .where('purpose', '=', purpose)
    .executeTakeFirst()
  if ((known?.state ?? 'withdrawn') === state) return false
  await tx
    .insertInto('consent')
    .values({ workspace_id: workspaceId, customer_id: customerId, purpose, state, at: now })
    .onConflict(conflict =>
      conflict.columns(['workspace_id', 'customer_id', 'purpose']).doUpdateSet({ state, at: now }),
    )
    .execute()
  const about = {
    subject: { id: customerId },
    customerId,
    ...(change.actor ? { actor: change.actor } : {}),
    ...(change.conversation ? { conversation: change.conversation } : {}),
  }
  if (state === 'withdrawn') context.record(consentWithdrawn, { purpose, channel }, about)
  else {
    // under which words: the notice in force, by its digest; the setting's history has the words
    const noticeSha256 = sha256(String(await readSetting(tx, workspaceId, 'privacy.notice'))).toString('hex')
    context.record(consentGiven, { purpose, noticeSha256, channel }, about)
  }
  return true
}

const unchanged = (customerId: string) => new ConsoleError('consent.unchanged', { customerId })

export const giveConsentCommand = defineCommandHandler(giveConsent, {
  handle: async (context, input) => {
    if (!(await changeConsent(context, { ...input, state: 'given' }))) throw unchanged(input.customerId)
    return {}
  },
})
export const withdrawConsentCommand = defineCommandHandler(withdrawConsent, {
  handle: async (context, input) => {
    if (!(await changeConsent(context, { ...input, state: 'withdrawn' }))) throw unchanged(input.customerId)
    return {}
  },
})
