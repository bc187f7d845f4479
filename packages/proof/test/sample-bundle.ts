import { crc32 } from '../src/crc32.ts'
import {
  ANCHOR_FORMAT,
  BUNDLE_FORMAT,
  type BundleAnchor,
  type BundleMember,
  type BundleSeal,
  commitPart,
  concatBytes,
  consistencyProof,
  encodeAnchor,
  encodeLeaf,
  encodeManifest,
  encodeSeal,
  formatCheckpoint,
  formatContextLine,
  formatEntryLine,
  formatOpeningLine,
  generateSigner,
  hashLeaf,
  inclusionProof,
  type Leaf,
  packHashes,
  rangeProof,
  readTrust,
  rootOf,
  sha256,
  signerFromSeed,
  signNote,
  type TrustFile,
  tileHashReader,
  toBase64,
  toHex,
  utf8Encode,
} from '../src/index.ts'
import {
  encodeCentralHeader,
  encodeLocalHeader,
  encodeZipEnd,
  ZIP_METHODS,
  type ZipHeader,
} from '../src/zip-format.ts'
import { sampleId, sampleLeaf } from './samples.ts'

export const BUNDLE_ORIGIN = 'desk.example/log/1/1'

const saltOf = (at: number) => sha256(utf8Encode(`salt ${at}`))
const wordsOf = (at: number) => utf8Encode(`words of entry ${at}, 你好`)

/** Entry 0 brings the name of Maya; the others are messages of two conversations taking turns. */
function leafAt(at: number): Leaf {
  const leaf = sampleLeaf(at, at % 2, Math.floor(at / 2) + 1)
  const name = at === 0 ? 'name' : 'text'
  const owner = at === 0 ? `agent:${sampleId('maya')}` : 'customer:x'
  return {
    ...leaf,
    actor: { kind: 'agent', id: sampleId('maya'), role: 'agent', named: sampleId('entry 0') },
    parts: { [name]: { owner, commitment: toBase64(commitPart(saltOf(at), name, wordsOf(at))) } },
  }
}

export type BundleShape = {
  readonly size: number
  readonly from: number
  readonly to: number
  readonly before?: number
  readonly closeOdd?: boolean
  /** Positions that are closed whatever they are about. */
  readonly hide?: readonly number[]
  /** A head of so many entries that a witness cosigned and an authority stamped. */
  readonly anchoredAt?: number
  /** 32 bytes that make the log's key; random by default. */
  readonly seed?: Uint8Array
}
export type SampleBundle = {
  readonly files: Map<string, Uint8Array>
  readonly trust: TrustFile
  readonly vkey: string
  readonly skey: string
  /** The witness's key, when there is an anchor. */
  readonly witness: string | null
}

const readerOver = (hashes: readonly Uint8Array[]) =>
  tileHashReader(hashes.length, async (level, index, width) => {
    const span = 256 ** level
    const roots = Array.from({ length: width }, (_, at) =>
      rootOf(hashes.slice((index * 256 + at) * span, (index * 256 + at + 1) * span)),
    )
    return concatBytes(...roots)
  })

