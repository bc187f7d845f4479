import { z } from 'zod'
import { defineQuery } from '../command.ts'
import { AnchorFailure, AnchorKind } from '../events/ledger.ts'

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
