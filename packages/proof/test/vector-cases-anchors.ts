import {
  concatBytes,
  formatCheckpoint,
  parseNote,
  rootOf,
  sha256,
  signerFromSeed,
  signNote,
  toHex,
  utf8Encode,
} from '../src/index.ts'

// Cases for what others say about a head: a witness's cosignature, an authority's timestamp.

export type CosignatureVector = {
  readonly name: string
  readonly note: string
  readonly answer: string
  readonly vkey: string
  /** POSIX seconds at which the answer came; null: any time will do. */
  readonly now: number | null
  readonly wantErr: string | null
}

export type TimestampInfoVector = {
  readonly name: string
  readonly tokenHex: string
  readonly imprintHex: string | null
  readonly time: string | null
  readonly wantErr: string | null
}

const ORIGIN = 'desk.example/log/1/1'
const TIME = 1_795_401_367
const keyOf = (name: string, seed: string, type?: 'witness') =>
  signerFromSeed(name, sha256(utf8Encode(seed)), type)

export async function cosignatureVectors(): Promise<CosignatureVector[]> {
  const log = await keyOf(ORIGIN, 'log')
  const witness = await keyOf('witness.example/w1', 'witness', 'witness')
  const other = await keyOf('witness.example/w2', 'other', 'witness')
  const impostor = await keyOf('witness.example/w1', 'impostor', 'witness')
  const headOf = (size: number, leaf: string) =>
    signNote(
      formatCheckpoint({ origin: ORIGIN, size, root: rootOf([utf8Encode(leaf).slice()].map(sha256)) }),
      [log.skey],
    )
  const note = await headOf(1, 'leaf')
  const answerTo = async (text: string, skey: string) =>
    (await signNote(parseNote(text), [skey], TIME)).slice(text.length)
  const answer = await answerTo(note, witness.skey)
  const others = await answerTo(note, other.skey)
  const good = { note, answer, vkey: witness.vkey, now: TIME, wantErr: null }
  const bad = (name: string, wantErr: string, change: Partial<CosignatureVector>): CosignatureVector => ({
    ...good,
    name,
    wantErr,
    ...change,
  })
  return [
    { ...good, name: 'one line by the witness' },
    { ...good, name: 'behind a line by another witness', answer: others + answer },
    { ...good, name: 'five minutes early', now: TIME + 300 },
    { ...good, name: 'five minutes late', now: TIME - 300 },
    { ...good, name: 'at any time', now: null },
    bad('a second more than five minutes early', 'wrong_time', { now: TIME + 301 }),
    bad('a second more than five minutes late', 'wrong_time', { now: TIME - 301 }),
    bad('by another witness only', 'other_key', { answer: others }),
    bad('by a key of the same name', 'other_key', { answer: await answerTo(note, impostor.skey) }),
    bad('over another root', 'bad_signature', {
      answer: await answerTo(await headOf(1, 'else'), witness.skey),
    }),
    bad('over another size', 'bad_signature', {
      answer: await answerTo(await headOf(2, 'leaf'), witness.skey),
    }),
    bad('with another time', 'bad_signature', { answer: answer.replace(/(w1 \S{12})./, '$1Z') }),
    bad('nothing', 'malformed', { answer: '' }),
    bad('no signature line', 'malformed', { answer: 'yes\n' }),
    bad('no newline at the end', 'malformed', { answer: answer.slice(0, -1) }),
    bad('not base64', 'malformed', { answer: '\u2014 witness.example/w1 ***\n' }),
    bad('a line that would be text of the note', 'malformed', { answer: `x\n\n${answer}` }),
  ]
}

/** DER (X.690): tag, length, content. */
function der(tag: number, ...content: Uint8Array[]): Uint8Array {
  const body = concatBytes(...content)
  const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff]
  return concatBytes(Uint8Array.of(tag, ...length), body)
}
const oid = (...bytes: number[]) => der(0x06, Uint8Array.of(...bytes))
const SHA256 = oid(0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01)
const SHA512 = oid(0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03)
const ONE = der(0x02, Uint8Array.of(1))

/** A TimeStampToken of RFC 3161 as far as it is read without its signature: nobody has signed it. */
function tokenOf(imprint: Uint8Array, time: string, algorithm = SHA256): Uint8Array {
  const info = der(
    0x30,
    ONE,
    oid(0x2a, 0x03),
    der(0x30, der(0x30, algorithm, der(0x05)), der(0x04, imprint)),
    ONE,
    der(0x18, utf8Encode(time)),
  )
  const tstInfo = oid(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x04)
  const signedData = oid(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02)
  const content = der(0x30, tstInfo, der(0xa0, der(0x04, info)))
  return der(0x30, signedData, der(0xa0, der(0x30, ONE, der(0x31), content)))
}

export function timestampInfoVectors(): TimestampInfoVector[] {
  const imprint = sha256(utf8Encode('a signed head'))
  const whole = tokenOf(imprint, '20261123084512Z')
  const vector = (name: string, token: Uint8Array, time: string | null): TimestampInfoVector => ({
    name,
    tokenHex: toHex(token),
    imprintHex: time === null ? null : toHex(imprint),
    time,
    wantErr: time === null ? 'bad_timestamp' : null,
  })
  return [
    vector('over a SHA-256', whole, '2026-11-23T08:45:12Z'),
    vector('with fractions of a second', tokenOf(imprint, '20261123084512.25Z'), '2026-11-23T08:45:12Z'),
    vector('nothing', new Uint8Array(), null),
    vector('cut short', whole.subarray(0, -1), null),
    vector('a length beyond the end', Uint8Array.of(0x30, 0x84, 0xff, 0xff, 0xff, 0xff), null),
    vector('a length that is not said', Uint8Array.of(0x30, 0x80, 0, 0), null),
    vector('over another hash', tokenOf(imprint, '20261123084512Z', SHA512), null),
    vector('over a hash that is too short', tokenOf(imprint.subarray(1), '20261123084512Z'), null),
    vector('a time without its zone', tokenOf(imprint, '20261123084512'), null),
    vector('a time in another zone', tokenOf(imprint, '20261123084512+0100'), null),
    vector('a time in words', tokenOf(imprint, 'yesterday'), null),
    vector('something else', der(0x30, ONE), null),
  ]
}
