import { beforeAll, describe, expect, test } from 'vitest'
import { formatCheckpoint } from './checkpoint.ts'
import { signNote } from './note.ts'
import { generateSigner } from './note-key.ts'
import { sha256 } from './sha256.ts'
import { addSignatureLines, formatAddCheckpoint, parseAddCheckpoint, verifyCosignature } from './witness.ts'

const ORIGIN = 'desk.example/log/one/1'
const NOW = 1_790_000_000
let log: { vkey: string; skey: string }
let witness: { vkey: string; skey: string }
let note: string
beforeAll(async () => {
  log = await generateSigner(ORIGIN)
  witness = await generateSigner('w.example', 'witness')
  note = await noteOf(3)
})

const textOf = (size: number) =>
  formatCheckpoint({ origin: ORIGIN, size, root: sha256(new Uint8Array([size])) })
const noteOf = (size: number) => signNote(textOf(size), [log.skey])
const cosign = async (size: number, time = NOW, skey = witness.skey) =>
  (await signNote(textOf(size), [skey], time)).slice(textOf(size).length + 1)

describe('add-checkpoint', () => {
  test('what is written can be read', () => {
    for (const proof of [
      [],
      [sha256(new Uint8Array())],
      Array.from({ length: 63 }, (_, i) => sha256(new Uint8Array([i]))),
    ]) {
      const asked = { oldSize: 20852014, proof, note }
      expect(parseAddCheckpoint(formatAddCheckpoint(asked))).toEqual(asked)
    }
  })

  test('what breaks the protocol is refused', () => {
    const hash = 'PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw='
    for (const body of [
      '',
      'old 1\n',
      `old 01\n\n${note}`,
      `old\n\n${note}`,
      `old 1 \n\n${note}`,
      `new 1\n\n${note}`,
      `old 1\n${hash.slice(4)}\n\n${note}`,
      `old 1\nAA\n\n${note}`,
      `old 9007199254740993\n\n${note}`,
      `old 1\n${`${hash}\n`.repeat(64)}\n${note}`,
    ])
      expect(() => parseAddCheckpoint(body), body.slice(0, 30)).toThrow('bad_witness_message')
    expect(() => parseAddCheckpoint('old 1\n\nno note\n')).toThrow('bad_note')
  })
})

describe('the answer of a witness', () => {
  const judge = (answer: string, now: number | null = NOW) =>
    verifyCosignature(note, answer, witness.vkey, now)

  test('is worth its line when its key cosigned this very head now, whatever stands beside it', async () => {
    const line = await cosign(3)
    const stranger = await cosign(3, NOW, (await generateSigner('w.example', 'witness')).skey)
    for (const answer of [line, stranger + line, line + stranger])
      expect(await judge(answer)).toEqual({ verdict: 'ok', line, time: NOW })
    expect(addSignatureLines(note, [line])).toBe(note + line)
    expect(addSignatureLines(note + line, [line, line])).toBe(note + line)
  })

  test('has a name for each way to be worth nothing', async () => {
    expect(await judge(await cosign(4))).toEqual({ verdict: 'bad_signature' })
    const other = await generateSigner('w.example', 'witness')
    expect(await judge(await cosign(3, NOW, other.skey))).toEqual({ verdict: 'other_key' })
    expect(await judge(await cosign(3, NOW - 3_600))).toEqual({ verdict: 'wrong_time' })
    expect(await judge(await cosign(3, NOW + 3_600))).toEqual({ verdict: 'wrong_time' })
    expect(await judge(await cosign(3, NOW - 3_600), null)).toMatchObject({ verdict: 'ok' })
    for (const answer of ['', 'trust me\n', (await cosign(3)).trimEnd(), `\n${await cosign(3)}`])
      expect(await judge(answer), JSON.stringify(answer.slice(0, 20))).toEqual({ verdict: 'malformed' })
  })

  test('cannot smuggle text under a note', async () => {
    const line = await cosign(3)
    for (const bad of ['text\n', `\n${line}`, line.slice(2), '\n\n'])
      expect(() => addSignatureLines(note, [bad])).toThrow('bad_note')
  })
})