/** A bundle as the server makes them, of a log of `size` entries and one more that records the bundle. */
export async function makeSampleBundle(shape: BundleShape): Promise<SampleBundle> {
  const { size, from, to, before, closeOdd = false, hide = [] } = shape
  const { vkey, skey } = await (shape.seed
    ? signerFromSeed(BUNDLE_ORIGIN, shape.seed)
    : generateSigner(BUNDLE_ORIGIN))
  const leaves = Array.from({ length: size }, (_, at) => encodeLeaf(leafAt(at)))
  const sign = (hashes: readonly Uint8Array[]) =>
    signNote(formatCheckpoint({ origin: BUNDLE_ORIGIN, size: hashes.length, root: rootOf(hashes) }), [skey])
  const files = new Map<string, Uint8Array>()
  const put = (name: string, text: string) => files.set(name, utf8Encode(text))
  const isClosed = (at: number) => (closeOdd && at % 2 === 1) || hide.includes(at)
  const range = leaves.slice(from, to + 1).map((leaf, at) => ({ leaf, position: from + at }))
  put(
    'entries.ndjson',
    range
      .map(({ leaf, position }) =>
        formatEntryLine({ position, hash: hashLeaf(leaf), ...(isClosed(position) ? {} : { leaf }) }),
      )
      .join(''),
  )
  const shown = range.filter(({ position }) => !isClosed(position)).map(({ position }) => position)
  put(
    'openings.ndjson',
    shown
      .map(at =>
        formatOpeningLine({
          position: at,
          name: at === 0 ? 'name' : 'text',
          opening:
            at % 5 === 3 ? { state: 'withheld' } : { state: 'open', salt: saltOf(at), bytes: wordsOf(at) },
        }),
      )
      .join(''),
  )
  const witness = shape.anchoredAt === undefined ? null : await witnessOf(shape.seed)
  if (witness && shape.anchoredAt !== undefined) {
    const hashes = leaves.slice(0, shape.anchoredAt).map(hashLeaf)
    const note = await sign(hashes)
    const text = note.slice(0, note.indexOf('\n\n') + 1)
    const cosigned = (await signNote(text, [witness.skey], 1_790_000_000)).slice(text.length + 1)
    const { right } = await rangeProof(from, to + 1, hashes.length, readerOver(hashes))
    const timestamps = [{ name: 'tsa.example', token: toBase64(sampleToken(sha256(utf8Encode(note)))) }]
    const anchor: BundleAnchor = {
      format: ANCHOR_FORMAT,
      note,
      cosignatures: [cosigned],
      timestamps,
      right: packHashes(right),
    }
    files.set(`anchors/${hashes.length}.json`, encodeAnchor(anchor))
  }
  put('statement.html', '<!doctype html><title>statement</title>')
  put('trust.json', '{}')
  if (before !== undefined) put('checkpoints/before.note', await sign(leaves.slice(0, before).map(hashLeaf)))
  const manifest = encodeManifest({
    format: BUNDLE_FORMAT,
    origin: BUNDLE_ORIGIN,
    workspace: { id: '1', name: 'Desk' },
    range: { from, to },
    scope: {},
    counts: { entries: range.length, closed: range.length - shown.length, openings: shown.length },
    askedBy: { kind: 'agent', id: sampleId('maya'), name: 'Maya', role: 'auditor' },
    askedAt: '2026-11-23T02:36:07.123456Z',
    language: 'en',
    software: 'Tracedesk test',
    members: [...files]
      .map(([name, bytes]) => ({ name, size: bytes.length, sha256: toHex(sha256(bytes)) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  })
  files.set('manifest.json', manifest)
  const record = encodeLeaf({
    ...leafAt(size),
    event: 'evidence.stated',
    parts: {},
    data: { manifestSha256: toHex(sha256(manifest)), fromPosition: from, toPosition: to },
  })
  await seal(files, [...leaves, record], shape, sign)
  const trust = { ...readTrust(vkey), witnesses: witness ? [witness.vkey] : [] }
  return { files, trust, vkey, skey, witness: witness?.vkey ?? null }
}

const witnessOf = (seed?: Uint8Array) =>
  seed ? signerFromSeed('w.example', sha256(seed), 'witness') : generateSigner('w.example', 'witness')

/** The frame of an RFC 3161 token over a hash: what a verifier without certificates reads. */
export function sampleToken(hash: Uint8Array): Uint8Array {
  const der = (tag: number, ...content: Uint8Array[]) => {
    const body = concatBytes(...content)
    return concatBytes(Uint8Array.of(tag, ...(body.length < 128 ? [] : [0x81]), body.length), body)
  }
  const oid = (...bytes: number[]) => der(0x06, Uint8Array.of(...bytes))
  const sha = oid(0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01)
  const one = der(0x02, Uint8Array.of(1))
  const imprint = der(0x30, der(0x30, sha), der(0x04, hash))
  const info = der(0x30, one, oid(0x2a, 0x03), imprint, one, der(0x18, utf8Encode('20261123023700Z')))
  const content = der(0x30, oid(0x2a, 0x04), der(0xa0, der(0x04, info)))
  return der(0x30, oid(0x2a, 0x05), der(0xa0, der(0x30, one, der(0x31), content)))
}

async function seal(
  files: Map<string, Uint8Array>,
  leaves: Uint8Array[],
  { from, to, before }: BundleShape,
  sign: (hashes: Uint8Array[]) => Promise<string>,
): Promise<void> {
  const hashes = leaves.map(hashLeaf)
  const size = hashes.length
  const reader = readerOver(hashes)
  const note = utf8Encode(await sign(hashes))
  const named = leaves[0] ?? new Uint8Array()
  const context = utf8Encode(
    formatContextLine({
      position: 0,
      leaf: named,
      path: concatBytes(...(await inclusionProof(0, size, reader))),
      salt: saltOf(0),
      bytes: wordsOf(0),
    }),
  )
  const { left, right } = await rangeProof(from, to + 1, size, reader)
  const sealed: BundleSeal = {
    after: { sha256: toHex(sha256(note)), size: note.length },
    before: before === undefined ? '' : packHashes(await consistencyProof(before, size, reader)),
    context: { sha256: toHex(sha256(context)), size: context.length },
    left: packHashes(left),
    right: packHashes(right),
    record: {
      leaf: toBase64(leaves.at(-1) ?? named),
      path: packHashes(await inclusionProof(size - 1, size, reader)),
      position: size - 1,
    },
  }
  files
    .set('context.ndjson', context)
    .set('checkpoints/after.note', note)
    .set('seal.json', encodeSeal(sealed))
}

/** Members over bytes in memory, in pieces of `piece` bytes. */
export function membersOf(files: ReadonlyMap<string, Uint8Array>, piece = 1000): BundleMember[] {
  return [...files].map(([name, bytes]) => ({
    name,
    size: bytes.length,
    async *read() {
      for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece)
    },
  }))
}

/** A ZIP of stored members, byte for byte as the format says; `packed` gives a member other bytes to lie packed. */
export function zipOf(
  files: ReadonlyMap<string, Uint8Array>,
  packed: ReadonlyMap<string, Uint8Array> = new Map(),
): Uint8Array {
  const chunks: Uint8Array[] = []
  const headers: ZipHeader[] = []
  let offset = 0
  for (const [name, bytes] of files) {
    const body = packed.get(name) ?? bytes
    const method = packed.has(name) ? ZIP_METHODS.deflated : ZIP_METHODS.stored
    const header = { name, method, crc: crc32(bytes), packedSize: body.length, size: bytes.length, offset }
    chunks.push(encodeLocalHeader(header), body)
    headers.push(header)
    offset += encodeLocalHeader(header).length + body.length
  }
  const directory = concatBytes(...headers.map(encodeCentralHeader))
  return concatBytes(...chunks, directory, encodeZipEnd(headers.length, directory.length, offset))
}
