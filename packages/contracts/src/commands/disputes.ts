import { z } from 'zod'
import { defineCommand } from '../command.ts'
import {
  ClaimVerdict,
  DisputeOutcome,
  disputeAnnotated,
  disputeBundled,
  disputeClaimChecked,
  disputeClosed,
  disputeDecided,
  disputeEntryAdded,
  disputeOpened,
  disputeParticipantAdded,
  disputeParticipantRemoved,
  EvidenceSide,
  ParticipantRole,
} from '../events/dispute.ts'
import { evidenceBundled } from '../events/evidence.ts'
import { holdPlaced, holdReleased } from '../events/hold.ts'
import { AgentId, ConversationId, CustomerId, DisputeId, LabelId, PhraseGroupId } from '../ids.ts'
import { InstantInput, MessageText, nameUpTo } from '../text.ts'

const about = { kind: 'dispute', field: 'disputeId' } as const
const NOTHING = z.strictObject({})
const WORD = nameUpTo(200)

/** A claim about the log that can be checked, with what it needs to know. */
export const ClaimInput = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('never_replied') }),
  z.strictObject({ kind: z.literal('replied_late'), seconds: z.int().min(1).max(31_536_000) }),
  z
    .strictObject({
      kind: z.literal('wording'),
      phraseGroupIds: z.array(PhraseGroupId).max(10).default([]),
      words: z.array(WORD).max(50).default([]),
    })
    .refine(({ phraseGroupIds, words }) => phraseGroupIds.length + words.length > 0, {
      message: 'claim.no_words',
    }),
  z.strictObject({ kind: z.literal('unattended_transfer') }),
  z.strictObject({ kind: z.literal('wrong_label'), labelIds: z.array(LabelId).max(10).default([]) }),
  z.strictObject({ kind: z.literal('data_changed') }),
  z.strictObject({ kind: z.literal('promised'), words: z.array(WORD).min(1).max(50) }),
  z.strictObject({ kind: z.literal('data_seen') }),
])
export type ClaimInput = z.infer<typeof ClaimInput>

export const openDispute = defineCommand({
  name: 'dispute.open',
  summary:
    'Open a case about a customer, a conversation, or a span of time; name exactly one. What it is about is held from then on',
  input: z
    .strictObject({
      customerId: CustomerId.optional(),
      conversationId: ConversationId.optional(),
      from: InstantInput.optional(),
      to: InstantInput.optional(),
      title: nameUpTo(120),
      text: MessageText.optional(),
    })
    .refine(
      ({ customerId, conversationId, from, to }) =>
        customerId
          ? !conversationId
          : conversationId !== undefined || (from !== undefined && to !== undefined),
      { message: 'dispute.about_one_thing' },
    )
    .refine(({ from, to }) => !from || !to || Date.parse(from) < Date.parse(to), {
      message: 'dispute.empty_range',
    }),
  output: z.strictObject({ dispute: z.strictObject({ id: DisputeId }) }),
  records: [disputeOpened, holdPlaced],
})
export const addParticipant = defineCommand({
  name: 'dispute.add_participant',
  summary: 'Ask somebody to take part in a case; from then on they see its file',
  input: z.strictObject({ disputeId: DisputeId, agentId: AgentId, role: ParticipantRole }),
  output: NOTHING,
  records: [disputeParticipantAdded],
  subject: about,
})
export const removeParticipant = defineCommand({
  name: 'dispute.remove_participant',
  summary: 'Somebody no longer takes part in a case',
  input: z.strictObject({ disputeId: DisputeId, agentId: AgentId }),
  output: NOTHING,
  records: [disputeParticipantRemoved],
  subject: about,
})
export const addDisputeEntry = defineCommand({
  name: 'dispute.add_entry',
  summary: 'Lay an entry of the log to the case file',
  input: z.strictObject({
    disputeId: DisputeId,
    entryId: z.uuid(),
    side: EvidenceSide,
    text: MessageText.optional(),
  }),
  output: NOTHING,
  records: [disputeEntryAdded],
  subject: about,
})
export const annotateDispute = defineCommand({
  name: 'dispute.annotate',
  summary: 'Write into the case file, about an entry or about the whole',
  input: z.strictObject({ disputeId: DisputeId, entryId: z.uuid().optional(), text: MessageText }),
  output: NOTHING,
  records: [disputeAnnotated],
  subject: about,
})
export const checkClaim = defineCommand({
  name: 'dispute.check_claim',
  summary:
    'Check a claim against the log: entries for it, entries against it, and how complete the search was',
  input: z.strictObject({
    disputeId: DisputeId,
    claim: ClaimInput,
    /** Only what this agent did; for data that was changed or seen, and for wording. */
    agentId: AgentId.optional(),
  }),
  output: z.strictObject({ check: z.strictObject({ id: z.uuid(), verdict: ClaimVerdict }) }),
  records: [disputeClaimChecked],
  subject: about,
})
export const decideDispute = defineCommand({
  name: 'dispute.decide',
  summary: 'Decide a case, with the reason; an earlier decision stays in the log',
  input: z.strictObject({ disputeId: DisputeId, outcome: DisputeOutcome, reason: MessageText }),
  output: NOTHING,
  records: [disputeDecided],
  subject: about,
})
export const closeDispute = defineCommand({
  name: 'dispute.close',
  summary: 'Close a case; with `releaseHold` what it was about is no longer held by it',
  input: z.strictObject({ disputeId: DisputeId, reason: MessageText, releaseHold: z.boolean() }),
  output: NOTHING,
  records: [disputeClosed, holdReleased],
  subject: about,
})
export const bundleDispute = defineCommand({
  name: 'dispute.bundle',
  summary:
    'Make a file that proves the case to anybody, offline: the range of the log it lies in, everything else in it closed',
  input: z.strictObject({ disputeId: DisputeId, language: z.enum(['en', 'zh', 'ru']).default('en') }),
  output: z.strictObject({
    bundle: z.strictObject({ id: z.uuid(), sha256: z.string(), bytes: z.int() }),
  }),
  records: [evidenceBundled, disputeBundled],
  subject: about,
})
