import { z } from 'zod'
import { defineCommand } from '../command.ts'
import { ledgerVerificationStarted, ledgerVerificationStopped } from '../events/verification.ts'

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
