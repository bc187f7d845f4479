import { z } from 'zod'
import { defineEvent } from '../event.ts'
import { AgentId, BotId, MessageId, PhraseGroupId } from '../ids.ts'

export const ModerationAction = z.enum(['block', 'confirm'])
export type ModerationAction = z.infer<typeof ModerationAction>
export const WalletNetwork = z.enum(['tron', 'evm', 'bitcoin', 'ton'])
export type WalletNetwork = z.infer<typeof WalletNetwork>

/** What of a phrase group is a fact of the entry; the phrases themselves are in its parts, before and after. */
const GroupFacts = z.strictObject({
  name: z.string(),
  action: ModerationAction,
  botId: BotId.nullable(),
  languages: z.array(z.string()),
  rules: z.int(),
})
export const phraseGroupCreated = defineEvent({
  name: 'phrase_group.created',
  version: 1,
  subject: 'phrase_group',
  reach: 'administration',
  data: z.strictObject({ version: z.int(), to: GroupFacts }),
  parts: { after: 'subject' },
})
export const phraseGroupUpdated = defineEvent({
  name: 'phrase_group.updated',
  version: 1,
  subject: 'phrase_group',
  reach: 'administration',
  data: z.strictObject({ version: z.int(), from: GroupFacts, to: GroupFacts }),
  parts: { before: 'subject', after: 'subject' },
})
export const phraseGroupDeleted = defineEvent({
  name: 'phrase_group.deleted',
  version: 1,
  subject: 'phrase_group',
  reach: 'administration',
  data: z.strictObject({ version: z.int(), from: GroupFacts }),
  parts: { before: 'subject' },
})
/** A wallet of the house: messages may name it. */
export const walletAllowed = defineEvent({
  name: 'wallet.allowed',
  version: 1,
  subject: 'wallet',
  reach: 'administration',
  data: z.strictObject({ network: WalletNetwork, address: z.string(), name: z.string() }),
})
export const walletDisallowed = defineEvent({
  name: 'wallet.disallowed',
  version: 1,
  subject: 'wallet',
  reach: 'administration',
  data: z.strictObject({ network: WalletNetwork, address: z.string(), name: z.string() }),
})

/** Why a text was held back: a rule of a phrase group in one of its versions, or a wallet that is not of the house. */
const Finding = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('phrase'),
    groupId: PhraseGroupId,
    groupVersion: z.int(),
    ruleId: z.string(),
  }),
  z.strictObject({
    kind: z.literal('wallet'),
    network: WalletNetwork,
    checksum: z.enum(['valid', 'none', 'wrong']),
  }),
])
/**
 * A text an agent wanted to send met a rule. `blocked`: it was not sent. `asked`: the agent was shown what was found.
 * `confirmed`: the agent sent it all the same, as `messageId`. `cancelled`: the agent gave it up.
 */
export const moderationFlagged = defineEvent({
  name: 'moderation.flagged',
  version: 1,
  subject: 'conversation',
  reach: 'work',
  data: z.strictObject({
    decision: z.enum(['blocked', 'asked', 'confirmed', 'cancelled']),
    findings: z.array(Finding),
    /** Findings beyond those listed: an entry has room for so many. */
    more: z.int(),
    length: z.int(),
    messageId: MessageId.nullable(),
  }),
  parts: { text: 'customer' },
})
/** What alerts are raised for. `transfer_unattended`: a conversation was handed to where nobody is online. */
export const Alert = z.enum([
  'moderation_repeated',
  'mass_reveal',
  'mass_export',
  'out_of_hours',
  'deletion_burst',
  'token_changed',
  'transfer_unattended',
  'anchor_overdue',
  'verification_failed',
])
export type Alert = z.infer<typeof Alert>
/** Something happened so often, or is so grave, that somebody should look. The entries that led to it are named. */
export const alertRaised = defineEvent({
  name: 'alert.raised',
  version: 1,
  subject: 'alert',
  reach: 'work',
  data: z.strictObject({
    alert: Alert,
    agentId: AgentId.nullable(),
    hits: z.int(),
    minutes: z.int(),
    entries: z.array(z.string()),
  }),
})
