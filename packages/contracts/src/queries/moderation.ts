import { z } from 'zod'
import { defineQuery } from '../command.ts'
import { ModerationAction, WalletNetwork } from '../events/moderation.ts'
import { BotId, PhraseGroupId, WalletId } from '../ids.ts'

export const listPhraseGroups = defineQuery({
  name: 'phrase_group.list',
  permission: 'moderation.view',
  summary: 'Groups of phrases that agents’ messages are checked for',
  input: z.strictObject({}),
  output: z.strictObject({
    items: z.array(
      z.strictObject({
        id: PhraseGroupId,
        name: z.string(),
        botId: BotId.nullable(),
        languages: z.array(z.string()),
        action: ModerationAction,
        version: z.int(),
        rules: z.array(
          z.strictObject({
            id: z.string(),
            kind: z.enum(['plain', 'wildcard', 'regex']),
            pattern: z.string(),
          }),
        ),
      }),
    ),
  }),
})
export const listWallets = defineQuery({
  name: 'wallet.list',
  permission: 'moderation.view',
  summary: 'Wallet addresses that messages may name',
  input: z.strictObject({}),
  output: z.strictObject({
    items: z.array(
      z.strictObject({ id: WalletId, network: WalletNetwork, address: z.string(), name: z.string() }),
    ),
  }),
})
