import { listPhraseGroups, listWallets } from '@tracedesk/contracts'
import { defineQueryHandler } from '../../command/define.ts'
import { listGroups } from './store.ts'

export const listPhraseGroupsQuery = defineQueryHandler(listPhraseGroups, async ({ db, caller }) => ({
  // branded ids and readonly lists: the contract parses what leaves
  items: (await listGroups(db, caller.workspaceId)) as never,
}))

export const listWalletsQuery = defineQueryHandler(listWallets, async ({ db, caller }) => ({
  items: (await db
    .selectFrom('wallet')
    .select(['wallet_id as id', 'network', 'address', 'name'])
    .where('workspace_id', '=', caller.workspaceId)
    .orderBy('network')
    .orderBy('name')
    .orderBy('wallet_id')
    .execute()) as never,
}))
