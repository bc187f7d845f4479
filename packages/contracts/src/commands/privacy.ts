import { z } from 'zod'
import { defineCommand } from '../command.ts'
import { conversationStatusChanged } from '../events/conversation.ts'
import { messageUnreachable } from '../events/message.ts'
import * as privacy from '../events/privacy.ts'
import { CustomerId, PrivacyRequestId } from '../ids.ts'
import { MessageText, nameUpTo } from '../text.ts'

const Done = z.strictObject({})
const about = { kind: 'privacy_request', field: 'requestId' } as const
const aboutCustomer = { kind: 'customer', field: 'customerId' } as const
const requestId = PrivacyRequestId

export const openPrivacyRequest = defineCommand({
  name: 'privacy.open_request',
  summary: 'Note what a customer asks about their data; it is due within the days of the setting',
  input: z.strictObject({
    customerId: CustomerId,
    kind: privacy.PrivacyKind,
    channel: privacy.PrivacyChannel,
    text: MessageText.optional(),
  }),
  output: z.strictObject({ request: z.strictObject({ id: PrivacyRequestId, dueAt: z.string() }) }),
  records: [privacy.privacyRequestOpened],
  subject: aboutCustomer,
})
export const closePrivacyRequest = defineCommand({
  name: 'privacy.close_request',
  summary: 'End a request: fulfilled, refused or withdrawn',
  input: z.strictObject({ requestId, outcome: privacy.PrivacyOutcome, reason: MessageText.optional() }),
  output: Done,
  records: [privacy.privacyRequestClosed],
  subject: about,
})
export const exportSubject = defineCommand({
  name: 'privacy.export_subject',
  summary: 'Put everything held about the customer of a request into one package for them',
  input: z.strictObject({ requestId, language: z.enum(['en', 'zh', 'ru']).default('en') }),
  output: z.strictObject({ file: z.strictObject({ id: z.uuid(), sha256: z.string(), bytes: z.int() }) }),
  records: [privacy.privacySubjectExported],
  subject: about,
})
export const rectifySubject = defineCommand({
  name: 'privacy.rectify',
  summary: 'Keep what a customer says is wrong, and correct what the desk itself knows of them',
  input: z.strictObject({
    requestId,
    text: MessageText,
    name: nameUpTo(200).optional(),
    nickname: nameUpTo(80).nullable().optional(),
    remark: MessageText.nullable().optional(),
  }),
  output: Done,
  records: [privacy.privacyRectified],
  subject: about,
})
export const restrictSubject = defineCommand({
  name: 'privacy.restrict',
  summary: 'Only store a customer’s data: nothing is sent, changed, exported or shown at work',
  input: z.strictObject({ customerId: CustomerId, reason: MessageText.optional() }),
  output: Done,
  records: [privacy.privacyRestricted, messageUnreachable],
  subject: aboutCustomer,
})
export const liftRestriction = defineCommand({
  name: 'privacy.lift_restriction',
  summary: 'Work with a customer’s data again',
  input: z.strictObject({ customerId: CustomerId }),
  output: Done,
  records: [privacy.privacyRestrictionLifted],
  subject: aboutCustomer,
})
export const requestErasure = defineCommand({
  name: 'privacy.request_erasure',
  summary: 'As the first of two persons, ask that the customer of a request be erased',
  input: z.strictObject({ requestId, reason: MessageText.optional() }),
  output: Done,
  records: [privacy.privacyErasureRequested],
  subject: about,
})
export const eraseSubject = defineCommand({
  name: 'privacy.erase_subject',
  summary: 'Destroy a customer’s key and everything personal; a second person does it, where there are two',
  input: z.strictObject({ requestId }),
  output: z.strictObject({ erased: z.strictObject({ entryId: z.uuid(), parts: z.int() }) }),
  records: [
    privacy.privacySubjectErased,
    privacy.privacyUpdatesErased,
    privacy.privacyErasureHeld,
    privacy.privacyRequestClosed,
    conversationStatusChanged,
    messageUnreachable,
  ],
  subject: about,
})
export const giveConsent = defineCommand({
  name: 'consent.give',
  summary: 'Note that a customer agreed to a purpose, under the notice in force',
  input: z.strictObject({
    customerId: CustomerId,
    purpose: privacy.ConsentPurpose,
    channel: privacy.PrivacyChannel,
  }),
  output: Done,
  records: [privacy.consentGiven],
  subject: aboutCustomer,
})
export const withdrawConsent = defineCommand({
  name: 'consent.withdraw',
  summary: 'Note that a customer no longer agrees to a purpose',
  input: z.strictObject({
    customerId: CustomerId,
    purpose: privacy.ConsentPurpose,
    channel: privacy.PrivacyChannel,
  }),
  output: Done,
  records: [privacy.consentWithdrawn],
  subject: aboutCustomer,
})
