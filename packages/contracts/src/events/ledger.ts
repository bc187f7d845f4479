import { z } from 'zod'
import { defineEvent } from '../event.ts'

/** Who can confirm a signed head from outside. */
export const AnchorKind = z.enum(['witness', 'timestamp', 'telegram'])
export type AnchorKind = z.infer<typeof AnchorKind>

/** Why an anchor could not be had. Closed: a new way to fail is a new name. */
export const AnchorFailure = z.enum([
  'unreachable',
  'timed_out',
  'private_address',
  'http_error',
  'answer_too_long',
  'answer_malformed',
  /** The witness does not know this log, or not the key that signs it now. */
  'unknown_log',
  /** The witness found that the head does not follow from the one it knows. */
  'refused',
  /** The witness has a larger size of this log than there is: it lies, or the log was rolled back. */
  'witness_ahead',
  /** Nothing in the answer is by the key that was agreed. */
  'other_key',
  /** It is by that key and over something else: another root, another size. */
  'bad_signature',
  /** A true answer to an earlier question. */
  'wrong_time',
  'wrong_nonce',
  'wrong_imprint',
  /** The timestamp authority's certificate does not lead to the one that is trusted. */
  'untrusted_chain',
  'expired_certificate',
  'not_for_timestamps',
  'no_bot',
  'chat_refused',
  'internal',
])
export type AnchorFailure = z.infer<typeof AnchorFailure>

/** Somebody outside confirmed the head of `size` leaves. `proofSha256` names what they gave us. */
export const ledgerAnchored = defineEvent({
  name: 'ledger.anchored',
  version: 1,
  subject: 'ledger',
  reach: 'administration',
  data: z.strictObject({
    kind: AnchorKind,
    name: z.string(),
    size: z.int(),
    latencyMs: z.int(),
    proofSha256: z.string(),
  }),
})
/** An anchor began to fail, or fails for another reason than before; its next success ends that. */
export const ledgerAnchorFailed = defineEvent({
  name: 'ledger.anchor_failed',
  version: 1,
  subject: 'ledger',
  reach: 'administration',
  outcome: 'failed',
  data: z.strictObject({ kind: AnchorKind, name: z.string(), size: z.int(), code: AnchorFailure }),
})
/** Another key signs from here on; the head of `size` leaves carries the signatures of both. */
export const ledgerKeyRotated = defineEvent({
  name: 'ledger.key_rotated',
  version: 1,
  subject: 'ledger',
  reach: 'administration',
  data: z.strictObject({ epoch: z.int(), fromVkey: z.string(), toVkey: z.string(), size: z.int() }),
})
