import { allowWallet, disallowWallet, walletAllowed, walletDisallowed } from '@tracedesk/contracts'
import { defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import { readWallet } from './wallets.ts'

export const allowWalletCommand = defineCommandHandler(allowWallet, {
  handle: async (context, input) => {
    const { tx, workspaceId, now } = context
    const wallet = readWallet(input.address)
    if (!wallet) throw new ConsoleError('wallet.not_valid')
    const { network, address, canonical } = wallet
    const id = newId()
    const inserted = await tx
      .insertInto('wallet')
      .values({
        workspace_id: workspaceId,
        wallet_id: id,
        network,
        address,
        canonical,
        name: input.name,
        created_at: now,
      })
      .onConflict(conflict => conflict.columns(['workspace_id', 'network', 'canonical']).doNothing())
      .returning('wallet_id')
      .executeTakeFirst()
    if (!inserted) throw new ConsoleError('wallet.already_allowed', { network, address })
    context.record(
      walletAllowed,
      { network, address, name: input.name },
      { subject: { id, name: input.name } },
    )
    return { wallet: { id, network, address } }
  },
})

export const disallowWalletCommand = defineCommandHandler(disallowWallet, {
  handle: async (context, { walletId }) => {
    const { tx, workspaceId } = context
    const removed = await tx
      .deleteFrom('wallet')
      .where('workspace_id', '=', workspaceId)
      .where('wallet_id', '=', walletId)
      .returning(['network', 'address', 'name'])
      .executeTakeFirst()
    if (!removed) throw new ConsoleError('wallet.not_found', { walletId })
    // The table admits only the networks there are; the event's schema checks it once more.
    const facts = { network: removed.network as never, address: removed.address, name: removed.name }
    context.record(walletDisallowed, facts, { subject: { id: walletId, name: removed.name } })
    return {}
  },
})
