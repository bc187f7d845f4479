import { z } from 'zod'
import { defineEvent } from '../event.ts'

/** The server began to verify the whole ledger, on schedule or because somebody asked. */
export const ledgerVerificationStarted = defineEvent({
  name: 'ledger.verification_started',
  version: 1,
  subject: 'ledger',
  reach: 'administration',
  data: z.strictObject({ cause: z.enum(['schedule', 'request']) }),
})
const result = {
  size: z.int(),
  checkedEntries: z.int(),
  seconds: z.int(),
}
/** Every leaf, column, tile, counter and signature was as it should be. */
export const ledgerVerified = defineEvent({
  name: 'ledger.verified',
  version: 1,
  subject: 'ledger',
  reach: 'administration',
  data: z.strictObject(result),
})
/** Verification found something wrong: the first finding, where it is, and how many there are. */
export const ledgerVerificationFailed = defineEvent({
  name: 'ledger.verification_failed',
  version: 1,
  subject: 'ledger',
  reach: 'administration',
  outcome: 'failed',
  data: z.strictObject({ ...result, verdict: z.string(), position: z.int().nullable(), findings: z.int() }),
})
/** Somebody stopped a verification before its end; nothing was decided. */
export const ledgerVerificationStopped = defineEvent({
  name: 'ledger.verification_stopped',
  version: 1,
  subject: 'ledger',
  reach: 'administration',
  data: z.strictObject({ done: z.int(), of: z.int() }),
})
