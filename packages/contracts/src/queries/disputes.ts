import { z } from 'zod'
import { defineQuery } from '../command.ts'
import { Entry, Part } from '../entry.ts'
import { DisputeKind, DisputeOutcome, DisputeState, ParticipantRole } from '../events/dispute.ts'
import { AgentId, ConversationId, CustomerId, DisputeId } from '../ids.ts'
import { InstantInput } from '../text.ts'
import { pageOf, paging } from './desk.ts'

const Case = z.strictObject({
  id: DisputeId,
  kind: DisputeKind,
  customerId: CustomerId.nullable(),
  customerName: Part.nullable(),
  conversationId: ConversationId.nullable(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  title: Part,
  state: DisputeState,
  outcome: DisputeOutcome.nullable(),
  openedAt: z.string(),
  openedBy: z.strictObject({ id: AgentId, name: z.string() }).nullable(),
})
export const listDisputes = defineQuery({
  name: 'dispute.list',
  permission: 'dispute.view',
  summary: 'Cases the caller may see, newest first',
  input: z.strictObject({
    state: DisputeState.optional(),
    customer: CustomerId.optional(),
    conversation: ConversationId.optional(),
    ...paging,
  }),
  output: pageOf(Case),
})
export const getDispute = defineQuery({
  name: 'dispute.get',
  permission: 'dispute.view',
  summary: 'A case with its participants and its file, oldest first; recorded as log.viewed',
  input: z.strictObject({ id: DisputeId }),
  output: z.strictObject({
    dispute: Case.extend({
      text: Part.nullable(),
      hold: z.strictObject({ id: z.uuid(), inForce: z.boolean() }),
      mayWork: z.boolean(),
      participants: z.array(z.strictObject({ id: AgentId, name: z.string(), role: ParticipantRole })),
      /** The people whose doings the case is about, for checks that look at one of them. */
      people: z.array(z.strictObject({ id: AgentId, name: z.string() })),
    }),
    /** What was recorded of the case itself. */
    file: z.array(Entry),
    /** The entries of the log that were laid to it, as far as the reader may see them. */
    laid: z.array(Entry),
  }),
})
/** What an entry of a story is about, to filter it by. */
export const StoryPart = z.enum(['message', 'delivery', 'operation', 'presence', 'looking'])
export type StoryPart = z.infer<typeof StoryPart>
export const getStory = defineQuery({
  name: 'dispute.story',
  permission: 'dispute.view',
  summary:
    'What happened, in one order, oldest first: messages in each version, what became of them, operations, presence of the people concerned, who looked; as far as the reader may see it. Recorded as log.viewed',
  input: z.strictObject({
    id: DisputeId,
    part: z
      .union([StoryPart, z.array(StoryPart).max(5)])
      .transform(value => (Array.isArray(value) ? value : [value]))
      .optional(),
    from: InstantInput.optional(),
    to: InstantInput.optional(),
    ...paging,
  }),
  output: pageOf(z.strictObject({ part: StoryPart, entry: Entry })),
})
export const getCheck = defineQuery({
  name: 'dispute.check',
  permission: 'dispute.view',
  summary:
    'The entries a check of a claim named, on each side, as far as the reader may see them; recorded as log.viewed',
  input: z.strictObject({ id: DisputeId, check: z.uuid() }),
  output: z.strictObject({
    for: z.array(Entry),
    against: z.array(Entry),
    /** The messages whose deliveries are among those: what was said, for whoever reads the evidence. */
    said: z.array(Entry),
  }),
})
