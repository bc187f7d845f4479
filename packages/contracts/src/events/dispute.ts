import { z } from 'zod'
import { defineEvent } from '../event.ts'
import { AgentId, ConversationId, CustomerId, HoldId, LabelId, PhraseGroupId } from '../ids.ts'

/** What a dispute is about: everything of a customer, one conversation, or whatever happened within a span of time. */
export const DisputeKind = z.enum(['customer', 'conversation', 'range'])
export type DisputeKind = z.infer<typeof DisputeKind>
export const DisputeState = z.enum(['open', 'decided', 'closed'])
export type DisputeState = z.infer<typeof DisputeState>
/** How a dispute was decided: the complaint is right, partly right, wrong, or can be neither shown nor refuted. */
export const DisputeOutcome = z.enum(['upheld', 'partly_upheld', 'dismissed', 'unproven'])
export type DisputeOutcome = z.infer<typeof DisputeOutcome>
/** As what somebody takes part: the complaint concerns them, they saw something, they help to judge. */
export const ParticipantRole = z.enum(['concerned', 'witness', 'reviewer'])
export type ParticipantRole = z.infer<typeof ParticipantRole>
/** What an entry says about the complaint. */
export const EvidenceSide = z.enum(['for', 'against', 'context'])
export type EvidenceSide = z.infer<typeof EvidenceSide>
export const ClaimKind = z.enum([
  'never_replied',
  'replied_late',
  'wording',
  'unattended_transfer',
  'wrong_label',
  'data_changed',
  'promised',
  'data_seen',
])
export type ClaimKind = z.infer<typeof ClaimKind>
/**
 * What a check found. `not_found`: everything was searched, and there is nothing. `inconclusive`: nothing decides, and
 * not everything could be searched.
 */
export const ClaimVerdict = z.enum(['supported', 'contradicted', 'mixed', 'not_found', 'inconclusive'])
export type ClaimVerdict = z.infer<typeof ClaimVerdict>

/** How complete a search was; what every statement of absence rests on. */
/**
 * Why nothing found proves nothing although all there is was searched: the history was imported, and its source need
 * not have recorded such things; looks at messages, or at the log, were not recorded all the time.
 */
export const BlindSpot = z.enum(['imported', 'reads_off', 'views_off'])
export type BlindSpot = z.infer<typeof BlindSpot>

export const Completeness = z.strictObject({
  /** Everything there was to search was searched. */
  complete: z.boolean(),
  /** The times searched (`to` excluded); null: open. */
  from: z.string().nullable(),
  to: z.string().nullable(),
  /** First and last position of what was read; null while there was none. */
  fromPosition: z.int().nullable(),
  toPosition: z.int().nullable(),
  /** The tree when the search began, and the newest signed head (null: none yet). */
  treeSize: z.int(),
  signedSize: z.int().nullable(),
  /** Entries read, and of them those still on their way into the tree. */
  entries: z.int(),
  pending: z.int(),
  /** Entries of the same matter that the searcher may not see. */
  outOfScope: z.int(),
  /** There was more than can be searched at once. */
  capped: z.boolean(),
  conversations: z.int(),
  /** Numbers missing in the counters of those conversations: entries that are gone. */
  holes: z.int(),
  /** The counters of the first conversations: dense from `from` to `to`, of which `count` were there. */
  chains: z
    .array(z.strictObject({ conversationId: ConversationId, from: z.int(), to: z.int(), count: z.int() }))
    .max(5),
  /** Entries that retention destroyed in these months and that could have decided the claim; not said by early checks. */
  destroyed: z.int().optional(),
  blindSpots: z.array(BlindSpot).optional(),
  /**
   * Who saw something: lists of the log and exports in these times that name neither this nor anything else, so that
   * nobody can say whether they showed it. Not said by early checks, and by checks of other claims.
   */
  wideLooks: z.int().optional(),
  /** Of the texts a claim looks into: read, withheld from the searcher, erased, missing. All 0 where none are read. */
  texts: z.strictObject({ read: z.int(), withheld: z.int(), erased: z.int(), missing: z.int() }),
})
export type Completeness = z.infer<typeof Completeness>

/** Where a dispute speaks of a customer its words are sealed under their key (`text`), else under the writer's (`ownText`). */
const WORDS = { text: 'customer', ownText: 'actor' } as const

