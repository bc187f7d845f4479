/**
 * Everything that can be wrong with what a caller or a stranger hands in. The code is the contract (vectors name
 * it as `wantErr`); the message is for whoever debugs.
 */
export const PROOF_ERROR_CODES = [
  'bad_timestamp',
  'bad_hex',
  'bad_base64',
  'bad_utf8',
  'not_json',
  'not_canonical',
  'not_integer',
  'lone_surrogate',
  'undefined_value',
  'unsupported_value',
  'too_deep',
  'too_long',
  'leaf_malformed',
  'bad_salt',
  'bad_part_name',
  'bad_hash',
  'bad_hasher',
  'bad_index',
  'bad_frontier',
  'bad_tile',
  'bad_tile_path',
  'bad_bundle',
  'bad_vkey',
  'bad_skey',
  'bad_note',
  'bad_checkpoint',
  'bad_tlog_proof',
  'bad_trust',
  'bad_witness_message',
] as const

export type ProofErrorCode = (typeof PROOF_ERROR_CODES)[number]

/** Thrown for malformed input. Verification results are never thrown: they are returned as verdicts. */
export class ProofError extends Error {
  readonly code: ProofErrorCode

  constructor(code: ProofErrorCode, detail: string) {
    super(`${code}: ${detail}`)
    this.name = 'ProofError'
    this.code = code
  }
}
