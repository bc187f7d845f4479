import { deflateRawSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeSampleBundle, zipOf } from '../test/sample-bundle.ts'
import { sampleLeaf } from '../test/samples.ts'
import { zipAttacks } from '../test/vector-cases-bundle.ts'
import { BUNDLE_VERDICTS } from './bundle-verdict.ts'
import { verifyBundleFile } from './bundle-verify.ts'
import { utf8Decode, utf8Encode } from './bytes.ts'
import { CHECKPOINT_VERDICTS, formatCheckpoint, parseCheckpoint, verifyCheckpoint } from './checkpoint.ts'
import { decodeEntryBundle, encodeEntryBundle } from './entry-bundle.ts'
import { ProofError } from './errors.ts'
import { decodeLeaf, encodeLeaf } from './leaf.ts'
import { parseNote, signNote, verifyNote } from './note.ts'
import { generateSigner, parseVkey } from './note-key.ts'
import { parseTilePath, tilePath } from './tile.ts'
import { readTimestampInfo } from './timestamp-info.ts'
import { formatTlogProof, parseTlogProof, verifyTlogProof } from './tlog-proof.ts'
import { hashLeaf, rootOf } from './tree.ts'
import { formatTrustFile, parseTrustFile } from './trust-file.ts'
import { verifyLog } from './verify-log.ts'
import { formatAddCheckpoint, parseAddCheckpoint, verifyCosignature } from './witness.ts'
import { sourceOf } from './zip-read.ts'

// Whatever arrives from outside ends in a value or a code, at once: never in another exception, never in a wait.

/** No input may take longer, with plenty of room for a machine that has other things to do. */
const AT_ONCE_MS = 2_000

const ORIGIN = 'desk.example/log/one/1'
const log = await generateSigner(ORIGIN)
const witness = await generateSigner('w.example', 'witness')
const leaves = Array.from({ length: 3 }, (_, at) => encodeLeaf(sampleLeaf(at)))
const hashes = leaves.map(hashLeaf)
const text = formatCheckpoint({ origin: ORIGIN, size: 3, root: rootOf(hashes) })
const note = await signNote(await signNote(text, [log.skey]).then(parseNote), [witness.skey])
const trust = { origin: ORIGIN, trustedVkeys: [log.vkey], witnessVkeys: [witness.vkey] }
const proofFile = formatTlogProof({ index: 0, proof: hashes.slice(1), checkpoint: note })
const keys = [{ vkey: log.vkey, fromSize: 0, toSize: null }]
const earlier = [{ origin: 'desk.example/log/one/0', keys }]
const trustFile = formatTrustFile({ origin: ORIGIN, keys, witnesses: [witness.vkey], earlier })

const asText = (run: (text: string) => unknown) => (bytes: Uint8Array) => run(new TextDecoder().decode(bytes))

/** Each parser with something it takes. */
const PARSERS: readonly (readonly [name: string, sample: Uint8Array, run: (bytes: Uint8Array) => unknown])[] =
  [
    ['a note', utf8Encode(note), parseNote],
    ['a checkpoint', utf8Encode(text), asText(parseCheckpoint)],
    ['a verifier key', utf8Encode(log.vkey), asText(parseVkey)],
    ['a proof file', utf8Encode(proofFile), asText(parseTlogProof)],
    ['a tile path', utf8Encode(tilePath(1, 70_000, 12)), asText(parseTilePath)],
    ['a leaf', leaves[0] as Uint8Array, decodeLeaf],
    ['the entries of a tile', encodeEntryBundle(leaves), bytes => decodeEntryBundle(bytes, 3)],
    ['a trust file', utf8Encode(trustFile), asText(parseTrustFile)],
    [
      'what a witness is asked',
      utf8Encode(formatAddCheckpoint({ oldSize: 1, proof: hashes, note })),
      asText(parseAddCheckpoint),
    ],
    ['a timestamp', Uint8Array.of(0x30, 0x84, 0, 0, 0, 2, 0x06, 0), readTimestampInfo],
  ]

/** A value, or one of our codes: anything else fails the test. Says how long it took. */
async function outcome(run: () => unknown): Promise<number> {
  const begun = performance.now()
  try {
    await run()
  } catch (error) {
    if (!(error instanceof ProofError)) throw error
  }
  return performance.now() - begun
}

/** Bytes like the sample: pieces of it cut out, doubled, replaced by others, or nothing of it at all. */
const like = (sample: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc
      .record({ at: fc.nat(sample.length), cut: fc.nat(40), put: fc.uint8Array({ maxLength: 20 }) })
      .map(({ at, cut, put }) =>
        Uint8Array.from([...sample.subarray(0, at), ...put, ...sample.subarray(at + cut)]),
      ),
    fc.record({ at: fc.nat(sample.length), times: fc.integer({ min: 2, max: 60 }) }).map(({ at, times }) => {
      const piece = sample.subarray(at, at + 60)
      return Uint8Array.from([
        ...sample.subarray(0, at),
        ...Array.from({ length: times }, () => [...piece]).flat(),
        ...sample.subarray(at),
      ])
    }),
  )

