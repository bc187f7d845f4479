import { z } from 'zod'
import { defineEvent } from '../event.ts'

const Provider = z.strictObject({
  issuer: z.string(),
  clientId: z.string(),
  label: z.string(),
  /** Of the client's secret; null: a public client. */
  fingerprint: z.string().nullable(),
})

/** Where people may sign in beside here was set. The client's secret itself is in no entry. */
export const oidcConfigured = defineEvent({
  name: 'oidc.configured',
  version: 1,
  subject: 'setting',
  reach: 'administration',
  data: z.strictObject({ from: Provider.nullable(), to: Provider }),
})
export const oidcRemoved = defineEvent({
  name: 'oidc.removed',
  version: 1,
  subject: 'setting',
  reach: 'administration',
  data: z.strictObject({ from: Provider }),
})
/** Somebody signed in there for the first time, with an address that has a seat here. */
export const agentIdentityLinked = defineEvent({
  name: 'agent.identity_linked',
  version: 1,
  subject: 'agent',
  reach: 'administration',
  data: z.strictObject({ issuer: z.string() }),
  parts: { identity: 'subject' },
})
