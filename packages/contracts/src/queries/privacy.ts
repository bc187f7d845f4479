import { z } from 'zod'
import { defineQuery } from '../command.ts'
import { Part } from '../entry.ts'
import { ConsentPurpose, DataPlace, PrivacyChannel, PrivacyKind, PrivacyOutcome } from '../events/privacy.ts'
import { ConversationId, CustomerId, PrivacyRequestId } from '../ids.ts'
import { Instant } from '../text.ts'
import { pageOf, paging } from './desk.ts'

const PrivacyRequest = z.strictObject({
  id: PrivacyRequestId,
  customerId: CustomerId,
  /** Null when nobody may be told, or the customer is erased. */
  customerName: z.string().nullable(),
  /** The language of their Telegram, an IETF tag, where it is known. */
  customerLanguage: z.string().nullable(),
  /** Their conversation that was opened last, from any account of theirs. */
  conversationId: ConversationId.nullable(),
  /** Since when nobody knows who they were: all that is left to do is to close the request. */
  erasedAt: Instant.nullable(),
  kind: PrivacyKind,
  channel: PrivacyChannel,
  state: z.enum(['open', 'closed']),
  outcome: PrivacyOutcome.nullable(),
  openedAt: Instant,
  dueAt: Instant,
  closedAt: Instant.nullable(),
  due: z.enum(['fine', 'soon', 'overdue']),
  /** Who has asked for the erasure, as the first of two. */
  erasureRequestedBy: z.strictObject({ id: z.string(), name: z.string() }).nullable(),
  /** The package made last, and whether the reader made it (only they may have it). */
  packageId: z.string().nullable(),
})
export const listPrivacyRequests = defineQuery({
  name: 'privacy.requests',
  permission: 'privacy.view',
  summary: 'What customers asked about their data, the most urgent first',
  input: z.strictObject({ state: z.enum(['open', 'closed']).optional(), ...paging }),
  output: pageOf(PrivacyRequest),
})
export const getPrivacySubject = defineQuery({
  name: 'privacy.subject',
  permission: 'privacy.view',
  summary: 'What is held about a customer, in numbers, and what an erasure would leave',
  input: z.strictObject({ id: CustomerId }),
  output: z.strictObject({
    customerId: CustomerId,
    name: Part.nullable(),
    /** The language of their Telegram, an IETF tag, where it is known. */
    language: z.string().nullable(),
    restrictedSince: Instant.nullable(),
    erasedAt: Instant.nullable(),
    erasedBy: z.string().nullable(),
    /** How many accounts of this person are joined; what follows counts all of them. */
    accounts: z.int(),
    conversations: z.int(),
    messages: z.int(),
    entries: z.int(),
    consents: z.array(
      z.strictObject({ purpose: ConsentPurpose, state: z.enum(['given', 'withdrawn']), at: Instant }),
    ),
    holds: z.array(z.strictObject({ id: z.string(), reason: z.string().nullable() })),
    /** An erasure needs a second person: there are two who may. */
    secondPerson: z.boolean(),
  }),
})
export const getDataMap = defineQuery({
  name: 'privacy.data_map',
  permission: 'privacy.view',
  summary:
    'Records of processing, from the catalogue: which personal parts, whose, why, how long, where they lie',
  input: z.strictObject({}),
  output: z.strictObject({
    parts: z.array(
      z.strictObject({
        name: z.string(),
        owner: z.enum(['customer', 'actor', 'subject', 'visitor']),
        events: z.array(z.string()),
        /** Whether erasing a customer reaches it. */
        erasable: z.boolean(),
        /** Days under the rules in force, over these events; null for ever. */
        kept: z.strictObject({ shortest: z.int().nullable(), longest: z.int().nullable() }),
      }),
    ),
    places: z.array(
      z.strictObject({
        code: DataPlace,
        /** Tables, folders or settings that name the place. */
        tables: z.array(z.string()),
        what: z.string(),
        protection: z.string(),
        erasure: z.string(),
      }),
    ),
  }),
})
