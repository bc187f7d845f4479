import {
  bytesToUint64,
  concatBytes,
  equalBytes,
  fromBase64,
  toBase64,
  uint64ToBytes,
  utf8Decode,
  utf8Encode,
} from './bytes.ts'
import { ProofError } from './errors.ts'
import {
  formatVkey,
  isKeyName,
  parseSkey,
  parseVkey,
  signEd25519,
  type VerifierKey,
  verifyEd25519,
} from './note-key.ts'

// Signed notes of c2sp.org/signed-note, and cosignature/v1 of c2sp.org/tlog-cosignature as one kind of signature.

/** One signature line: who, and the bytes behind the 4-byte key id. */
export type NoteSignature = {
  readonly name: string
  readonly keyId: Uint8Array
  readonly signature: Uint8Array
}

/** A note taken apart. Nothing about it is verified yet. `text` ends in a newline. */
export type Note = { readonly text: string; readonly signatures: readonly NoteSignature[] }

/** A signature that verified. `time` (POSIX seconds) is there when a witness cosigned. */
export type VerifiedSignature = { readonly vkey: string; readonly name: string; readonly time?: number }

/**
 * `ok`: at least one trusted key signed, and no signature of a trusted key is false.
 * `malformed`: no note. `unsigned`: no trusted key signed it. `bad_signature`: a trusted key's signature is false.
 */
export const NOTE_VERDICTS = ['ok', 'malformed', 'unsigned', 'bad_signature'] as const
export type NoteVerdict = (typeof NOTE_VERDICTS)[number]

export type NoteVerification = {
  readonly verdict: NoteVerdict
  /** Only when the verdict is `ok`: text nobody trusted has signed is not to be read. */
  readonly text?: string
  readonly signedBy: readonly VerifiedSignature[]
}

const MAX_NOTE_BYTES = 1_000_000
const MAX_SIGNATURES = 100
const SIGNATURE_START = '\u2014 '

/**
 * Takes a note apart. Throws `bad_note` on bytes that are no UTF-8, control characters, a missing blank line, no
 * signature, more than 100 of them, or any signature line that is malformed, whoever it is by.
 */
export function parseNote(note: string | Uint8Array): Note {
  const whole = noteText(note)
  const border = whole.lastIndexOf('\n\n')
  if (border < 0 || !whole.endsWith('\n'))
    throw new ProofError('bad_note', 'no blank line before the signatures')
  const lines = whole.slice(border + 2, -1).split('\n')
  if (lines.length > MAX_SIGNATURES) throw new ProofError('bad_note', `${lines.length} signatures`)
  return { text: whole.slice(0, border + 1), signatures: lines.map(parseSignatureLine) }
}

/** Joins text and signatures into a note. Throws `bad_note` when `parseNote` would not read it back. */
export function formatNote({ text, signatures }: Note): string {
  if (!text.endsWith('\n')) throw new ProofError('bad_note', 'text does not end in a newline')
  const note = `${text}\n${signatures.map(signatureLine).join('')}`
  if (parseNote(note).text !== text) throw new ProofError('bad_note', 'text ends in a blank line')
  return note
}

/**
 * Signs a text with the given signer keys and adds the signatures to those it already has, if it is a note.
 * A log key signs the text itself. A witness key signs `cosignature/v1` at `time` (POSIX seconds, now by default).
 * Throws `bad_note`, `bad_skey`.
 */
export async function signNote(
  textOrNote: string | Note,
  skeys: readonly string[],
  time: number = Math.floor(Date.now() / 1000),
): Promise<string> {
  const { text, signatures } =
    typeof textOrNote === 'string' ? { text: textOrNote, signatures: [] } : textOrNote
  const added = await Promise.all(skeys.map(skey => signText(text, skey, time)))
  return formatNote({ text, signatures: [...signatures, ...added] })
}

/**
 * Verifies a note against the verifier keys the caller trusts. Signatures by other keys are ignored, as witness
 * cosigning and key rotation need; a malformed line is not. Throws `bad_vkey` when a trusted key is none.
 */
