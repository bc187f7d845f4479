import { z } from 'zod'
import { defineCommand } from '../command.ts'
import { ledgerKeyRotated } from '../events/ledger.ts'

export const rotateLedgerKey = defineCommand({
  name: 'ledger.rotate_key',
  summary: 'Let another key sign the ledger from now on; the present head is signed by both',
  input: z.strictObject({}),
  output: z.strictObject({ fromVkey: z.string(), toVkey: z.string(), size: z.int() }),
  records: [ledgerKeyRotated],
})
