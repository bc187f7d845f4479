import { deflateRawSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { makeSampleBundle, membersOf, type SampleBundle, sampleToken, zipOf } from '../test/sample-bundle.ts'
import type { BundleEntry } from './bundle-entries.ts'
import { formatEntryLine, parseEntryLine } from './bundle-lines.ts'
import { readTrust } from './bundle-trust.ts'
import { verifyBundle, verifyBundleFile } from './bundle-verify.ts'
import { utf8Decode, utf8Encode } from './bytes.ts'
import { ProofError } from './errors.ts'
import { generateSigner } from './note-key.ts'
import { readTimestampInfo } from './timestamp-info.ts'
import { TRUST_FORMAT } from './trust-file.ts'
import { sourceOf } from './zip-read.ts'

const small = await makeSampleBundle({ size: 9, from: 3, to: 6, before: 2, closeOdd: true, anchoredAt: 8 })
const changed = (files: ReadonlyMap<string, Uint8Array>, name: string, change: (text: string) => string) =>
  new Map(files).set(name, utf8Encode(change(utf8Decode(files.get(name) ?? new Uint8Array()))))
const verdictOf = async (files: ReadonlyMap<string, Uint8Array>, trust = small.trust) =>
  (await verifyBundle(membersOf(files), trust)).verdict

describe('a bundle nobody touched', () => {
  for (const [size, from, to, before] of [
    [1, 0, 0],
    [9, 0, 8],
    [9, 3, 6, 2],
    [40, 17, 39, 17],
    [300, 255, 257, 250],
    [70, 64, 64, 64],
  ] as const)
    test(`of entries ${from} to ${to} out of ${size} verifies`, async () => {
      const shape = before === undefined ? { size, from, to } : { size, from, to, before }
      const { files, trust } = await makeSampleBundle(shape)
      const entries: BundleEntry[] = []
      const report = await verifyBundleFile(sourceOf(zipOf(files)), trust, {
        onEntry: entry => entries.push(entry),
      })
      expect(report).toMatchObject({
        verdict: 'ok',
        position: null,
        findings: [],
        entries: to - from + 1,
        closed: 0,
      })
      expect(entries.map(({ position, verdict }) => [position, verdict])).toEqual(
        Array.from({ length: to - from + 1 }, (_, at) => [from + at, 'ok']),
      )
      expect(report.signedBy).toHaveLength(1)
    })

  test('says which entries are closed, which parts are open, and what the agent was called', async () => {
    const entries: BundleEntry[] = []
    const names: string[] = []
    const options = {
      onEntry: (entry: BundleEntry) => entries.push(entry),
      onNames: (found: ReadonlyMap<string, { name: string }>) =>
        names.push(...[...found.values()].map(({ name }) => name)),
    }
    const report = await verifyBundle(membersOf(small.files, 7), small.trust, options)
    expect(report).toMatchObject({ verdict: 'ok', entries: 4, closed: 2 })
    expect(entries.map(({ verdict, leaf }) => [verdict, leaf === null])).toEqual([
      ['closed', true],
      ['ok', false],
      ['closed', true],
      ['ok', false],
    ])
    expect(entries[1]?.parts.get('text')).toMatchObject({
      state: 'open',
      bytes: utf8Encode('words of entry 4, 你好'),
    })
    expect(names).toEqual(['words of entry 0, 你好'])
    expect(report.record?.position).toBe(9)
  })

  test('verifies with compressed members as well', async () => {
    const packed = new Map(
      [...small.files].map(([name, bytes]) => [name, new Uint8Array(deflateRawSync(bytes))]),
    )
    expect((await verifyBundleFile(sourceOf(zipOf(small.files, packed)), small.trust)).verdict).toBe('ok')
  })

  test('without a key is only consistent in itself', async () => {
    expect((await verifyBundle(membersOf(small.files), null)).verdict).toBe('consistent_only')
  })
})

describe('what outsiders confirmed', () => {
  test('is checked against the range itself, and named', async () => {
    const report = await verifyBundle(membersOf(small.files), small.trust)
    expect(report).toMatchObject({
      verdict: 'ok',
      anchors: [
        {
          size: 8,
          witnessedBy: [{ vkey: small.witness }],
          timestamps: [{ name: 'tsa.example', time: '2026-11-23T02:37:00Z' }],
        },
      ],
    })
    const stranger = { ...small.trust, witnesses: [] }
    expect((await verifyBundle(membersOf(small.files), stranger)).anchors[0]?.witnessedBy).toEqual([])
  })

  test('for another history, another note or another hash is refused, and so is nonsense', async () => {
    const run = async (change: (text: string) => string) => {
      const files = changed(small.files, 'anchors/8.json', change)
      const { findings } = await verifyBundle(membersOf(files), small.trust)
      return findings.map(({ verdict }) => verdict)
    }
    const other = await makeSampleBundle({ size: 12, from: 3, to: 6, anchoredAt: 8 })
    const foreign = utf8Decode(other.files.get('anchors/8.json') ?? new Uint8Array())
    expect(await run(() => foreign)).toContain('anchor_mismatch')
    expect(await run(text => text.replace(/"right":"[^"]*"/, '"right":""'))).toContain('anchor_mismatch')
    expect(await run(text => text.replace('\\n8\\n', '\\n7\\n'))).toContain('anchor_mismatch')
    expect(await run(text => text.replace(/"token":"[^"]*"/, '"token":"MAA="'))).toContain('anchor_malformed')
    expect(await run(text => text.replace(/"token":"[^"]*"/, '"token":"no"'))).toContain('anchor_malformed')
    expect(await run(() => '{}')).toContain('anchor_malformed')
    expect(await run(() => '')).toContain('anchor_malformed')
  })

  test('a token of any bytes is a verdict, never an exception', async () => {
    const token = sampleToken(new Uint8Array(32))
    for (let at = 0; at < token.length; at++)
      for (const value of [0, 0x30, 0x7f, 0x80, 0x84, 0xff]) {
        const bent = token.slice()
        bent[at] = value
        for (const bytes of [bent, bent.subarray(0, at)])
          try {
            readTimestampInfo(bytes)
          } catch (error) {
            expect(error).toBeInstanceOf(ProofError)
          }
      }
  })
})

describe('whoever changes a bundle is found out', () => {
  test('a bit in each byte of each member matters', async () => {
    for (const [name, bytes] of small.files)
      for (let at = 0; at < bytes.length; at += 1) {
        const forged = bytes.slice()
        forged[at] = (forged[at] ?? 0) ^ (1 << (at % 8))
        const verdict = await verdictOf(new Map(small.files).set(name, forged))
        if (verdict === 'ok') expect.fail(`${name} byte ${at}: ${verdict}`)
      }
  }, 120_000)

  test('a byte dropped or put in, at any place of any member, matters', async () => {
    for (const [name, bytes] of small.files)
      for (let at = 0; at <= bytes.length; at += 7) {
        const dropped = new Uint8Array([...bytes.subarray(0, at), ...bytes.subarray(at + 1)])
        const inserted = new Uint8Array([...bytes.subarray(0, at), 0x20, ...bytes.subarray(at)])
        for (const forged of at < bytes.length ? [dropped, inserted] : [inserted])
          if ((await verdictOf(new Map(small.files).set(name, forged))) === 'ok')
            expect.fail(`${name} byte ${at}`)
      }
  }, 120_000)

  test('lines that change places, are left out or repeated are named with their position', async () => {
    const lines = utf8Decode(small.files.get('entries.ndjson') ?? new Uint8Array())
      .split('\n')
      .slice(0, -1)
    const with_ = (order: number[]) =>
      changed(small.files, 'entries.ndjson', () => order.map(at => `${lines[at]}\n`).join(''))
    for (const order of [
      [0, 2, 1, 3],
      [1, 2, 3],
      [0, 1, 3],
      [0, 0, 1, 2, 3],
    ]) {
      const report = await verifyBundle(membersOf(with_(order)), small.trust)
      expect(report.verdict, String(order)).toBe('entry_position_gap')
      expect(report.position).not.toBeNull()
    }
    expect(await verdictOf(with_([0, 1, 2]))).not.toBe('ok')
  })

  test('a member that is missing, doubled or new is named', async () => {
    for (const name of small.files.keys()) {
      const without = new Map(small.files)
      without.delete(name)
      expect(await verdictOf(without), name).toBe('member_missing')
    }
    expect(await verdictOf(new Map(small.files).set('anchors/token.tsr', new Uint8Array(3)))).toBe(
      'member_unknown',
    )
    const doubled = [...membersOf(small.files), ...membersOf(small.files).slice(0, 1)]
    expect((await verifyBundle(doubled, small.trust)).verdict).toBe('member_duplicate')
  })

  const forge: readonly [string, string, (text: string) => string][] = [
    ['leaf_hash_mismatch', 'entries.ndjson', text => text.replace('"leaf":"eyJh', '"leaf":"eyJi')],
    ['part_mismatch', 'openings.ndjson', text => text.replace('"bytes":"d29y', '"bytes":"d29x')],
    ['part_missing', 'openings.ndjson', text => text.replace(/^.*\n/, '')],
    ['manifest_not_recorded', 'manifest.json', text => text.replace('"Maya"', '"Omar"')],
    ['manifest_version_unknown', 'manifest.json', text => text.replace('bundle/v1', 'bundle/v2')],
    ['manifest_malformed', 'manifest.json', text => text.replace('"language"', '"lingo"')],
    ['member_changed', 'statement.html', text => text.replace('statement', 'understatement')],
    ['note_bad_signature', 'checkpoints/after.note', text => text.replace(/.{8}\n$/, 'AAAAAA==\n')],
    ['entries_malformed', 'entries.ndjson', text => `${text}{}\n`],
    ['openings_malformed', 'openings.ndjson', text => text.replace('"open"', '"shut"')],
    ['seal_malformed', 'seal.json', text => text.replace('"left"', '"lift"')],
  ]
  for (const [verdict, name, change] of forge)
    test(`${name} changed: ${verdict}`, async () => {
      const files = changed(small.files, name, change)
      expect(files.get(name)).not.toEqual(small.files.get(name))
      const report = await verifyBundle(membersOf(files), small.trust)
      expect(report.findings.map(finding => finding.verdict)).toContain(verdict)
      expect(report.verdict).not.toBe('ok')
    })

  test('a bundle made anew by somebody else, consistent in itself, fails by its key', async () => {
    const other = await makeSampleBundle({ size: 9, from: 3, to: 6 })
    expect((await verifyBundle(membersOf(other.files), null)).verdict).toBe('consistent_only')
    expect(await verdictOf(other.files)).toBe('note_unsigned')
    const { vkey } = await generateSigner('elsewhere.example/log/1/1')
    expect(await verdictOf(small.files, readTrust(vkey))).toBe('note_unsigned')
    expect(await verdictOf(small.files, { ...small.trust, origin: 'elsewhere.example' })).toBe(
      'note_wrong_origin',
    )
  })

  test('an entry of a conversation that is closed while its neighbours are open is found out', async () => {
    const { files, trust } = await makeSampleBundle({ size: 20, from: 0, to: 19, closeOdd: true, hide: [8] })
    const report = await verifyBundle(membersOf(files), trust)
    expect(report).toMatchObject({ verdict: 'conversation_counter_gap', position: 10, closed: 11 })
  })

  test('parts of two bundles of one log do not fit together', async () => {
    const other: SampleBundle = await makeSampleBundle({ size: 9, from: 3, to: 6, before: 2, closeOdd: true })
    for (const name of small.files.keys()) {
      const theirs = other.files.get(name)
      if (theirs === undefined || utf8Decode(theirs) === utf8Decode(small.files.get(name) ?? theirs)) continue
      expect(await verdictOf(new Map(small.files).set(name, theirs)), name).not.toBe('ok')
    }
  })
})

test('a line of the longest leaf at the highest position is read back, a longer one is not', () => {
  const entry = { position: 10 ** 15 - 1, hash: new Uint8Array(32), leaf: new Uint8Array(4096).fill(255) }
  expect(parseEntryLine(formatEntryLine(entry).trimEnd())).toEqual(entry)
  const longer = formatEntryLine({ ...entry, leaf: new Uint8Array(4200) }).trimEnd()
  expect(() => parseEntryLine(longer)).toThrow('entries_malformed')
})

describe('trust comes from a file of one’s own', () => {
  const vkey = small.trust.keys[0]?.vkey ?? ''
  const file = (keys: unknown) => JSON.stringify({ format: TRUST_FORMAT, origin: small.trust.origin, keys })
  test('a key alone and a file of keys with ranges are understood', async () => {
    for (const text of [vkey, `${vkey}\n`, file([{ vkey, fromSize: 0, toSize: 10 }])])
      expect((await verifyBundle(membersOf(small.files), readTrust(text))).verdict, text).toBe('ok')
  })
  test('a key outside its range has not signed', async () => {
    const late = readTrust(file([{ vkey, fromSize: 11, toSize: null }]))
    const { findings } = await verifyBundle(membersOf(small.files), late)
    expect(findings.map(({ verdict }) => verdict)).toContain('note_unsigned')
  })
  test('what holds no key is refused', () => {
    for (const text of ['', '{', '{}', 'hello', '[]', file([]), file([{}])])
      expect(() => readTrust(text), text).toThrow(ProofError)
  })
})
