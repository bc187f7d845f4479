import { createPublicKey } from 'node:crypto'
import { verifyCheckpoint as verifySigstoreCheckpoint } from '@sigstore/verify/dist/tlog/checkpoint.js'
import { verifyMerkleInclusion } from '@sigstore/verify/dist/tlog/merkle.js'
import {
  decodeEntryBundle,
  fromBase64,
  hashLeaf,
  parseTlogProof,
  parseVkey,
  readUnverifiedCheckpoint,
  tilePath,
} from '@tracedesk/proof/node'
import { RFC9162 as transmute } from '@transmute/rfc9162'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHttpServer } from '../src/edges/http/server.ts'
import { fillLedger } from './support/fill-ledger.ts'
import { createWorld, type World } from './support/world.ts'

// Code that nobody here wrote, on what a real server gives: Sigstore's verifier of Rekor logs reads notes, checkpoints and
// inclusion proofs; Transmute's implementation of RFC 9162 builds trees and reads both kinds of proof. Neither knows tiles:
// packages/proof/foreign has a check in Go, with the code that Go verifies its own module log with.

let world: World
let server: FastifyInstance
let vkey: string

beforeAll(async () => {
  world = await createWorld()
  await fillLedger(world.node, world.workspaceId, 300)
  await world.settle()
  server = await createHttpServer(world.node, { publicUrl: undefined, webRoot: null })
  vkey = (await text('/api/ledger.vkey')).trim()
})
afterAll(async () => {
  await server?.close()
  await world?.end()
})

async function get(url: string): Promise<Buffer> {
  const answer = await server.inject({ url, headers: { authorization: `Bearer ${world.owner.token}` } })
  expect(answer.statusCode, url).toBe(200)
  return answer.rawPayload
}
const text = async (url: string) => (await get(url)).toString('utf8')

describe('Sigstore', () => {
  /** Its picture of a log: where it is, and the key, known by the first four bytes of its id. */
  const authorityOf = (key: string) => {
    const { name, id, publicKey } = partsOf(key)
    const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), publicKey])
    return {
      logID: id,
      publicKey: createPublicKey({ key: der, format: 'der', type: 'spki' }),
      baseURL: name,
      validFor: { start: new Date(0), end: new Date(8.64e15) },
    }
  }
  const entryOf = (file: string, leaf: Buffer) => {
    const { index, proof, checkpoint } = parseTlogProof(file)
    const hashes = proof.map(hash => Buffer.from(hash))
    const inclusionProof = { logIndex: String(index), hashes, checkpoint: { envelope: checkpoint } }
    return { inclusionProof, canonicalizedBody: leaf }
  }
  const accepts = (file: string, leaf: Buffer, key = vkey) => {
    // Its entries hold much that our logs have not, and these two functions do not look at.
    const entry = entryOf(file, leaf) as unknown as Parameters<typeof verifyMerkleInclusion>[0]
    verifyMerkleInclusion(entry, verifySigstoreCheckpoint(entry, [authorityOf(key)]))
  }

  test('accepts the signed checkpoint and the proof of each entry, the first, the last and those between', async () => {
    const { size } = readUnverifiedCheckpoint(await text('/api/ledger.checkpoint'))
    expect(size).toBeGreaterThan(300)
    for (const position of [0, 1, 127, 128, 255, 256, 257, size - 2, size - 1]) {
      const file = await text(`/api/ledger.inclusion?position=${position}`)
      accepts(file, await get(`/api/ledger.leaf?position=${position}`))
    }
  })

  test('refuses another leaf, another place, another key and a changed text', async () => {
    const [file, leaf] = [
      await text('/api/ledger.inclusion?position=200'),
      await get('/api/ledger.leaf?position=200'),
    ]
    accepts(file, leaf)
    const other = await get('/api/ledger.leaf?position=201')
    expect(() => accepts(file, other)).toThrow('calculated root hash')
    expect(() => accepts(file.replace('index 200', 'index 201'), leaf)).toThrow('calculated root hash')
    const origin = vkey.split('+')[0] ?? ''
    expect(() => accepts(file.replaceAll(origin, `${origin}0`), leaf)).toThrow('invalid checkpoint signature')
    const { size } = readUnverifiedCheckpoint(await text('/api/ledger.checkpoint'))
    expect(() => accepts(file.replace(`\n${size}\n`, `\n${size - 1}\n`), leaf)).toThrow(
      'invalid checkpoint signature',
    )
  })

  function partsOf(key: string) {
    const [, id = '', material = ''] = key.split(/\+(?=[0-9a-f]{8}\+)|(?<=\+[0-9a-f]{8})\+/)
    return {
      name: parseVkey(key).name,
      id: Buffer.from(id, 'hex'),
      publicKey: Buffer.from(fromBase64(material)).subarray(1),
    }
  }
})

describe('Transmute’s RFC 9162', () => {
  /** Every leaf under a checkpoint, as the tiles give them. Reading them is recorded, so the log has grown by then. */
  async function leaves(checkpoint: string): Promise<{ all: Uint8Array[]; size: number; root: Uint8Array }> {
    const { size, root, origin } = readUnverifiedCheckpoint(checkpoint)
    const prefix = /\/log\/.*$/.exec(origin)?.[0] ?? ''
    const all: Uint8Array[] = []
    for (let index = 0; index * 256 < size; index++) {
      const width = Math.min(256, size - index * 256)
      all.push(...decodeEntryBundle(await get(`${prefix}/${tilePath('entries', index, width)}`), width))
    }
    return { all, size, root }
  }

  test('builds the signed root out of the entries of the tiles', async () => {
    const { all, root } = await leaves(await text('/api/ledger.checkpoint'))
    expect(Buffer.from(await transmute.treeHead(all)).equals(root)).toBe(true)
    const changed = all.with(100, Buffer.from('another'))
    expect(Buffer.from(await transmute.treeHead(changed)).equals(root)).toBe(false)
  })

  test('accepts the proofs that the server gives, of entries and of growth, and refuses them for another tree', async () => {
    const { proof, checkpoint } = parseTlogProof(await text('/api/ledger.inclusion?position=77'))
    const { all, size, root } = await leaves(checkpoint)
    const inclusion = { log_id: '', tree_size: size, leaf_index: 77, inclusion_path: [...proof] }
    const leafHash = await transmute.leaf(all[77] as Uint8Array)
    expect(Buffer.from(leafHash).equals(hashLeaf(all[77] as Uint8Array))).toBe(true)
    expect(await transmute.verifyInclusionProof(root, leafHash, inclusion)).toBe(true)
    expect(await transmute.verifyInclusionProof(root, leafHash, { ...inclusion, leaf_index: 78 })).toBe(false)
    for (const from of [1, 100, 128, 256, size - 1]) {
      const lines = (await text(`/api/ledger.consistency?from=${from}&to=${size}`)).trim().split('\n')
      // RFC 9162, 2.1.4.2, step 2, which this library leaves to its caller
      const isPerfect = Number.isInteger(Math.log2(from))
      const verify = (before: Uint8Array) =>
        transmute.verifyConsistencyProof(before, root, {
          log_id: '',
          tree_size_1: from,
          tree_size_2: size,
          consistency_path: [...(isPerfect ? [before] : []), ...lines.map(line => fromBase64(line))],
        })
      expect(await verify(await transmute.treeHead(all.slice(0, from))), `from ${from}`).toBe(true)
      const forged = await transmute.treeHead(all.slice(0, from).with(0, Buffer.from('another')))
      expect(await verify(forged), `forged ${from}`).toBe(false)
    }
  })
})
