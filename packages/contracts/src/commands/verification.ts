import { z } from 'zod'
import { defineCommand } from '../command.ts'
import {
  ledgerFindingAcknowledged,
  ledgerVerificationStarted,
  ledgerVerificationStopped,
} from '../events/verification.ts'
import { InstantInput, MessageText } from '../text.ts'

export const verifyLedgerNow = defineCommand({
  name: 'ledger.verify',
  summary: 'Verify the whole ledger on the server now; the result arrives as an entry and in ledger.state',
  input: z.strictObject({}),
  output: z.strictObject({}),
  records: [ledgerVerificationStarted],
})

export const stopVerification = defineCommand({
  name: 'ledger.stop_verification',
  permission: 'ledger.verify',
  summary: 'Stop the verification that runs on this server; nothing is decided then',
  input: z.strictObject({}),
  output: z.strictObject({}),
  records: [ledgerVerificationStopped],
})

export const acknowledgeFindings = defineCommand({
  name: 'ledger.acknowledge_finding',
  summary:
    'Take note of forged rows that were put aside, with a reason; the seal goes back to what the rest deserves',
  input: z.strictObject({
    findings: z
      .array(z.strictObject({ entryId: z.guid(), rejectedAt: InstantInput }))
      .min(1)
      .max(200),
    reason: MessageText,
  }),
  output: z.strictObject({ acknowledged: z.int() }),
  records: [ledgerFindingAcknowledged, ledgerVerificationStarted],
})
