import { beforeAll, describe, expect, test } from 'vitest'
import { toBase64, utf8Encode } from './bytes.ts'
import { formatCheckpoint, parseCheckpoint, type Trust, verifyCheckpoint } from './checkpoint.ts'
import { formatNote, parseNote, signNote } from './note.ts'
import { generateSigner } from './note-key.ts'
import { sha256 } from './sha256.ts'

const origin = 'desk.example/log/1/1'
const root = sha256(utf8Encode('root'))
const text = formatCheckpoint({ origin, size: 20_852_163, root })

describe('the text of a checkpoint', () => {
  test('is the one the specification shows, and comes back', () => {
    expect(text).toBe(`desk.example/log/1/1\n20852163\n${toBase64(root)}\n`)
    expect(parseCheckpoint(text)).toEqual({ origin, size: 20_852_163, root })
    const extended = { origin, size: 0, root, extensions: ['a', 'b c'] }
    expect(parseCheckpoint(formatCheckpoint(extended))).toEqual(extended)
  })

  test.each([
    '',
    'a\n1\n',
    `\n1\n${toBase64(root)}\n`,
    `a\n01\n${toBase64(root)}\n`,
    `a\n-1\n${toBase64(root)}\n`,
    `a\n+1\n${toBase64(root)}\n`,
    `a\n1e3\n${toBase64(root)}\n`,
    `a\n\n${toBase64(root)}\n`,
    `a\n9007199254740993\n${toBase64(root)}\n`,
    `a\n1\n${toBase64(root)}`,
    `a\n1\n${toBase64(root).slice(1)}\n`,
    `a\n1\n${toBase64(root.slice(1))}\n`,
    `a\n1\n${toBase64(root)}\n\n`,
    `a\n1\n${toBase64(root)}\n\nb\n`,
  ])('%j is none', bad => {
    expect(() => parseCheckpoint(bad)).toThrow(expect.objectContaining({ code: 'bad_checkpoint' }))
  })

  test('is not written from what could not be read back', () => {
    const refused = expect.objectContaining({ code: 'bad_checkpoint' })
    expect(() => formatCheckpoint({ origin: '', size: 1, root })).toThrow(refused)
    expect(() => formatCheckpoint({ origin: 'a\nb', size: 1, root })).toThrow(refused)
    expect(() => formatCheckpoint({ origin, size: -1, root })).toThrow(refused)
    expect(() => formatCheckpoint({ origin, size: 1.5, root })).toThrow(refused)
    expect(() => formatCheckpoint({ origin, size: 1, root: root.slice(1) })).toThrow(refused)
    expect(() => formatCheckpoint({ origin, size: 1, root, extensions: [''] })).toThrow(refused)
  })
})

describe('verifying a signed checkpoint', () => {
  let log: { vkey: string; skey: string }
  let stranger: { vkey: string; skey: string }
  let witnesses: { vkey: string; skey: string }[]
  let trust: Trust
  beforeAll(async () => {
    log = await generateSigner(origin)
    stranger = await generateSigner(origin)
    witnesses = [
      await generateSigner('w.example/1', 'witness'),
      await generateSigner('w.example/2', 'witness'),
    ]
    trust = { origin, trustedVkeys: [log.vkey], witnessVkeys: witnesses.map(({ vkey }) => vkey) }
  })

  test('gives the tree head, who signed and which witnesses saw it when', async () => {
    const note = await signNote(text, [log.skey, ...witnesses.map(({ skey }) => skey)], 1_700_000_000)
    expect(await verifyCheckpoint(note, { ...trust, requiredWitnesses: 2 })).toMatchObject({
      verdict: 'ok',
      checkpoint: { origin, size: 20_852_163, root },
      signedBy: [{ name: origin }],
      witnessedBy: [{ name: 'w.example/1', time: 1_700_000_000 }, { name: 'w.example/2' }],
    })
  })

  test('by a key of the same name that is not trusted gives note_unsigned', async () => {
    expect(await verifyCheckpoint(await signNote(text, [stranger.skey]), trust)).toEqual({
      verdict: 'note_unsigned',
    })
  })

  test('by witnesses alone gives note_unsigned', async () => {
    const note = await signNote(
      text,
      witnesses.map(({ skey }) => skey),
    )
    expect(await verifyCheckpoint(note, trust)).toEqual({ verdict: 'note_unsigned' })
  })

  test('cosigned by one witness twice does not count for two', async () => {
    const [witness] = witnesses
    const note = await signNote(text, [log.skey, witness?.skey ?? '', witness?.skey ?? ''])
    expect(await verifyCheckpoint(note, { ...trust, requiredWitnesses: 2 })).toEqual({
      verdict: 'note_unwitnessed',
    })
  })

  test('of another log by the same key gives note_wrong_origin', async () => {
    const note = await signNote(formatCheckpoint({ origin: 'desk.example/log/2/1', size: 1, root }), [
      log.skey,
    ])
    expect(await verifyCheckpoint(note, trust)).toEqual({ verdict: 'note_wrong_origin' })
  })

  test('with a false signature, or around a text that is none, is named so', async () => {
    const signed = parseNote(await signNote(text, [log.skey]))
    const moved = formatNote({ text: text.replace('20852163', '20852164'), signatures: signed.signatures })
    expect(await verifyCheckpoint(moved, trust)).toEqual({ verdict: 'note_bad_signature' })
    expect(await verifyCheckpoint(await signNote('hello\n', [log.skey]), trust)).toEqual({
      verdict: 'note_malformed',
    })
    expect(await verifyCheckpoint('hello\n', trust)).toEqual({ verdict: 'note_malformed' })
  })

  test('refuses a trust that takes witnesses for logs', async () => {
    const mixed = { origin, trustedVkeys: trust.witnessVkeys ?? [] }
    await expect(verifyCheckpoint('x', mixed)).rejects.toMatchObject({ code: 'bad_vkey' })
  })
})
