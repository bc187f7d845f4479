import { z } from 'zod'
import { defineCommand } from '../command.ts'
import * as oidc from '../events/oidc.ts'
import { nameUpTo } from '../text.ts'

const Done = z.strictObject({})

export const configureOidc = defineCommand({
  name: 'oidc.configure',
  summary: 'Let people sign in at an OpenID Connect provider; it is asked for its configuration first',
  input: z.strictObject({
    issuer: z.url().max(500),
    clientId: z.string().min(1).max(300),
    /** Absent: as it is. null: a public client. */
    clientSecret: z.string().min(1).max(500).nullable().optional(),
    /** What the button on the sign-in page says. */
    label: nameUpTo(60),
  }),
  output: Done,
  records: [oidc.oidcConfigured],
})
export const removeOidc = defineCommand({
  name: 'oidc.remove',
  summary: 'Let nobody sign in at the provider any more',
  input: z.strictObject({}),
  output: Done,
  records: [oidc.oidcRemoved],
})
