import { z } from 'zod'
import { defineEvent } from '../event.ts'

/** What a saved view narrows the log to, by field; its name and the words it looks for are parts. */
const facts = { filter: z.record(z.string(), z.array(z.string())) }
const parts = { name: 'actor', q: 'actor' } as const

export const logViewCreated = defineEvent({
  name: 'log_view.created',
  version: 1,
  subject: 'log_view',
  reach: 'work',
  data: z.strictObject({ ...facts, shared: z.boolean() }),
  parts,
})
/** `filterBefore` and `sharedBefore` are what it was; the parts are the name and words from here on. */
export const logViewUpdated = defineEvent({
  name: 'log_view.updated',
  version: 1,
  subject: 'log_view',
  reach: 'work',
  data: z.strictObject({
    ...facts,
    filterBefore: facts.filter,
    shared: z.boolean(),
    sharedBefore: z.boolean(),
  }),
  parts: { ...parts, nameBefore: 'actor', qBefore: 'actor' },
})
export const logViewDeleted = defineEvent({
  name: 'log_view.deleted',
  version: 1,
  subject: 'log_view',
  reach: 'work',
  data: z.strictObject({ ...facts, shared: z.boolean() }),
  parts,
})
