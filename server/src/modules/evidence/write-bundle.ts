import {
  BUNDLE_FORMAT,
  type BundleManifest,
  encodeManifest,
  formatEntryLine,
  hashLeaf,
  keyRanges,
} from '@tracedesk/proof/node'
import type { Caller } from '../../command/caller.ts'
import type { ReadDb } from '../../db/database.ts'
import { sha256 } from '../../kernel/secret.ts'
import type { WrittenMember, ZipFileWriter } from '../../kernel/zip-file.ts'
import type { SubjectKeys } from '../../ledger/subject-keys.ts'
import { readLeavesOrHashes, type TreeHead } from '../../ledger/tree-store.ts'
import { anchorMembers } from './anchor-members.ts'
import { type BundleInput, scopeOfInput } from './choose-range.ts'
import { type MayOpen, openingLines, openSealed } from './openings.ts'
import { writeStatement } from './statement.ts'
import {
  findNote,
  type PositionRange,
  readKeys,
  readLeafRows,
  readNamingRows,
  readWorkspaceName,
  type SignedNote,
  type StoredLeaf,
} from './store.ts'

/** The positions of a case that whoever asked may see. */
export interface OpenPositions {
  readonly disputeId: string
  readonly positions: ReadonlySet<number>
}

const SLICE = 2_000
/** Names are a help to the reader; a range with more people than this shows the first of them. */
const MAX_NAMES = 5_000

export interface ContentParts {
  readonly db: ReadDb
  readonly keys: SubjectKeys
  readonly mayOpen: MayOpen
  readonly software: string
  readonly viewer: Caller
  readonly input: BundleInput
  /** The only positions that are open, where somebody chose them; null: as `input` says. */
  readonly open: OpenPositions | null
  readonly head: TreeHead
  readonly range: PositionRange
  readonly askedAt: string
}

export interface WrittenContent {
  readonly manifest: BundleManifest
  readonly manifestSha256: string
  readonly before: SignedNote | null
  readonly namedBy: readonly string[]
}

/** Writes everything a bundle says, and the manifest that describes it, as streams: memory does not grow with the range. */
export async function writeContent(zip: ZipFileWriter, parts: ContentParts): Promise<WrittenContent> {
  const { db, viewer, head, range, input } = parts
  const members: WrittenMember[] = []
  const seen = { closed: 0, destroyed: 0, openings: 0, namedBy: new Set<string>() }
  members.push(await zip.add('entries.ndjson', entryLines(parts, seen)))
  members.push(await zip.add('openings.ndjson', allOpeningLines(parts, seen)))
  const before = await findNote(db, viewer.workspaceId, head, { atMost: range.from })
  if (before) members.push(await zip.add('checkpoints/before.note', [before.note]))
  for (const { name, bytes } of await anchorMembers(db, viewer.workspaceId, head, range))
    members.push(await zip.add(name, [bytes]))
  members.push(await zip.add('trust.json', [await trustCopy(db, viewer.workspaceId, head)]))
  const described: BundleManifest = {
    format: BUNDLE_FORMAT,
    origin: head.origin,
    workspace: { id: viewer.workspaceId, name: await readWorkspaceName(db, viewer.workspaceId) },
    range,
    scope: {
      ...(parts.open ? { disputeId: parts.open.disputeId } : scopeOfInput(input)),
      ...(seen.destroyed > 0 ? { destroyed: seen.destroyed } : {}),
    },
    counts: { entries: range.to - range.from + 1, closed: seen.closed, openings: seen.openings },
    askedBy: {
      kind: viewer.actor.kind,
      id: viewer.actor.id,
      name: await nameOf(parts),
      role: viewer.actor.role,
    },
    askedAt: parts.askedAt,
    language: input.language,
    software: parts.software,
    members: [],
  }
  members.push(await zip.add('statement.html', [writeStatement(described)]))
  const manifest = { ...described, members: members.sort((a, b) => (a.name < b.name ? -1 : 1)) }
  const bytes = encodeManifest(manifest)
  await zip.add('manifest.json', [bytes])
  return { manifest, manifestSha256: sha256(bytes).toString('hex'), before, namedBy: [...seen.namedBy] }
}

