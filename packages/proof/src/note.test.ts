import * as fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { fromBase64, utf8Encode } from './bytes.ts'
import { formatNote, parseNote, signNote, verifyNote } from './note.ts'
import { formatSkey, formatVkey, generateSigner, parseSkey, parseVkey } from './note-key.ts'

/** The example of c2sp.org/signed-note. */
const SPEC_VKEY = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'
const SPEC_NOTE =
  'This is an example message.\n\n' +
  '— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n'

/** The key pair and note that golang.org/x/mod/sumdb/note documents itself with. */
const GO_VKEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
const GO_SKEY = 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz'
const GO_TEXT =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
const GO_SIGNATURE =
  'x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM='

describe('notes made elsewhere', () => {
  test('the example of the specification verifies', async () => {
    const { verdict, text, signedBy } = await verifyNote(SPEC_NOTE, [SPEC_VKEY])
    expect({ verdict, text }).toEqual({ verdict: 'ok', text: 'This is an example message.\n' })
    expect(signedBy).toEqual([{ vkey: SPEC_VKEY, name: 'example.com/foo' }])
  })

  test('the key and text of the Go implementation give its signature, bit by bit', async () => {
    expect(await signNote(GO_TEXT, [GO_SKEY])).toBe(`${GO_TEXT}\n— PeterNeumann ${GO_SIGNATURE}\n`)
    expect(formatVkey(await parseSkey(GO_SKEY))).toBe(GO_VKEY)
  })
})

let log: { vkey: string; skey: string }
let other: { vkey: string; skey: string }
let witness: { vkey: string; skey: string }
beforeAll(async () => {
  log = await generateSigner('tracedesk.example/log/1/1')
  other = await generateSigner('other.example/log')
  witness = await generateSigner('witness.example/w1', 'witness')
})

describe('verifying', () => {
  const TEXT = 'ognuno sta solo\n\nsul cuor della terra ✓\n'

  test('a note signed by a trusted key is ok, and signatures of unknown keys are ignored', async () => {
    const note = await signNote(TEXT, [other.skey, witness.skey, log.skey])
    const { verdict, text, signedBy } = await verifyNote(note, [log.vkey])
    expect({ verdict, text }).toEqual({ verdict: 'ok', text: TEXT })
    expect(signedBy.map(({ name }) => name)).toEqual(['tracedesk.example/log/1/1'])
  })

  test('a note no trusted key signed is unsigned, and its text is withheld', async () => {
    expect(await verifyNote(await signNote(TEXT, [other.skey]), [log.vkey])).toEqual({
      verdict: 'unsigned',
      signedBy: [],
    })
    expect((await verifyNote(await signNote(TEXT, [log.skey]), [])).verdict).toBe('unsigned')
  })

  test('one false signature of a trusted key spoils the note, even beside a true one', async () => {
    const good = parseNote(await signNote(TEXT, [log.skey]))
    const strange = parseNote(await signNote('another text\n', [other.skey]))
    const note = formatNote({ text: TEXT, signatures: [...good.signatures, ...strange.signatures] })
    expect((await verifyNote(note, [log.vkey, other.vkey])).verdict).toBe('bad_signature')
    expect((await verifyNote(note, [log.vkey])).verdict).toBe('ok')
  })

  test('a witness cosigns with its time, which is part of what it signed', async () => {
    const note = await signNote(parseNote(await signNote(TEXT, [log.skey])), [witness.skey], 1_679_315_147)
    const { verdict, signedBy } = await verifyNote(note, [log.vkey, witness.vkey])
    expect(verdict).toBe('ok')
    expect(signedBy.map(({ time }) => time)).toEqual([undefined, 1_679_315_147])
    const { text, signatures } = parseNote(note)
    const later = signatures.map(line => ({ ...line, signature: line.signature.with(7, 99) }))
    expect((await verifyNote({ text, signatures: later.slice(1) }, [witness.vkey])).verdict).toBe(
      'bad_signature',
    )
  })

  test('a log key cannot stand for a witness, nor the other way round', async () => {
    const key = parseVkey(log.vkey)
    expect(key.type).toBe('log')
    expect(parseVkey(witness.vkey).type).toBe('witness')
    // The id covers the type, so relabelling a key gives one that does not belong to its own id.
    const relabelled = formatVkey({ ...key, type: 'witness' })
    expect(() => parseVkey(relabelled)).toThrow(expect.objectContaining({ code: 'bad_vkey' }))
  })

  test('no byte of a signed note can be changed', async () => {
    const bytes = utf8Encode(await signNote(TEXT, [log.skey]))
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 255 }), async (where, flip) => {
        const changed = bytes.slice()
        changed[where % bytes.length] = (changed[where % bytes.length] ?? 0) ^ flip
        const { verdict } = await verifyNote(changed, [log.vkey])
        expect(verdict).not.toBe('ok')
      }),
      { numRuns: 400 },
    )
  })
})

