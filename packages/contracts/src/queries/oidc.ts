import { z } from 'zod'
import { defineQuery } from '../command.ts'

const nothing = z.strictObject({})
export const offerOidc = defineQuery({
  name: 'oidc.offer',
  permission: null,
  summary: 'What the sign-in page offers beside a password',
  input: nothing,
  output: z.strictObject({ label: z.string().nullable() }),
})
export const getOidc = defineQuery({
  name: 'oidc.get',
  permission: 'setting.view',
  summary: 'The OpenID Connect provider at which people may sign in',
  input: nothing,
  output: z.strictObject({
    provider: z
      .strictObject({
        issuer: z.string(),
        clientId: z.string(),
        label: z.string(),
        hasSecret: z.boolean(),
      })
      .nullable(),
  }),
})
