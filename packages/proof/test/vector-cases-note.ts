import {
  EMPTY_ROOT,
  encodeLeaf,
  formatCheckpoint,
  formatTlogProof,
  hashLeaf,
  parseNote,
  rootOf,
  sha256,
  signerFromSeed,
  signNote,
  type Trust,
  toHex,
  utf8Encode,
} from '../src/index.ts'
import { naiveInclusion } from './naive-tree.ts'
import { sampleLeaf } from './samples.ts'

const ORIGIN = 'desk.example/log/1/1'
const TIME = 1_795_401_367
const leaves = Array.from({ length: 11 }, (_, at) => encodeLeaf(sampleLeaf(at)))
const hashes = leaves.map(hashLeaf)

/** Keys out of their names, for tests only: anybody can compute the private half. */
async function testKeys() {
  const key = (name: string, seed: string, type?: 'witness') =>
    signerFromSeed(name, sha256(utf8Encode(seed)), type)
  return {
    log: await key(ORIGIN, 'log'),
    stranger: await key(ORIGIN, 'stranger'),
    witness: await key('witness.example/w1', 'witness', 'witness'),
  }
}

export type CheckpointVector = {
  readonly name: string
  readonly note: string
  readonly trust: Trust
  readonly wantErr: string | null
}

export async function checkpointVectors(): Promise<CheckpointVector[]> {
  const { log, stranger, witness } = await testKeys()
  const trust: Trust = { origin: ORIGIN, trustedVkeys: [log.vkey], witnessVkeys: [witness.vkey] }
  const text = formatCheckpoint({ origin: ORIGIN, size: leaves.length, root: rootOf(hashes) })
  const elsewhere = formatCheckpoint({ origin: 'desk.example/log/2/1', size: 1, root: EMPTY_ROOT })
  const note = await signNote(text, [log.skey], TIME)
  const witnessed = await signNote(parseNote(note), [witness.skey], TIME)
  const two = await signNote(text, [stranger.skey, log.skey], TIME)
  const emptyLog = formatCheckpoint({ origin: ORIGIN, size: 0, root: EMPTY_ROOT })
  const strict = { ...trust, requiredWitnesses: 1 }
  return [
    { name: 'signed by the log', note, trust, wantErr: null },
    { name: 'signed and cosigned', note: witnessed, trust: strict, wantErr: null },
    { name: 'with a signature by an unknown key', note: two, trust, wantErr: null },
    { name: 'of the empty log', note: await signNote(emptyLog, [log.skey]), trust, wantErr: null },
    { name: 'not cosigned', note, trust: strict, wantErr: 'note_unwitnessed' },
    {
      name: 'by another key of the name',
      note: await signNote(text, [stranger.skey]),
      trust,
      wantErr: 'note_unsigned',
    },
    {
      name: 'by a witness alone',
      note: await signNote(text, [witness.skey], TIME),
      trust,
      wantErr: 'note_unsigned',
    },
    {
      name: 'of another log',
      note: await signNote(elsewhere, [log.skey]),
      trust,
      wantErr: 'note_wrong_origin',
    },
    {
      name: 'with another size',
      note: note.replace('\n11\n', '\n12\n'),
      trust,
      wantErr: 'note_bad_signature',
    },
    {
      name: 'with another time of the witness',
      note: witnessed.replace(/(w1 \S{12})./, '$1Z'),
      trust,
      wantErr: 'note_bad_signature',
    },
    {
      name: 'that is no tree head',
      note: await signNote('hello\n', [log.skey]),
      trust,
      wantErr: 'note_malformed',
    },
    {
      name: 'with a leading zero',
      note: await signNote(text.replace('\n11\n', '\n011\n'), [log.skey]),
      trust,
      wantErr: 'note_malformed',
    },
    { name: 'without a signature', note: `${text}\n`, trust, wantErr: 'note_malformed' },
    { name: 'without its last newline', note: note.slice(0, -1), trust, wantErr: 'note_malformed' },
    { name: 'with a malformed second signature', note: `${note}— x y\n`, trust, wantErr: 'note_malformed' },
  ]
}

export type TlogProofVector = {
  readonly name: string
  readonly file: string
  readonly leafHex: string
  readonly trust: Trust
  readonly wantErr: string | null
}

export async function tlogProofVectors(): Promise<TlogProofVector[]> {
  const { log, stranger } = await testKeys()
  const trust: Trust = { origin: ORIGIN, trustedVkeys: [log.vkey] }
  const text = formatCheckpoint({ origin: ORIGIN, size: leaves.length, root: rootOf(hashes) })
  const checkpoint = await signNote(text, [log.skey])
  const proof = { index: 5, proof: naiveInclusion(5, hashes), checkpoint }
  const file = formatTlogProof(proof)
  const foreign = formatTlogProof({ ...proof, checkpoint: await signNote(text, [stranger.skey]) })
  const leafHex = toHex(leaves[5] ?? new Uint8Array())
  const otherLeafHex = toHex(leaves[6] ?? new Uint8Array())
  const good = { file, leafHex, trust }
  return [
    { ...good, name: 'entry 5 of 11', wantErr: null },
    {
      ...good,
      name: 'with extra data',
      file: formatTlogProof({ ...proof, extra: utf8Encode('x') }),
      wantErr: null,
    },
    { ...good, name: 'another entry', leafHex: otherLeafHex, wantErr: 'proof_mismatch' },
    { ...good, name: 'another index', file: file.replace('index 5', 'index 4'), wantErr: 'proof_mismatch' },
    {
      ...good,
      name: 'an index outside',
      file: file.replace('index 5', 'index 11'),
      wantErr: 'proof_out_of_range',
    },
    {
      ...good,
      name: 'a hash missing',
      file: formatTlogProof({ ...proof, proof: proof.proof.slice(1) }),
      wantErr: 'proof_mismatch',
    },
    { ...good, name: 'signed by a stranger', file: foreign, wantErr: 'note_unsigned' },
    {
      ...good,
      name: 'of a log not trusted',
      trust: { ...trust, origin: 'else.example/log' },
      wantErr: 'note_wrong_origin',
    },
    { ...good, name: 'another version', file: file.replace('@v1', '@v2'), wantErr: 'proof_malformed' },
    {
      ...good,
      name: 'a leading zero',
      file: file.replace('index 5', 'index 05'),
      wantErr: 'proof_malformed',
    },
    { ...good, name: 'carriage returns', file: file.replaceAll('\n', '\r\n'), wantErr: 'proof_malformed' },
    {
      ...good,
      name: 'no checkpoint',
      file: file.slice(0, file.indexOf('\n\n') + 2),
      wantErr: 'proof_malformed',
    },
  ]
}
