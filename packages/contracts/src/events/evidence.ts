import { z } from 'zod'
import { defineEvent } from '../event.ts'

/** A bundle's manifest before the bundle is closed: with this entry the log itself vouches for what the manifest says. */
export const evidenceStated = defineEvent({
  name: 'evidence.stated',
  version: 1,
  subject: 'evidence',
  reach: 'administration',
  data: z.strictObject({ manifestSha256: z.string(), fromPosition: z.int(), toPosition: z.int() }),
})
/** Evidence was taken out of the desk: which positions, how many of them closed, and the file's digest. */
export const evidenceBundled = defineEvent({
  name: 'evidence.bundled',
  version: 1,
  subject: 'evidence',
  reach: 'administration',
  data: z.strictObject({
    fromPosition: z.int(),
    toPosition: z.int(),
    entries: z.int(),
    closed: z.int(),
    sha256: z.string(),
    bytes: z.int(),
  }),
})
export const evidenceDownloaded = defineEvent({
  name: 'evidence.downloaded',
  version: 1,
  subject: 'evidence',
  reach: 'administration',
  data: z.strictObject({ sha256: z.string(), bytes: z.int() }),
})
