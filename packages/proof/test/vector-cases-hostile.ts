import {
  concatBytes,
  encodeEntryBundle,
  formatAddCheckpoint,
  formatCheckpoint,
  formatTrustFile,
  rootOf,
  sha256,
  signerFromSeed,
  signNote,
  toHex,
  utf8Encode,
} from '../src/index.ts'

// Cases for what reaches a verifier from others beside notes, leaves and bundles.

export type TextVector = { readonly name: string; readonly text: string; readonly wantErr: string | null }

export type EntryBundleVector = {
  readonly name: string
  readonly bytesHex: string
  /** How many entries the tile's path promises. */
  readonly width: number
  readonly wantErr: string | null
}

const ORIGIN = 'desk.example/log/1/2'
const keyOf = (name: string, type?: 'witness') => signerFromSeed(name, sha256(utf8Encode(name)), type)

export async function trustFileVectors(): Promise<TextVector[]> {
  const { vkey } = await keyOf(ORIGIN)
  const { vkey: old } = await keyOf('desk.example/log/1/1')
  const { vkey: witness } = await keyOf('witness.example/w1', 'witness')
  const keys = [{ vkey, fromSize: 40, toSize: null }]
  const earlier = [{ origin: 'desk.example/log/1/1', keys: [{ vkey: old, fromSize: 0, toSize: null }] }]
  const good = { format: 'tracedesk-trust/v1', origin: ORIGIN, keys, witnesses: [witness] }
  const bad = (name: string, change: object, wantErr = 'bad_trust') => ({
    name,
    text: JSON.stringify({ ...good, ...change }),
    wantErr,
  })
  const range = (change: object) => ({ keys: [{ ...keys[0], ...change }] })
  return [
    { name: 'a key and a witness', text: formatTrustFile(good), wantErr: null },
    { name: 'with the epoch before', text: formatTrustFile({ ...good, earlier }), wantErr: null },
    { name: 'nothing', text: '', wantErr: 'bad_trust' },
    { name: 'a list', text: '[]', wantErr: 'bad_trust' },
    { name: 'cut short', text: formatTrustFile(good).slice(0, 100), wantErr: 'bad_trust' },
    bad('another format', { format: 'tracedesk-trust/v2' }),
    bad('no origin', { origin: '' }),
    bad('an origin of two lines', { origin: 'a\nb' }),
    bad('no keys', { keys: [] }),
    bad('keys that are no list', { keys: { length: 1, 0: keys[0] } }),
    bad('a size below nothing', range({ fromSize: -1 })),
    bad('a size that is no whole number', range({ fromSize: 1.5 })),
    bad('a size beyond what can be counted', range({ fromSize: 2 ** 60 })),
    bad('a range that ends before it begins', range({ fromSize: 40, toSize: 39 })),
    bad('a range without an end', range({ toSize: undefined })),
    bad('a key that is none', range({ vkey: 'desk.example+00000000+AAAA' }), 'bad_vkey'),
    bad('a witness among the keys of the log', range({ vkey: witness }), 'bad_vkey'),
    bad('a log among the witnesses', { witnesses: [vkey] }, 'bad_vkey'),
    bad('witnesses that are no list', { witnesses: witness }),
    bad('earlier epochs that are no list', { earlier: {} }),
    bad('an earlier epoch without keys', { earlier: [{ origin: ORIGIN }] }),
    bad('an earlier epoch without origin', { earlier: [{ keys }] }),
    bad('an earlier epoch that is nothing', { earlier: [null] }),
  ]
}

export function entryBundleVectors(): EntryBundleVector[] {
  const entries = [utf8Encode('one'), utf8Encode(''), utf8Encode('three')]
  const whole = encodeEntryBundle(entries)
  const vector = (name: string, bytes: Uint8Array, width: number, wantErr: string | null = 'bad_bundle') => ({
    name,
    bytesHex: toHex(bytes),
    width,
    wantErr,
  })
  return [
    vector('three entries, one of them empty', whole, 3, null),
    vector('no entry', new Uint8Array(), 0, null),
    vector('fewer than the path promises', whole, 4),
    vector('more than the path promises', whole, 2),
    vector('cut short in an entry', whole.subarray(0, -1), 3),
    vector('cut short in a length', whole.subarray(0, 6), 3),
    vector('a byte behind the last entry', concatBytes(whole, Uint8Array.of(0)), 3),
    vector('a length beyond the end', Uint8Array.of(0xff, 0xff, 1), 1),
  ]
}

export async function addCheckpointVectors(): Promise<TextVector[]> {
  const { skey } = await keyOf(ORIGIN)
  const root = rootOf([sha256(utf8Encode('leaf'))])
  const note = await signNote(formatCheckpoint({ origin: ORIGIN, size: 1, root }), [skey])
  const proof = [sha256(utf8Encode('a'))]
  const good = formatAddCheckpoint({ oldSize: 3, proof, note })
  const bad = (name: string, text: string, wantErr = 'bad_witness_message') => ({ name, text, wantErr })
  return [
    { name: 'a size, one hash and a note', text: good, wantErr: null },
    {
      name: 'the first of a log',
      text: formatAddCheckpoint({ oldSize: 0, proof: [], note }),
      wantErr: null,
    },
    bad('nothing', ''),
    bad('no empty line', good.replace('\n\n', '\n'), 'bad_note'),
    bad('no old size', good.replace(/^old 3\n/, '')),
    bad('an old size below nothing', good.replace('old 3', 'old -3')),
    bad('an old size with a zero in front', good.replace('old 3', 'old 03')),
    bad('an old size beyond what can be counted', good.replace('old 3', 'old 9999999999999999')),
    bad('a hash that is too short', good.replace(/\n[^\n]{44}\n\n/, '\nAAAA\n\n')),
    bad('more hashes than any tree needs', `old 3\n${`${'A'.repeat(43)}=\n`.repeat(64)}\n${note}`),
    bad('a note cut short', good.slice(0, -10), 'bad_note'),
  ]
}
