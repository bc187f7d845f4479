import { z } from 'zod'
import { defineEvent } from '../event.ts'
import { CustomerId, PrivacyRequestId } from '../ids.ts'

/** What a person can ask of whoever keeps their data (GDPR articles 15, 16, 18, 17). */
export const PrivacyKind = z.enum(['access', 'rectification', 'restriction', 'erasure'])
export type PrivacyKind = z.infer<typeof PrivacyKind>
/** How the request arrived. */
export const PrivacyChannel = z.enum(['telegram', 'email', 'letter', 'other'])
export type PrivacyChannel = z.infer<typeof PrivacyChannel>
/** How a request ended. */
export const PrivacyOutcome = z.enum(['fulfilled', 'refused', 'withdrawn'])
export type PrivacyOutcome = z.infer<typeof PrivacyOutcome>
/** What a customer can agree to. */
export const ConsentPurpose = z.enum(['support', 'marketing', 'analytics'])
export type ConsentPurpose = z.infer<typeof ConsentPurpose>

/** Places where something personal of a customer can lie. */
export const DataPlace = z.enum([
  'parts',
  'search',
  'customer',
  'profile',
  'conversation',
  'queues',
  'answers',
  'files',
  'exports',
  'typed',
  'archives',
  'streams',
  'telegram',
])
export type DataPlace = z.infer<typeof DataPlace>

/** A person asked for something about their data; it is to be answered until `dueAt`. */
export const privacyRequestOpened = defineEvent({
  name: 'privacy.request_opened',
  version: 1,
  subject: 'privacy_request',
  reach: 'administration',
  data: z.strictObject({
    customerId: CustomerId,
    kind: PrivacyKind,
    channel: PrivacyChannel,
    dueAt: z.string(),
  }),
  parts: { text: 'customer' },
})
export const privacyRequestClosed = defineEvent({
  name: 'privacy.request_closed',
  version: 1,
  subject: 'privacy_request',
  reach: 'administration',
  data: z.strictObject({ customerId: CustomerId, kind: PrivacyKind, outcome: PrivacyOutcome }),
  parts: { reasonText: 'actor' },
})
/** A request is close to its day, or past it. */
export const privacyRequestDue = defineEvent({
  name: 'privacy.request_due',
  version: 1,
  subject: 'privacy_request',
  reach: 'administration',
  data: z.strictObject({
    customerId: CustomerId,
    kind: PrivacyKind,
    stage: z.enum(['soon', 'overdue']),
    dueAt: z.string(),
  }),
})
/** Everything we hold about a person was put into a package for them. */
export const privacySubjectExported = defineEvent({
  name: 'privacy.subject_exported',
  version: 1,
  subject: 'privacy_request',
  reach: 'administration',
  data: z.strictObject({
    customerId: CustomerId,
    language: z.enum(['en', 'zh', 'ru']),
    entries: z.int(),
    messages: z.int(),
    sha256: z.string(),
    bytes: z.int(),
  }),
})
export const privacyPackageDownloaded = defineEvent({
  name: 'privacy.package_downloaded',
  version: 1,
  subject: 'privacy_request',
  reach: 'administration',
  data: z.strictObject({ customerId: CustomerId, sha256: z.string(), bytes: z.int() }),
})
/** What a person says is wrong, kept beside what it corrects; `fields` were changed with it. */
export const privacyRectified = defineEvent({
  name: 'privacy.rectified',
  version: 1,
  subject: 'privacy_request',
  reach: 'administration',
  data: z.strictObject({
    customerId: CustomerId,
    fields: z.array(z.enum(['name', 'nickname', 'remark'])),
  }),
  parts: { text: 'customer', before: 'customer', after: 'customer' },
})
/** From here on the person's data is only stored: nothing is sent to them, changed or shown at work. */
export const privacyRestricted = defineEvent({
  name: 'privacy.restricted',
  version: 1,
  subject: 'customer',
  reach: 'administration',
  data: z.strictObject({ stoppedMessages: z.int() }),
  parts: { reasonText: 'actor' },
})
export const privacyRestrictionLifted = defineEvent({
  name: 'privacy.restriction_lifted',
  version: 1,
  subject: 'customer',
  reach: 'administration',
  data: z.strictObject({ since: z.string() }),
})
/** The first of two persons asks for an erasure. */
export const privacyErasureRequested = defineEvent({
  name: 'privacy.erasure_requested',
  version: 1,
  subject: 'privacy_request',
  reach: 'administration',
  data: z.strictObject({ customerId: CustomerId }),
  parts: { reasonText: 'actor' },
})
/** A hold keeps what was to be erased: nothing was, and these are the holds. */
export const privacyErasureHeld = defineEvent({
  name: 'privacy.erasure_held',
  version: 1,
  subject: 'privacy_request',
  reach: 'administration',
  outcome: 'refused',
  data: z.strictObject({ customerId: CustomerId, holds: z.array(z.string()) }),
})
/**
 * A person's key is destroyed, and with it every part sealed under it; what lay outside the parts is emptied. Counts
 * say how much. `secondPerson`: somebody else had asked for it.
 */
export const privacySubjectErased = defineEvent({
  name: 'privacy.subject_erased',
  version: 1,
  subject: 'customer',
  reach: 'administration',
  data: z.strictObject({
    /** Null when an erasure made before is made again in a restored database. */
    requestId: PrivacyRequestId.nullable(),
    secondPerson: z.boolean(),
    keys: z.int(),
    parts: z.int(),
    entries: z.int(),
    words: z.int(),
    conversations: z.int(),
    stoppedMessages: z.int(),
    updates: z.int(),
    answers: z.int(),
    files: z.int(),
    exports: z.int(),
    /** Kept views of the log and of the inbox, and exports on a schedule, that looked for the person or named them. */
    views: z.int().optional(),
  }),
})
/**
 * What colleagues had typed (searches, reasons, names of views, notes, remarks, cases) was looked through for an erased customer;
 * the parts that named them are destroyed. `listSha256` is the digest of the list that names every position. `held`:
 * named them as well, and were kept by these `holds`; looked at again when one of them is released. `last`: everything
 * has been looked through.
 */
export const privacyMentionsErased = defineEvent({
  name: 'privacy.mentions_erased',
  version: 1,
  subject: 'customer',
  reach: 'administration',
  data: z.strictObject({
    parts: z.int(),
    held: z.int(),
    holds: z.array(z.string()).max(20),
    partNames: z.array(z.string()),
    fromPosition: z.int().nullable(),
    toPosition: z.int().nullable(),
    listSha256: z.string().nullable(),
    /** Remarks beside other customers that named them, and are empty now. */
    remarks: z.int(),
    /** Exports, packages and bundles that could hold one of them. */
    exports: z.int(),
    last: z.boolean(),
  }),
})
/** Updates that belonged to no conversation and named an erased customer: the keys of these entries' parts went too. */
export const privacyUpdatesErased = defineEvent({
  name: 'privacy.updates_erased',
  version: 1,
  subject: 'customer',
  reach: 'administration',
  data: z.strictObject({ keptBy: z.array(z.string()) }),
})
export const consentGiven = defineEvent({
  name: 'consent.given',
  version: 1,
  subject: 'customer',
  reach: 'work',
  data: z.strictObject({ purpose: ConsentPurpose, noticeSha256: z.string(), channel: PrivacyChannel }),
})
export const consentWithdrawn = defineEvent({
  name: 'consent.withdrawn',
  version: 1,
  subject: 'customer',
  reach: 'work',
  data: z.strictObject({ purpose: ConsentPurpose, channel: PrivacyChannel }),
})
