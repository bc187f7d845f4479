import { z } from 'zod'
import { defineEvent } from '../event.ts'
import { FieldId } from '../ids.ts'

export const FieldKind = z.enum(['text', 'number', 'date', 'choice', 'link'])
export type FieldKind = z.infer<typeof FieldKind>

/** What colleagues call a customer and remark of them, beside what Telegram says. An absent part means: nothing. */
export const customerProfileUpdated = defineEvent({
  name: 'customer.profile_updated',
  version: 1,
  subject: 'customer',
  reach: 'work',
  data: z.strictObject({ fields: z.array(z.enum(['nickname', 'remark'])) }),
  parts: {
    nicknameBefore: 'subject',
    nicknameAfter: 'subject',
    remarkBefore: 'subject',
    remarkAfter: 'subject',
  },
  aside: ['remarkBefore', 'remarkAfter'],
})
export const customerFieldSet = defineEvent({
  name: 'customer.field_set',
  version: 1,
  subject: 'customer',
  reach: 'work',
  data: z.strictObject({
    fieldId: FieldId,
    fieldName: z.string(),
    change: z.enum(['set', 'changed', 'cleared']),
  }),
  parts: { before: 'subject', after: 'subject' },
})
/** From here on the customer's messages are kept, but nobody is asked to answer them. */
export const customerBlocked = defineEvent({
  name: 'customer.blocked',
  version: 1,
  subject: 'customer',
  reach: 'work',
  data: z.strictObject({ stoppedWaiting: z.int() }),
})
export const customerUnblocked = defineEvent({
  name: 'customer.unblocked',
  version: 1,
  subject: 'customer',
  reach: 'work',
  data: z.strictObject({ since: z.string() }),
})

const Facts = z.strictObject({
  key: z.string(),
  name: z.string(),
  fieldKind: FieldKind,
  options: z.int(),
})
export const fieldDefined = defineEvent({
  name: 'field.defined',
  version: 1,
  subject: 'field',
  reach: 'administration',
  data: z.strictObject({ to: Facts }),
  parts: { after: 'subject' },
})
export const fieldChanged = defineEvent({
  name: 'field.changed',
  version: 1,
  subject: 'field',
  reach: 'administration',
  data: z.strictObject({ from: Facts, to: Facts }),
  parts: { before: 'subject', after: 'subject' },
})
/** Gone, and with it its values: of so many customers. Each value stays in the entry that set it. */
export const fieldDeleted = defineEvent({
  name: 'field.deleted',
  version: 1,
  subject: 'field',
  reach: 'administration',
  data: z.strictObject({ from: Facts, customers: z.int() }),
  parts: { before: 'subject' },
})
