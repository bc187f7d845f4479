import { deflateRawSync } from 'node:zlib'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeSampleBundle, zipOf } from '../test/sample-bundle.ts'
import { BUNDLE_VERDICTS } from './bundle-verdict.ts'
import { verifyBundleFile } from './bundle-verify.ts'
import { utf8Encode } from './bytes.ts'
import { sha256 } from './sha256.ts'
import { Sha256Stream } from './sha256-stream.ts'
import { sourceOf } from './zip-read.ts'

const { files, trust } = await makeSampleBundle({ size: 5, from: 1, to: 3 })
const zip = zipOf(files)
const verdictOf = async (bytes: Uint8Array) => (await verifyBundleFile(sourceOf(bytes), trust)).verdict

test('each byte of the file matters, headers included', async () => {
  expect(await verdictOf(zip)).toBe('ok')
  for (let at = 0; at < zip.length; at += 1) {
    const forged = zip.slice()
    forged[at] = (forged[at] ?? 0) ^ (1 << (at % 8))
    const verdict = await verdictOf(forged)
    if (verdict === 'ok') expect.fail(`byte ${at}`)
  }
}, 120_000)

test('a file cut short anywhere is a verdict', async () => {
  for (let length = 0; length < zip.length; length += 13)
    expect(await verdictOf(zip.subarray(0, length))).toBe('zip_malformed')
})

test('bytes before, between or behind the members are refused', async () => {
  expect(await verdictOf(new Uint8Array([0, ...zip]))).toBe('zip_malformed')
  expect(await verdictOf(new Uint8Array([...zip, 0]))).toBe('zip_malformed')
})

test('a member that unpacks to more than it says is stopped there', async () => {
  const bomb = new Uint8Array(deflateRawSync(new Uint8Array(64 * 1024 * 1024)))
  const small = new Map(files).set('statement.html', new Uint8Array(50_000))
  expect(await verdictOf(zipOf(small, new Map([['statement.html', bomb]])))).not.toBe('ok')
  const manifest = new Map(files).set('manifest.json', new Uint8Array(1000))
  expect(await verdictOf(zipOf(manifest, new Map([['manifest.json', bomb]])))).toBe('zip_too_large')
})

test('a member that says it is far larger than its packed bytes is not unpacked at all', async () => {
  const huge = new Uint8Array(64 * 1024 * 1024)
  const packed = new Uint8Array(deflateRawSync(huge))
  const bomb = zipOf(new Map(files).set('entries.ndjson', huge), new Map([['entries.ndjson', packed]]))
  expect(await verdictOf(bomb)).toBe('zip_too_large')
})

test('names that lead elsewhere, too many members and unpackable bytes are refused', async () => {
  for (const name of ['../manifest.json', '/etc/passwd', 'a/../../b', 'A.json', 'a\\b', 'c:x', 'a//b', ''])
    expect(await verdictOf(zipOf(new Map(files).set(name, new Uint8Array(1)))), name).toBe('zip_malformed')
  const many = new Map(Array.from({ length: 65 }, (_, at) => [`anchors/${at}`, new Uint8Array(1)] as const))
  expect(await verdictOf(zipOf(many))).toBe('zip_too_large')
  expect(
    await verdictOf(
      zipOf(files, new Map([['manifest.json', utf8Encode('no deflate stream at all, is it')]])),
    ),
  ).toBe('zip_malformed')
})

test('whatever the file is, there is a verdict, and never ok', async () => {
  const anyBytes = fc.uint8Array({ maxLength: 400 })
  const spliced = fc.record({
    at: fc.nat(zip.length),
    cut: fc.nat(60),
    put: fc.uint8Array({ maxLength: 60 }),
  })
  const forge = fc.oneof(
    anyBytes,
    spliced.map(
      ({ at, cut, put }) => new Uint8Array([...zip.subarray(0, at), ...put, ...zip.subarray(at + cut)]),
    ),
  )
  await fc.assert(
    fc.asyncProperty(forge, async bytes => {
      const verdict = await verdictOf(bytes)
      const same = bytes.length === zip.length && bytes.every((byte, at) => byte === zip[at])
      return BUNDLE_VERDICTS.includes(verdict) && (verdict === 'ok') === same
    }),
    { numRuns: 2_000, interruptAfterTimeLimit: 20_000 },
  )
}, 60_000)

test('members of any content never bring the verifier down', async () => {
  const name = fc.constantFrom(...files.keys())
  const line = fc.oneof(
    fc.string(),
    fc.json(),
    fc.constantFrom('{"hash":"","position":1}', '{"__proto__":1}', '[]', 'null', '{"left":"'),
  )
  await fc.assert(
    fc.asyncProperty(name, fc.array(line, { maxLength: 5 }), async (member, lines) => {
      const text = lines.map(one => `${one.toWellFormed()}\n`).join('')
      const verdict = await verdictOf(zipOf(new Map(files).set(member, utf8Encode(text))))
      return verdict !== 'ok' || text === new TextDecoder().decode(files.get(member))
    }),
    { numRuns: 1_000, interruptAfterTimeLimit: 20_000 },
  )
}, 60_000)

test('hashing in pieces gives the same as hashing at once', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 8 }), pieces => {
      const stream = new Sha256Stream()
      for (const piece of pieces) stream.update(piece)
      const whole = new Uint8Array(pieces.flatMap(piece => [...piece]))
      return stream.digest().every((byte, at) => byte === sha256(whole)[at])
    }),
  )
})
