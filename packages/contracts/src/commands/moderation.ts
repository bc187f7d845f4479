import { z } from 'zod'
import { defineCommand } from '../command.ts'
import * as moderation from '../events/moderation.ts'
import { BotId, ConversationId, PhraseGroupId, WalletId } from '../ids.ts'
import { MessageText, nameUpTo } from '../text.ts'

const Done = z.strictObject({})

export const RULES_MAX = 200
export const PATTERN_MAX = 300
/** A phrase to look for. `id` is kept across versions; leave it out for a new rule. */
export const PhraseRule = z.strictObject({
  id: z.uuid().optional(),
  kind: z.enum(['plain', 'wildcard', 'regex']),
  pattern: z
    .string()
    .min(1)
    .max(PATTERN_MAX)
    .refine(text => text.isWellFormed(), { message: 'text.not_well_formed' })
    .refine(text => text.trim().length > 0, { message: 'text.blank' }),
})
const group = {
  name: nameUpTo(80),
  /** `null`: for all bots */
  botId: BotId.nullable(),
  /** Which languages the phrases are written in, for people; every phrase is looked for in every text. */
  languages: z.array(z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/)).max(20),
  action: moderation.ModerationAction,
  rules: z.array(PhraseRule).min(1).max(RULES_MAX),
}
export const createPhraseGroup = defineCommand({
  name: 'phrase_group.create',
  summary: 'Add a group of phrases that agents’ messages are checked for',
  input: z.strictObject(group),
  output: z.strictObject({ phraseGroup: z.strictObject({ id: PhraseGroupId, version: z.int() }) }),
  records: [moderation.phraseGroupCreated],
})
export const updatePhraseGroup = defineCommand({
  name: 'phrase_group.update',
  summary: 'Give a phrase group its next version; `version` is the one the change was made from',
  input: z.strictObject({ phraseGroupId: PhraseGroupId, version: z.int(), ...group }),
  output: z.strictObject({ phraseGroup: z.strictObject({ id: PhraseGroupId, version: z.int() }) }),
  records: [moderation.phraseGroupUpdated],
  subject: { kind: 'phrase_group', field: 'phraseGroupId' },
})
export const deletePhraseGroup = defineCommand({
  name: 'phrase_group.delete',
  summary: 'Remove a phrase group; what it caught stays in the log',
  input: z.strictObject({ phraseGroupId: PhraseGroupId }),
  output: Done,
  records: [moderation.phraseGroupDeleted],
  subject: { kind: 'phrase_group', field: 'phraseGroupId' },
})
export const allowWallet = defineCommand({
  name: 'wallet.allow',
  summary: 'Let messages name a wallet address',
  input: z.strictObject({ address: z.string().trim().min(20).max(120), name: nameUpTo(80) }),
  output: z.strictObject({
    wallet: z.strictObject({ id: WalletId, network: moderation.WalletNetwork, address: z.string() }),
  }),
  records: [moderation.walletAllowed],
})
export const disallowWallet = defineCommand({
  name: 'wallet.disallow',
  summary: 'Let messages name a wallet address no longer',
  input: z.strictObject({ walletId: WalletId }),
  output: Done,
  records: [moderation.walletDisallowed],
  subject: { kind: 'wallet', field: 'walletId' },
})
export const cancelModerated = defineCommand({
  name: 'moderation.cancel',
  summary: 'Say that a text which needs confirming will not be sent',
  input: z.strictObject({ conversationId: ConversationId, text: MessageText }),
  output: Done,
  records: [moderation.moderationFlagged],
  subject: { kind: 'conversation', field: 'conversationId' },
})
