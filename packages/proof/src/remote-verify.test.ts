import * as fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { sampleLeaf } from '../test/samples.ts'
import { utf8Decode, utf8Encode } from './bytes.ts'
import { formatCheckpoint } from './checkpoint.ts'
import { encodeEntryBundle } from './entry-bundle.ts'
import { encodeLeaf } from './leaf.ts'
import { signNote } from './note.ts'
import { generateSigner } from './note-key.ts'
import { DESTROYED, RemoteError } from './remote-log.ts'
import { type RemoteReport, verifyRemoteLog } from './remote-verify.ts'
import { tilePath } from './tile.ts'
import { TileBuilder } from './tile-builder.ts'
import { hashLeaf } from './tree.ts'

const ORIGIN = 'desk.example/log/01a2067a-78ce-7070-bbb1-a41cefc5b5f7/1'
const SIZE = 300
const PREFIX = '/log/01a2067a-78ce-7070-bbb1-a41cefc5b5f7/1'
const key = await generateSigner(ORIGIN)
const trust = { origin: ORIGIN, vkeys: [key.vkey] }

type Answer = Uint8Array | typeof DESTROYED | undefined
/** Everything that the server of a small honest log answers, by path. */
const honest = new Map<string, Uint8Array>()

beforeAll(async () => {
  const leaves = Array.from({ length: SIZE }, (_, at) => encodeLeaf(sampleLeaf(at)))
  const tree = TileBuilder.start()
  const full = leaves.flatMap(leaf => [...tree.append(hashLeaf(leaf))])
  for (const { level, index, width, hashes } of [...full, ...tree.partialTiles()])
    honest.set(`${PREFIX}/${tilePath(level, index, width)}`, hashes)
  honest.set(`${PREFIX}/${tilePath('entries', 0, 256)}`, encodeEntryBundle(leaves.slice(0, 256)))
  honest.set(`${PREFIX}/${tilePath('entries', 1, SIZE - 256)}`, encodeEntryBundle(leaves.slice(256)))
  honest.set('/api/ledger.checkpoint', utf8Encode(await head(SIZE, tree.root())))
  honest.set('/api/ledger.vkey', utf8Encode(`${key.vkey}\n`))
})

const head = (size: number, root: Uint8Array) =>
  signNote(formatCheckpoint({ origin: ORIGIN, size, root }), [key.skey])

let asked = 0
const run = (answer: (path: string) => Answer, given: typeof trust | null = trust) =>
  verifyRemoteLog({
    read: async path => {
      asked++
      return answer(path)
    },
    trust: given,
  })

test('an honest log is in order, with keys of one’s own and with the server’s', async () => {
  expect(await run(path => honest.get(path))).toMatchObject({ verdict: 'ok', keysFrom: 'given', size: SIZE })
  expect(await run(path => honest.get(path), null)).toMatchObject({ verdict: 'ok', keysFrom: 'server' })
})

/** A report, or the one error that a server can cause; anything else fails the test. */
async function outcome(answer: (path: string) => Answer): Promise<RemoteReport | null> {
  try {
    return await run(answer)
  } catch (error) {
    if (error instanceof RemoteError) return null
    throw error
  }
}

describe('a server that answers anything at all', () => {
  const bent = (bytes: Uint8Array): fc.Arbitrary<Answer> =>
    fc.oneof(
      fc.constant<Answer>(undefined),
      fc.constant<Answer>(DESTROYED),
      fc.uint8Array({ maxLength: 200 }),
      fc.nat(bytes.length - 1).map(length => bytes.subarray(0, length)),
      fc
        .tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }))
        .map(([at, by]) => bytes.with(at, (bytes[at] ?? 0) ^ by)),
      fc
        .integer({ min: 1, max: bytes.length })
        .map(at => Uint8Array.from([...bytes.subarray(0, at), ...bytes])),
    )

  test('is never called in order, and never brings the verifier down', async () => {
    const paths = [...honest.keys()].filter(path => path !== '/api/ledger.vkey')
    await fc.assert(
      fc.asyncProperty(
        fc
          .constantFrom(...paths)
          .chain(path => bent(honest.get(path) as Uint8Array).map(answer => ({ path, answer }))),
        async ({ path, answer }) => {
          const report = await outcome(asked => (asked === path ? answer : honest.get(asked)))
          // A checkpoint may carry lines of others: then it is the same text, signed by the same key.
          return report === null || report.verdict !== 'ok' || isSameNote(path, answer)
        },
      ),
      { numRuns: 300 },
    )
  }, 60_000)

  const isSameNote = (path: string, answer: Answer): boolean => {
    if (path !== '/api/ledger.checkpoint' || answer === undefined || answer === DESTROYED) return false
    try {
      return utf8Decode(answer).startsWith(utf8Decode(honest.get(path) as Uint8Array).slice(0, -1))
    } catch {
      return false
    }
  }

  test('whose signed head claims more than anybody could fetch is found out after a few questions', async () => {
    const endless = utf8Encode(await head(Number.MAX_SAFE_INTEGER, new Uint8Array(32)))
    asked = 0
    const report = await outcome(path => (path === '/api/ledger.checkpoint' ? endless : honest.get(path)))
    expect(report?.verdict).toBe('note_size_mismatch')
    expect(asked).toBeLessThan(100)
  })

  test('that calls everything destroyed is asked by whom', async () => {
    const report = await outcome(path =>
      path.endsWith('?destroyed=empty')
        ? encodeEntryBundle(Array.from({ length: path.includes('001') ? 44 : 256 }, () => new Uint8Array()))
        : path.includes('/tile/entries/')
          ? DESTROYED
          : honest.get(path),
    )
    expect(report?.verdict).toBe('purge_unrecorded')
    expect(report?.findingCount).toBe(SIZE)
  })
})