type Seen = { closed: number; destroyed: number; openings: number; readonly namedBy: Set<string> }

/** A leaf; of one that retention destroyed only its hash: it is closed to everybody. */
type RangeRow = StoredLeaf | { readonly position: number; readonly leaf: null; readonly hash: Uint8Array }

/** The leaves of the range in slices. Throws LeafGapError when one is not there: then nothing can be proven. */
async function* slicesOf({ db, viewer, range }: ContentParts): AsyncGenerator<RangeRow[]> {
  for (let at = range.from; at <= range.to; at += SLICE) {
    const end = Math.min(at + SLICE, range.to + 1)
    const rows = await readLeafRows(db, viewer.workspaceId, at, end)
    if (rows.length === end - at && rows.every((row, i) => row.position === at + i)) {
      yield rows
      continue
    }
    const byPosition = new Map(rows.map(row => [row.position, row]))
    const all = await readLeavesOrHashes(db, viewer.workspaceId, at, end)
    yield all.flatMap(each => (each.leaf ? (byPosition.get(each.position) ?? []) : each))
  }
}

const isOpen = ({ input, open }: ContentParts, row: StoredLeaf): boolean =>
  open
    ? open.positions.has(row.position)
    : input.conversationId === undefined || row.conversation_id === input.conversationId

async function* entryLines(parts: ContentParts, seen: Seen): AsyncGenerator<string> {
  for await (const rows of slicesOf(parts)) {
    let text = ''
    for (const row of rows) {
      const line = { position: row.position, hash: row.leaf ? hashLeaf(row.leaf) : row.hash }
      if (row.leaf && isOpen(parts, row)) {
        collectNames(row.leaf, seen.namedBy)
        text += formatEntryLine({ ...line, leaf: row.leaf })
      } else {
        seen.closed += 1
        if (!row.leaf) seen.destroyed += 1
        text += formatEntryLine(line)
      }
    }
    yield text
  }
}

async function* allOpeningLines(parts: ContentParts, seen: Seen): AsyncGenerator<string> {
  const { db, keys, viewer, mayOpen } = parts
  for await (const rows of slicesOf(parts)) {
    const open = rows.filter(row => row.leaf !== null).filter(row => isOpen(parts, row))
    const lines = await openingLines(db, keys, viewer, mayOpen, open)
    seen.openings += lines.length
    yield lines.join('')
  }
}

/** Where the names of those who act and are acted upon were established: `"named":"<entry id>"` in the leaf. */
function collectNames(leaf: Buffer, into: Set<string>): void {
  if (into.size >= MAX_NAMES || !leaf.includes('"named":"')) return
  const { actor, subject } = JSON.parse(leaf.toString('utf8'))
  for (const id of [actor.named, subject.named]) if (typeof id === 'string') into.add(id)
}

/** What whoever asks is called, as the entry that named them says; null for programs and for who may not be named. */
async function nameOf({ db, keys, viewer, mayOpen }: ContentParts): Promise<string | null> {
  const { actor, workspaceId } = viewer
  const [row] = actor.named ? await readNamingRows(db, workspaceId, [actor.named]) : []
  if (!row || !mayOpen(viewer, JSON.parse(row.leaf.toString('utf8')), 'name', row.owner)) return null
  const key = (await keys.forOpening(db, workspaceId, [row.owner])).get(row.owner)
  const plain = key?.state === 'alive' ? openSealed(workspaceId, { ...row, name: 'name' }, key.key) : null
  return plain ? Buffer.from(plain.bytes).toString('utf8').toWellFormed().slice(0, 200) : null
}

/** The keys as the server knows them. Its format is on purpose none a verifier takes as trust. */
async function trustCopy(db: ReadDb, workspaceId: string, head: TreeHead): Promise<string> {
  const keys = keyRanges(await readKeys(db, workspaceId, head))
  const warning =
    'A copy for comparison only. Whoever forged a bundle would have put their own key here: trust only a trust file you received another way.'
  return `${JSON.stringify({ format: 'tracedesk-trust-copy/v1', warning, origin: head.origin, keys }, null, 2)}\n`
}