export async function verifyNote(
  note: string | Uint8Array | Note,
  trustedVkeys: readonly string[],
): Promise<NoteVerification> {
  const trusted = trustedVkeys.map(parseVkey)
  const parsed = typeof note === 'string' || note instanceof Uint8Array ? readNote(note) : note
  if (parsed === undefined) return { verdict: 'malformed', signedBy: [] }
  const { text, signatures } = parsed
  const signedBy: VerifiedSignature[] = []
  for (const signature of signatures) {
    const candidates = trusted.filter(
      key => key.name === signature.name && equalBytes(key.id, signature.keyId),
    )
    if (candidates.length === 0) continue
    const verified = await firstVerified(text, signature, candidates)
    if (verified === undefined) return { verdict: 'bad_signature', signedBy: [] }
    if (!signedBy.some(known => known.vkey === verified.vkey)) signedBy.push(verified)
  }
  return signedBy.length === 0 ? { verdict: 'unsigned', signedBy } : { verdict: 'ok', text, signedBy }
}

function readNote(note: string | Uint8Array): Note | undefined {
  try {
    return parseNote(note)
  } catch (error) {
    if (error instanceof ProofError) return undefined
    throw error
  }
}

function noteText(note: string | Uint8Array): string {
  if (note.length > MAX_NOTE_BYTES) throw new ProofError('bad_note', `${note.length} bytes`)
  const text = typeof note === 'string' ? note : decodeNote(note)
  if (!text.isWellFormed()) throw new ProofError('bad_note', 'not well-formed Unicode')
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit < 0x20 && unit !== 0x0a) throw new ProofError('bad_note', `control character at ${at}`)
  }
  return text
}

function decodeNote(note: Uint8Array): string {
  try {
    return utf8Decode(note)
  } catch {
    throw new ProofError('bad_note', 'not UTF-8')
  }
}

function parseSignatureLine(line: string): NoteSignature {
  const [name, base64, ...more] = line.startsWith(SIGNATURE_START) ? line.slice(2).split(' ') : []
  if (name === undefined || base64 === undefined || more.length > 0 || !isKeyName(name)) {
    throw new ProofError('bad_note', `malformed signature line ${JSON.stringify(line)}`)
  }
  const bytes = decodeSignature(base64)
  // Four bytes of key id and at least one of signature.
  if (bytes === undefined || bytes.length < 5)
    throw new ProofError('bad_note', `${name}: malformed signature`)
  return { name, keyId: bytes.slice(0, 4), signature: bytes.slice(4) }
}

function decodeSignature(base64: string): Uint8Array | undefined {
  try {
    return fromBase64(base64)
  } catch (error) {
    if (error instanceof ProofError) return undefined
    throw error
  }
}

function signatureLine({ name, keyId, signature }: NoteSignature): string {
  return `${SIGNATURE_START}${name} ${toBase64(concatBytes(keyId, signature))}\n`
}

async function signText(text: string, skey: string, time: number): Promise<NoteSignature> {
  const { name, id, type, seed } = await parseSkey(skey)
  if (type === 'log') return { name, keyId: id, signature: await signEd25519(seed, utf8Encode(text)) }
  const signature = await signEd25519(seed, cosignedMessage(text, time))
  return { name, keyId: id, signature: concatBytes(uint64ToBytes(time), signature) }
}

async function firstVerified(
  text: string,
  signature: NoteSignature,
  candidates: readonly VerifierKey[],
): Promise<VerifiedSignature | undefined> {
  for (const key of candidates) {
    const verified = await verifySignature(text, signature.signature, key)
    if (verified !== undefined) return { vkey: formatVkey(key), name: key.name, ...verified }
  }
  return undefined
}

async function verifySignature(
  text: string,
  signature: Uint8Array,
  { type, publicKey }: VerifierKey,
): Promise<{ time?: number } | undefined> {
  if (type === 'log') {
    return signature.length === 64 && (await verifyEd25519(publicKey, utf8Encode(text), signature))
      ? {}
      : undefined
  }
  if (signature.length !== 8 + 64) return undefined
  const time = timestampOf(signature)
  if (time === undefined) return undefined
  const verified = await verifyEd25519(publicKey, cosignedMessage(text, time), signature.slice(8))
  return verified ? { time } : undefined
}

function timestampOf(signature: Uint8Array): number | undefined {
  // A time beyond 2^53 seconds is not one we could name; nobody signs it honestly.
  return (signature[0] ?? 0) > 0 || (signature[1] ?? 0) > 0x1f ? undefined : bytesToUint64(signature)
}

/** What a witness signs: header line, time line, then the whole text (c2sp.org/tlog-cosignature). */
function cosignedMessage(text: string, time: number): Uint8Array {
  return utf8Encode(`cosignature/v1\ntime ${time}\n${text}`)
}
