import { concatBytes, equalBytes, toBase64, toHex, tryBase64 } from './bytes.ts'
import { ProofError } from './errors.ts'
import { type NoteSignature, parseNote, verifyNote } from './note.ts'
import { HASH_BYTES } from './tree.ts'

// What a log and a witness say to each other: c2sp.org/tlog-witness, add-checkpoint.

/** A log asks a witness to cosign: what the witness last cosigned, the way from there, and the signed note. */
export type AddCheckpoint = {
  readonly oldSize: number
  readonly proof: readonly Uint8Array[]
  readonly note: string
}

/** More than enough for a tree of 2^63 leaves. */
const MAX_HASHES = 63
const OLD = /^old (0|[1-9]\d{0,15})$/

/** Body of an add-checkpoint request. */
export function formatAddCheckpoint({ oldSize, proof, note }: AddCheckpoint): string {
  return `${[`old ${oldSize}`, ...proof.map(toBase64), '', ''].join('\n')}${note}`
}

/** Reads the body of a request; nothing is verified. Throws `bad_witness_message`, and `bad_note` for the note. */
export function parseAddCheckpoint(body: string): AddCheckpoint {
  const border = body.indexOf('\n\n')
  if (border < 0) throw new ProofError('bad_witness_message', 'no empty line before the checkpoint')
  const [old = '', ...hashes] = body.slice(0, border).split('\n')
  const oldSize = Number(OLD.exec(old)?.[1] ?? Number.NaN)
  if (!Number.isSafeInteger(oldSize)) throw new ProofError('bad_witness_message', 'no old size line')
  if (hashes.length > MAX_HASHES) throw new ProofError('bad_witness_message', `${hashes.length} hashes`)
  const note = body.slice(border + 2)
  parseNote(note)
  return { oldSize, proof: hashes.map(readHash), note }
}

function readHash(base64: string): Uint8Array {
  const hash = tryBase64(base64)
  if (hash?.length !== HASH_BYTES)
    throw new ProofError('bad_witness_message', 'a proof line is not the base64 of 32 bytes')
  return hash
}

/**
 * What a witness's answer can be worth. `malformed`: no signature lines. `other_key`: none by the witness's key.
 * `bad_signature`: its key did not cosign this checkpoint (another root, or another size). `wrong_time`: it did, but
 * not now.
 */
export const COSIGNATURE_VERDICTS = ['ok', 'malformed', 'other_key', 'bad_signature', 'wrong_time'] as const
export type CosignatureVerdict = (typeof COSIGNATURE_VERDICTS)[number]

export type CosignatureVerification =
  | { readonly verdict: 'ok'; readonly line: string; readonly time: number }
  | { readonly verdict: Exclude<CosignatureVerdict, 'ok'> }

/** Clocks of log and witness may differ by so many seconds. */
const CLOCK_SLACK = 300

/**
 * Verifies a witness's answer (one or more signature lines) to the note that was sent. `now` is POSIX seconds; null
 * takes any time. Lines by other keys are ignored, as the protocol asks. Throws `bad_vkey` when the key is none.
 */
export async function verifyCosignature(
  note: string,
  answer: string,
  vkey: string,
  now: number | null,
): Promise<CosignatureVerification> {
  const { text } = parseNote(note)
  const lines = tryParse(text, answer)
  if (lines === undefined) return { verdict: 'malformed' }
  const { verdict, signedBy } = await verifyNote({ text, signatures: lines }, [vkey])
  if (verdict === 'unsigned') return { verdict: 'other_key' }
  const time = signedBy[0]?.time
  if (verdict !== 'ok' || time === undefined) return { verdict: 'bad_signature' }
  if (now !== null && Math.abs(time - now) > CLOCK_SLACK) return { verdict: 'wrong_time' }
  const line = answer.split('\n').find(candidate => isLineOf(candidate, lines, vkey))
  return line === undefined ? { verdict: 'malformed' } : { verdict: 'ok', line: `${line}\n`, time }
}

function isLineOf(line: string, signatures: readonly NoteSignature[], vkey: string): boolean {
  const own = signatures.find(({ name, keyId }) => vkey.startsWith(`${name}+${toHex(keyId)}+`))
  return own !== undefined && line === `\u2014 ${own.name} ${toBase64(concatBytes(own.keyId, own.signature))}`
}

/** The signatures in an answer, as they would stand under `text`; undefined when they would change the text. */
function tryParse(text: string, answer: string): readonly NoteSignature[] | undefined {
  try {
    const note = parseNote(`${text}\n${answer}`)
    return note.text === text ? note.signatures : undefined
  } catch (error) {
    if (error instanceof ProofError) return undefined
    throw error
  }
}

/**
 * A signed note with more signature lines under it. A line that is there already is left out. Throws `bad_note` when
 * what comes out is none.
 */
export function addSignatureLines(note: string, lines: readonly string[]): string {
  const more = lines.filter(line => !note.includes(`\n${line}`))
  const joined = note + more.join('')
  const before = parseNote(note)
  const after = parseNote(joined)
  const kept = before.signatures.every((signature, at) =>
    equalBytes(signature.signature, after.signatures[at]?.signature ?? new Uint8Array()),
  )
  if (after.text !== before.text || !kept) throw new ProofError('bad_note', 'a line that is no signature')
  return joined
}
