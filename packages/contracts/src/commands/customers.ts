import { z } from 'zod'
import { defineCommand } from '../command.ts'
import * as profile from '../events/customer-profile.ts'
import { CustomerId, FieldId } from '../ids.ts'
import { MessageText, nameUpTo } from '../text.ts'

const Done = z.strictObject({})
const about = { kind: 'customer', field: 'customerId' } as const
const options = z.array(nameUpTo(80)).min(1).max(50)

export const updateProfile = defineCommand({
  name: 'customer.update_profile',
  summary: 'Say what colleagues call a customer, and remark something of them; `null` takes it away',
  input: z.strictObject({
    customerId: CustomerId,
    nickname: nameUpTo(80).nullable().optional(),
    remark: MessageText.nullable().optional(),
  }),
  output: Done,
  records: [profile.customerProfileUpdated],
  subject: about,
})
export const setField = defineCommand({
  name: 'customer.set_field',
  summary: 'Fill in a field of a customer; `null` empties it',
  input: z.strictObject({
    customerId: CustomerId,
    fieldId: FieldId,
    value: z.string().trim().min(1).max(2000).nullable(),
  }),
  output: Done,
  records: [profile.customerFieldSet],
  subject: about,
})
export const blockCustomer = defineCommand({
  name: 'customer.block',
  summary: 'Stop to be asked to answer a customer; what they write is still kept',
  input: z.strictObject({ customerId: CustomerId }),
  output: Done,
  records: [profile.customerBlocked],
  subject: about,
})
export const unblockCustomer = defineCommand({
  name: 'customer.unblock',
  summary: 'Answer a customer again',
  input: z.strictObject({ customerId: CustomerId }),
  output: Done,
  records: [profile.customerUnblocked],
  subject: about,
})
export const defineField = defineCommand({
  name: 'field.define',
  summary: 'Add a field that every customer has',
  input: z.strictObject({
    /** How canned replies name it: `{{field.<key>}}`. Stays for ever. */
    key: z.string().regex(/^[a-z][a-z0-9_]{0,31}$/),
    name: nameUpTo(60),
    kind: profile.FieldKind,
    /** What can be chosen; for `choice` only. */
    options: options.optional(),
  }),
  output: z.strictObject({ field: z.strictObject({ id: FieldId }) }),
  records: [profile.fieldDefined],
})
export const changeField = defineCommand({
  name: 'field.change',
  summary: 'Rename a field, or offer other choices; values that were chosen stay',
  input: z.strictObject({ fieldId: FieldId, name: nameUpTo(60), options: options.optional() }),
  output: Done,
  records: [profile.fieldChanged],
  subject: { kind: 'field', field: 'fieldId' },
})
export const deleteField = defineCommand({
  name: 'field.delete',
  summary: 'Remove a field with its values; the log keeps them',
  input: z.strictObject({ fieldId: FieldId }),
  output: Done,
  records: [profile.fieldDeleted],
  subject: { kind: 'field', field: 'fieldId' },
})
