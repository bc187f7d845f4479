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

/** Why a row in front of the ledger was put aside. */
export const RejectionCause = z.enum(['wrong_mac', 'malformed'])
/**
 * Somebody took note of a row that was put aside because this installation did not write it. Names the very row: one
 * that differs in anything, or comes again, is a finding of its own.
 */
export const ledgerFindingAcknowledged = defineEvent({
  name: 'ledger.finding_acknowledged',
  version: 1,
  subject: 'ledger',
  reach: 'administration',
  data: z.strictObject({
    entryId: z.guid(), // whoever forged the row chose it
    cause: RejectionCause,
    leafSha256: z.string().regex(/^[0-9a-f]{64}$/),
    rejectedAt: z.iso.datetime({ precision: 6 }),
  }),
  parts: { reasonText: 'actor' },
})