const SIGNATURE = SPEC_NOTE.slice(SPEC_NOTE.indexOf('—'))

test.each([
  ['', 'nothing'],
  ['text\n', 'no signature'],
  ['text\n\n', 'an empty signature part'],
  [`text\n${SIGNATURE}`, 'no blank line'],
  [`text\n\n${SIGNATURE.slice(0, -1)}`, 'no final newline'],
  [`text\n\n${SIGNATURE}\n`, 'a blank line at the end'],
  [`text\n\n${SIGNATURE}nonsense\n`, 'a line that is no signature'],
  [`text\n\n${SIGNATURE.replace('— ', '- ')}`, 'a hyphen for the dash'],
  [`text\n\n${SIGNATURE.replace('foo ', 'foo  ')}`, 'two spaces'],
  [`text\n\n${SIGNATURE.replace('foo', 'fo+o')}`, 'a plus sign in the name'],
  [`text\n\n${SIGNATURE.replace('foo', 'fo\u00a0o')}`, 'a Unicode space in the name'],
  [`text\n\n${SIGNATURE.replace('=\n', '\n')}`, 'base64 without padding'],
  ['text\n\n— a AAAAAA==\n', 'a signature of no bytes'],
  [`te\txt\n\n${SIGNATURE}`, 'a control character'],
  [`te\r\nxt\n\n${SIGNATURE}`, 'a carriage return'],
  [`\ud800\n\n${SIGNATURE}`, 'a lone surrogate'],
  [`text\n\n${SIGNATURE.repeat(101)}`, 'more than 100 signatures'],
])('%j is no note: %s', async note => {
  expect(() => parseNote(note)).toThrow(expect.objectContaining({ code: 'bad_note' }))
  expect((await verifyNote(note, [SPEC_VKEY])).verdict).toBe('malformed')
})

test('bytes that are not UTF-8 are no note', async () => {
  expect((await verifyNote(Uint8Array.of(0xff, 10, 10), [])).verdict).toBe('malformed')
})

describe('keys', () => {
  test('a generated pair belongs together and comes back from its texts', async () => {
    const key = await parseSkey(log.skey)
    expect(formatVkey(key)).toBe(log.vkey)
    expect(formatSkey(key)).toBe(log.skey)
    expect(formatVkey(parseVkey(log.vkey))).toBe(log.vkey)
  })

  test.each([
    '',
    'example.com/foo',
    SPEC_VKEY.replace('530d903a', '530d903b'),
    SPEC_VKEY.replace('530d903a', '530D903A'),
    SPEC_VKEY.replace('example.com/foo', 'example.com/fop'),
    SPEC_VKEY.replace('+Aek', '+Cek'),
    SPEC_VKEY.slice(0, -4),
    `${SPEC_VKEY}=`,
    SPEC_VKEY.replace('example.com/foo', ''),
    SPEC_VKEY.replace('/foo', '/ foo'),
  ])('%j is no verifier key', async vkey => {
    expect(() => parseVkey(vkey)).toThrow(expect.objectContaining({ code: 'bad_vkey' }))
    await expect(verifyNote(SPEC_NOTE, [vkey])).rejects.toMatchObject({ code: 'bad_vkey' })
  })

  test('a spoilt signer key is refused without being shown', async () => {
    for (const skey of [
      '',
      GO_VKEY,
      GO_SKEY.replace('c74f', 'c74e'),
      GO_SKEY.slice(0, -1),
      GO_SKEY.slice(0, -4),
    ]) {
      const error = await parseSkey(skey).catch((reason: unknown) => reason)
      expect(error).toMatchObject({ code: 'bad_skey' })
      expect(String(error)).not.toContain(GO_SKEY.slice(40, 60))
    }
  })

  test('a name with a space or a plus sign gets no key', async () => {
    await expect(generateSigner('a b')).rejects.toMatchObject({ code: 'bad_vkey' })
    await expect(generateSigner('a+b')).rejects.toMatchObject({ code: 'bad_vkey' })
  })
})

test('the specification signature really has the layout this file claims', () => {
  expect(fromBase64(SIGNATURE.trim().split(' ')[2] ?? '')).toHaveLength(4 + 64)
})