/** A complaint became a case. What it is about is held from here on. */
export const disputeOpened = defineEvent({
  name: 'dispute.opened',
  version: 1,
  subject: 'dispute',
  reach: 'work',
  data: z.strictObject({
    kind: DisputeKind,
    conversationId: ConversationId.nullable(),
    customerId: CustomerId.nullable(),
    fromAt: z.string().nullable(),
    toAt: z.string().nullable(),
    holdId: HoldId,
  }),
  parts: { title: 'customer', ownTitle: 'actor', ...WORDS },
  aside: ['title', 'text'],
})
export const disputeParticipantAdded = defineEvent({
  name: 'dispute.participant_added',
  version: 1,
  subject: 'dispute',
  reach: 'work',
  data: z.strictObject({ agentId: AgentId, role: ParticipantRole }),
})
export const disputeParticipantRemoved = defineEvent({
  name: 'dispute.participant_removed',
  version: 1,
  subject: 'dispute',
  reach: 'work',
  data: z.strictObject({ agentId: AgentId, role: ParticipantRole }),
})
/** An entry of the log was laid to the case file. */
export const disputeEntryAdded = defineEvent({
  name: 'dispute.entry_added',
  version: 1,
  subject: 'dispute',
  reach: 'work',
  data: z.strictObject({ entryId: z.string(), side: EvidenceSide }),
  parts: WORDS,
  aside: ['text'],
})
/** Somebody wrote into the case file; `entryId` when it is about an entry. */
export const disputeAnnotated = defineEvent({
  name: 'dispute.annotated',
  version: 1,
  subject: 'dispute',
  reach: 'work',
  data: z.strictObject({ entryId: z.string().nullable() }),
  parts: WORDS,
  aside: ['text'],
})
/** What a check of the log found: the entries that speak for the claim and against it, and how complete the search was. */
export const disputeClaimChecked = defineEvent({
  name: 'dispute.claim_checked',
  version: 1,
  subject: 'dispute',
  reach: 'work',
  data: z.strictObject({
    claim: ClaimKind,
    agentId: AgentId.nullable(),
    /** replied_late: how long an answer may take. */
    seconds: z.int().nullable(),
    /** wording: the phrase groups in their versions. */
    groups: z.array(z.strictObject({ id: PhraseGroupId, version: z.int() })),
    labelIds: z.array(LabelId),
    verdict: ClaimVerdict,
    /** Ids of the first entries on each side, oldest first, and how many there are. */
    for: z.array(z.string()).max(20),
    forCount: z.int(),
    against: z.array(z.string()).max(20),
    againstCount: z.int(),
    completeness: Completeness,
  }),
  /** The words that were looked for, one a line. */
  parts: WORDS,
  aside: ['text'],
})
export const disputeDecided = defineEvent({
  name: 'dispute.decided',
  version: 1,
  subject: 'dispute',
  reach: 'work',
  data: z.strictObject({ outcome: DisputeOutcome, previous: DisputeOutcome.nullable() }),
  parts: WORDS,
  aside: ['text'],
})
export const disputeClosed = defineEvent({
  name: 'dispute.closed',
  version: 1,
  subject: 'dispute',
  reach: 'work',
  data: z.strictObject({ from: DisputeState, outcome: DisputeOutcome.nullable(), holdReleased: z.boolean() }),
  parts: WORDS,
  aside: ['text'],
})
/** The file that proves the case to an outsider was made. */
export const disputeBundled = defineEvent({
  name: 'dispute.bundled',
  version: 1,
  subject: 'dispute',
  reach: 'work',
  data: z.strictObject({
    bundleId: z.string(),
    sha256: z.string(),
    fromPosition: z.int(),
    toPosition: z.int(),
    entries: z.int(),
    closed: z.int(),
  }),
})
/** The case was put on paper, as far as whoever asked may see it; the file itself is kept nowhere. */
export const disputeReported = defineEvent({
  name: 'dispute.reported',
  version: 1,
  subject: 'dispute',
  reach: 'work',
  data: z.strictObject({
    language: z.enum(['en', 'zh', 'ru']),
    sha256: z.string(),
    bytes: z.int(),
    pages: z.int(),
    /** Entries of the log that stand in it. */
    entries: z.int(),
    treeSize: z.int(),
  }),
})