/** Large and lopsided: what makes a careless parser slow or deep. */
const HUGE: readonly (readonly [name: string, bytes: () => Uint8Array])[] = [
  ['two megabytes of one letter', () => new Uint8Array(2_000_000).fill(0x41)],
  ['a million empty lines', () => new Uint8Array(1_000_000).fill(0x0a)],
  ['brackets inside brackets', () => utf8Encode('['.repeat(500_000))],
  ['objects inside objects', () => utf8Encode('{"a":'.repeat(300_000))],
  ['a number of a million digits', () => utf8Encode('9'.repeat(1_000_000))],
  ['a million signature lines', () => utf8Encode(`x\n\n${'— a AAAA\n'.repeat(100_000)}`)],
  ['lengths that count on each other', () => new Uint8Array(1_000_000).fill(0x30)],
  ['base64 without end', () => utf8Encode(`${note.slice(0, -2)}${'A'.repeat(1_000_000)}`)],
]

describe.each(PARSERS)('%s', (_name, sample, run) => {
  test('cut short anywhere, bent, doubled or made of anything, is taken or refused by a code', async () => {
    await fc.assert(
      fc.asyncProperty(like(sample), async bytes => (await outcome(() => run(bytes))) < AT_ONCE_MS),
      { numRuns: 400, interruptAfterTimeLimit: 10_000 },
    )
    for (let length = 0; length < sample.length; length += Math.ceil(sample.length / 400))
      await outcome(() => run(sample.subarray(0, length)))
  }, 30_000)
  test.each(HUGE)('and %s as well, at once', async (_what, bytes) => {
    expect(await outcome(() => run(bytes()))).toBeLessThan(AT_ONCE_MS)
  })
})

describe('verifying', () => {
  const inputs = fc.oneof(like(utf8Encode(note)), like(utf8Encode(proofFile)))
  test('any note, against any trust of ours, is one of the verdicts', async () => {
    await fc.assert(
      fc.asyncProperty(inputs, async bytes => {
        const { verdict } = await verifyCheckpoint(bytes, trust)
        return CHECKPOINT_VERDICTS.includes(verdict)
      }),
      { numRuns: 400, interruptAfterTimeLimit: 10_000 },
    )
  }, 30_000)
  test('any proof file, note or cosignature is a verdict, and ok only for what was made', async () => {
    await fc.assert(
      fc.asyncProperty(inputs, async bytes => {
        const given = new TextDecoder().decode(bytes)
        const { verdict } = await verifyTlogProof(given, leaves[0] as Uint8Array, trust)
        await verifyNote(bytes, [log.vkey])
        await verifyCosignature(note, given, witness.vkey, null)
        return verdict !== 'ok' || parseTlogProof(given).index === 0
      }),
      { numRuns: 400, interruptAfterTimeLimit: 10_000 },
    )
  }, 30_000)
  test('a log of any leaves, at any positions, is a report', async () => {
    const entry = fc.record({
      position: fc.oneof(fc.nat(5), fc.constantFrom(-1, 2 ** 53, Number.NaN, 1.5)),
      bytes: fc.oneof(like(leaves[0] as Uint8Array), fc.constantFrom(...leaves)),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 5 }), like(utf8Encode(note)), async (entries, any) => {
        const { verdict } = await verifyLog({ ...trust, checkpoint: new TextDecoder().decode(any) }, [
          entries,
        ])
        return verdict !== 'ok' || entries.length === 3
      }),
      { numRuns: 300, interruptAfterTimeLimit: 10_000 },
    )
  }, 30_000)
})

describe('a bundle', async () => {
  const { files, trust: whose } = await makeSampleBundle({ size: 5, from: 1, to: 3 })
  const verdictOf = async (bytes: Uint8Array) => {
    const begun = performance.now()
    const { verdict } = await verifyBundleFile(sourceOf(bytes), whose)
    expect(performance.now() - begun).toBeLessThan(AT_ONCE_MS)
    expect(BUNDLE_VERDICTS).toContain(verdict)
    return verdict
  }
  test.each(zipAttacks(files))('whose headers lie (%s) is refused', async (_name, bytes, verdict) => {
    expect(await verdictOf(bytes)).toBe(verdict)
  })
  test('whose bombs are many, each within its bounds, is refused without unpacking them all', async () => {
    const piece = new Uint8Array(4_000_000)
    const packed = new Uint8Array(deflateRawSync(piece))
    const bombs = Array.from({ length: 50 }, (_, at) => `anchors/${at}.json`)
    const all = new Map([...files, ...bombs.map(name => [name, piece] as const)])
    expect(await verdictOf(zipOf(all, new Map(bombs.map(name => [name, packed]))))).not.toBe('ok')
  })
  test('with any member deep, long, or of a million lines is refused at once', async () => {
    for (const [, bytes] of HUGE)
      for (const member of files.keys())
        expect(await verdictOf(zipOf(new Map(files).set(member, bytes()))), member).not.toBe('ok')
  }, 60_000)
  test('that cannot be read to its end is refused', async () => {
    const zip = zipOf(files)
    const source = { size: zip.length, read: async () => new Uint8Array(1) }
    expect((await verifyBundleFile(source, whose)).verdict).toBe('zip_malformed')
  })
})

test('a path of a tile is taken only in the one form it is written in', () => {
  fc.assert(
    fc.property(like(utf8Encode(tilePath(2, 1_234_567, 7))), bytes => {
      try {
        const given = utf8Decode(bytes)
        const { level, index, width } = parseTilePath(given)
        return tilePath(level, index, width) === given
      } catch (error) {
        return error instanceof ProofError
      }
    }),
  )
})
