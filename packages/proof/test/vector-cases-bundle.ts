import { concatBytes, sha256, signerFromSeed, toBase64, utf8Decode, utf8Encode } from '../src/index.ts'
import { CENTRAL_HEADER_BYTES, ZIP_END_BYTES } from '../src/zip-format.ts'
import { BUNDLE_ORIGIN, makeSampleBundle, zipOf } from './sample-bundle.ts'

export type BundleVector = {
  readonly name: string
  /** The file in base64. */
  readonly zip: string
  /** The key trusted, for any size; null: none. */
  readonly vkey: string | null
  readonly wantErr: string | null
  readonly wantPosition: number | null
}

type Change = (text: string) => string
type Case = readonly [name: string, member: string, change: Change, wantErr: string, wantPosition?: number]

const swapLines: Change = text => text.replace(/^(.*\n)(.*\n)/, '$2$1')

/** Each changes one member and leaves everything else as it is. */
const CASES: readonly Case[] = [
  [
    'a leaf changed',
    'entries.ndjson',
    text => text.replace('"leaf":"eyJh', '"leaf":"eyJi'),
    'leaf_hash_mismatch',
    2,
  ],
  ['two entries swapped', 'entries.ndjson', swapLines, 'entry_position_gap', 1],
  ['the first entry left out', 'entries.ndjson', text => text.replace(/^.*\n/, ''), 'entry_position_gap', 1],
  ['the last entry left out', 'entries.ndjson', text => text.replace(/.*\n$/, ''), 'count_mismatch', 3],
  ['white space in a line', 'entries.ndjson', text => text.replace(',', ', '), 'entries_malformed'],
  ['the last line without its end', 'entries.ndjson', text => text.slice(0, -1), 'member_changed'],
  [
    'other words',
    'openings.ndjson',
    text => text.replace('"bytes":"d29y', '"bytes":"d29x'),
    'part_mismatch',
    2,
  ],
  ['a part kept silent about', 'openings.ndjson', text => text.replace(/^.*\n/, ''), 'part_missing', 2],
  ['another asker', 'manifest.json', text => text.replace('"Maya"', '"Omar"'), 'manifest_not_recorded'],
  [
    'members not in order',
    'manifest.json',
    text => text.replace('"format"', '"Format"'),
    'manifest_malformed',
  ],
  [
    'a later format',
    'manifest.json',
    text => text.replace('bundle/v1', 'bundle/v2'),
    'manifest_version_unknown',
  ],
  ['another statement', 'statement.html', text => text.replace('statement', 'Statement'), 'member_changed'],
  [
    'a hash on the left changed',
    'seal.json',
    text => text.replace(/"left":"./, '"left":"+'),
    'range_root_mismatch',
  ],
  [
    'a hash on the right left out',
    'seal.json',
    text => text.replace(/"right":"[^"]*"/, '"right":""'),
    'seal_malformed',
  ],
  [
    'the checkpoint of another size',
    'checkpoints/after.note',
    text => text.replace('\n6\n', '\n7\n'),
    'member_changed',
  ],
]

export async function bundleVectors(): Promise<BundleVector[]> {
  const seed = sha256(utf8Encode('log'))
  const { files, vkey } = await makeSampleBundle({ size: 5, from: 1, to: 3, closeOdd: true, before: 1, seed })
  const zip = zipOf(files)
  const vector = (
    name: string,
    file: Uint8Array,
    wantErr: string | null,
    wantPosition: number | null = null,
  ) => ({
    name,
    zip: toBase64(file),
    vkey,
    wantErr,
    wantPosition,
  })
  const stranger = await signerFromSeed(BUNDLE_ORIGIN, sha256(utf8Encode('stranger')))
  const without = new Map(files)
  without.delete('checkpoints/before.note')
  return [
    vector('as it was made', zip, null),
    { ...vector('without a key', zip, 'consistent_only'), vkey: null },
    { ...vector('with the key of somebody else', zip, 'note_unsigned'), vkey: stranger.vkey },
    ...CASES.map(([name, member, change, wantErr, wantPosition]) => {
      const text = utf8Decode(files.get(member) ?? new Uint8Array())
      return vector(name, zipOf(new Map(files).set(member, utf8Encode(change(text)))), wantErr, wantPosition)
    }),
    vector('a member missing', zipOf(without), 'member_missing'),
    vector('a member too many', zipOf(new Map(files).set('anchors/x', new Uint8Array(1))), 'member_unknown'),
    vector(
      'a name that leads elsewhere',
      zipOf(new Map(files).set('../x', new Uint8Array(1))),
      'zip_malformed',
    ),
    ...zipAttacks(files).map(([name, file, wantErr]) => vector(name, file, wantErr)),
    ...(await anchorVectors(vkey)),
    vector('cut short', zip.subarray(0, 3000), 'zip_malformed'),
    vector('a byte in front', concatBytes(Uint8Array.of(0), zip), 'zip_malformed'),
    vector('nothing at all', new Uint8Array(), 'zip_malformed'),
  ]
}

/** Files whose headers lie. Every other byte is as it was, so that only the lie can be what is found. */
export function zipAttacks(files: ReadonlyMap<string, Uint8Array>): [string, Uint8Array, string][] {
  const zip = zipOf(files)
  const end = zip.length - ZIP_END_BYTES
  const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const directory = viewOf(zip).getUint32(end + 16, true)
  const patched = (...changes: readonly [at: number, value: number, bytes?: 2 | 4][]) => {
    const copy = zip.slice()
    for (const [at, value, width = 4] of changes)
      if (width === 2) viewOf(copy).setUint16(at, value, true)
      else viewOf(copy).setUint32(at, value, true)
    return copy
  }
  const second = directory + CENTRAL_HEADER_BYTES + viewOf(zip).getUint16(directory + 28, true)
  const renamed = (from: string, to: string) => {
    const doubled = zipOf(new Map([...files, [from, new Uint8Array(1)]]))
    const text = Array.from(doubled, byte => String.fromCharCode(byte)).join('')
    return Uint8Array.from(text.replaceAll(from, to), char => char.charCodeAt(0))
  }
  return [
    ['a member there twice', renamed('seal_json', 'seal.json'), 'member_duplicate'],
    ['two members over the same bytes', patched([second + 42, 0]), 'zip_malformed'],
    ['a member that begins inside another', patched([second + 42, 10]), 'zip_malformed'],
    [
      'a member of four gigabytes',
      patched([directory + 20, 2 ** 32 - 1], [directory + 24, 2 ** 32 - 1]),
      'zip_too_large',
    ],
    [
      'a member that says it unpacks to two gigabytes',
      patched([directory + 10, 8, 2], [directory + 24, 2 ** 31 - 1]),
      'zip_too_large',
    ],
    ['a name longer than the directory', patched([directory + 28, 0xffff, 2]), 'zip_malformed'],
    ['a directory beyond the file', patched([end + 16, 2 ** 32 - 1]), 'zip_malformed'],
    ['a directory as long as the file', patched([end + 12, zip.length]), 'zip_malformed'],
    ['more members than there are', patched([end + 8, 60, 2], [end + 10, 60, 2]), 'zip_malformed'],
    ['65,535 members', patched([end + 8, 0xffff, 2], [end + 10, 0xffff, 2]), 'zip_too_large'],
    ['a method nobody named', patched([directory + 10, 99, 2]), 'zip_malformed'],
    ['an encrypted member', patched([directory + 8, 0x0801, 2]), 'zip_malformed'],
    ['a comment', patched([end + 20, 1, 2]), 'zip_malformed'],
  ]
}

/** With what outsiders confirmed; the trust of these vectors names no witness. */
async function anchorVectors(vkey: string): Promise<BundleVector[]> {
  const seed = sha256(utf8Encode('log'))
  const { files } = await makeSampleBundle({ size: 5, from: 1, to: 3, anchoredAt: 5, seed })
  const name = 'anchors/5.json'
  const vector = (called: string, change: Change, wantErr: string | null) => {
    const text = change(utf8Decode(files.get(name) ?? new Uint8Array()))
    const zip = toBase64(zipOf(new Map(files).set(name, utf8Encode(text))))
    return { name: called, zip, vkey, wantErr, wantPosition: null }
  }
  return [
    vector('with a head that outsiders confirmed', text => text, null),
    vector('its note of another size', text => text.replace('\\n5\\n', '\\n4\\n'), 'anchor_mismatch'),
    vector('its hashes left out', text => text.replace(/"right":"[^"]*"/, '"right":""'), 'anchor_mismatch'),
    vector(
      'its timestamp no token',
      text => text.replace(/"token":"[^"]*"/, '"token":"MAA="'),
      'anchor_malformed',
    ),
    vector('nothing of what outsiders gave', () => '{}', 'anchor_malformed'),
  ]
}
