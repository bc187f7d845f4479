import { z } from 'zod'
import { defineCommand } from '../command.ts'
import { ledgerVerificationStarted } from '../events/verification.ts'

export const verifyLedgerNow = defineCommand({
  name: 'ledger.verify',
  summary: 'Verify the whole ledger on the server now; the result arrives as an entry and in ledger.state',
  input: z.strictObject({}),
  output: z.strictObject({}),
  records: [ledgerVerificationStarted],
})
