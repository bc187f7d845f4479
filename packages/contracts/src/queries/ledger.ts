import { z } from 'zod'
import { defineQuery } from '../command.ts'
import { Part } from '../entry.ts'
import { AnchorFailure, AnchorKind } from '../events/ledger.ts'
import { RejectionCause } from '../events/verification.ts'

export const listAnchors = defineQuery({
  name: 'ledger.anchors',
  permission: 'ledger.view',
  summary: 'Who outside confirmed the ledger, up to where, when, and whether one is overdue',
  input: z.strictObject({}),
  output: z.strictObject({
    intervalMinutes: z.int(),
    /** Leaves in the newest signed head. */
    signedSize: z.int(),
    items: z.array(
      z.strictObject({
        kind: AnchorKind,
        name: z.string(),
        /** Leaves it last confirmed; null before the first time. */
        size: z.int().nullable(),
        anchoredAt: z.string().nullable(),
        ageSeconds: z.int().nullable(),
        /** Something has waited for this anchor for more than two intervals. */
        overdue: z.boolean(),
        failure: z.strictObject({ code: AnchorFailure, since: z.string() }).nullable(),
      }),
    ),
    /** The keys that sign this epoch: each from the size at which it took over. */
    keys: z.array(z.strictObject({ vkey: z.string(), fromSize: z.int(), toSize: z.int().nullable() })),
  }),
})

export const listFindings = defineQuery({
  name: 'ledger.findings',
  permission: 'ledger.verify',
  summary:
    'Rows put aside because this installation did not write them, and who took note of each; the newest first',
  input: z.strictObject({}),
  output: z.strictObject({
    /** Of all rows; the list ends after 200 of either kind. */
    open: z.int(),
    acknowledged: z.int(),
    items: z.array(
      z.strictObject({
        entryId: z.string(),
        cause: RejectionCause,
        rejectedAt: z.string(),
        leafSha256: z.string(),
        /** Which event it pretended to be; null when it does not read as an entry. */
        pretendedEvent: z.string().nullable(),
        acknowledgement: z
          .strictObject({
            entryId: z.string(),
            at: z.string(),
            by: z.strictObject({ kind: z.string(), id: z.string().nullable(), name: z.string().nullable() }),
            reason: Part,
          })
          .nullable(),
      }),
    ),
  }),
})
