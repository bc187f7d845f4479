import { ledgerEpochStarted } from '@tracedesk/contracts'
import { parseCheckpoint, parseNote, toBase64, verifyCheckpoint } from '@tracedesk/proof/node'
import type pg from 'pg'
import type { Databases, ReadDb } from '../db/database.ts'
import { newId } from '../kernel/id.ts'
import { BulkAppender, BulkBatch } from './bulk.ts'
import type { EntryDraft, RecordedActor, RecordedVia } from './draft.ts'
import type { HeadSigner, RememberedEpoch } from './head-signer.ts'
import { readHead, type TreeHead } from './tree-store.ts'

/** A longer note is named by size and root alone: it has to fit into a leaf. */
const LONGEST_NOTE = 2_000

export interface EpochStarters {
  readonly databases: Databases
  readonly signer: HeadSigner
  /** The process that writes. */
  readonly nodeId: string
}

/** The newest head that is known of the epoch that ends. */
interface LastHead {
  readonly epoch: number
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
  readonly note: string
}

/** A new epoch: from which position on, and how many positions of the one before are lost. */
export interface StartedEpoch {
  readonly epoch: number
  readonly origin: string
  readonly size: number
  readonly lost: number
}

/**
 * Goes on in a new epoch, because the database was put back to an older state than was signed. The first entry behind
 * what is there announces it: the newest head of the epoch before that is known here (from the database, the signer's
 * memory, or `notes` kept elsewhere), and how many positions are lost. Leaf, key, origin and head change in one
 * transaction. What still waits for the tree follows behind. Notes that no known key signed are left out.
 */
export async function startEpoch(
  { databases, signer, nodeId }: EpochStarters,
  workspaceId: string,
  by: { readonly actor: RecordedActor; readonly via: RecordedVia; readonly notes: readonly string[] },
): Promise<StartedEpoch> {
  const head = await readHead(databases.read, workspaceId)
  if (!head) throw new Error(`workspace ${workspaceId} has no ledger`)
  const remembered = await signer.recall(workspaceId)
  const last = await newestHead(databases.read, workspaceId, head, remembered, by.notes)
  const epoch = Math.max(head.epoch, last?.epoch ?? 0) + 1
  const origin = originOf(head.origin, epoch)
  const vkey = await signer.createKey(workspaceId, epoch, origin)
  const lost = Math.max(0, (last?.size ?? 0) - head.size)
  const ended = {
    epoch: last?.epoch ?? head.epoch,
    origin: last?.origin ?? head.origin,
    lost,
    checkpoint: last && {
      size: last.size,
      root: toBase64(last.root),
      note: last.note.length > LONGEST_NOTE ? null : last.note,
    },
  }
  const draft = draftOf(workspaceId, by, { epoch, origin, vkey, ended })
  const from = await append(databases, workspaceId, nodeId, draft, { head, epoch, origin, vkey })
  return { epoch, origin, size: from, lost }
}

const originOf = (origin: string, epoch: number): string => origin.replace(/\/\d+$/, `/${epoch}`)

function draftOf(
  workspaceId: string,
  { actor, via }: { actor: RecordedActor; via: RecordedVia },
  data: Record<string, unknown>,
): EntryDraft {
  return {
    id: newId(),
    event: ledgerEpochStarted,
    outcome: 'done',
    at: '', // the database's clock, when the transaction has begun
    actor,
    causedBy: null,
    subject: { kind: 'ledger', id: workspaceId },
    conversationId: null,
    customerId: null,
    botId: null,
    agents: [],
    departments: [],
    data: ledgerEpochStarted.data.parse(data),
    parts: {},
    reasonCode: null,
    via,
  }
}

async function append(
  databases: Databases,
  workspaceId: string,
  nodeId: string,
  draft: EntryDraft,
  { head, epoch, origin, vkey }: { head: TreeHead; epoch: number; origin: string; vkey: string },
): Promise<number> {
  const appender = new BulkAppender(databases, null)
  const client = await databases.ledger.connect()
  try {
    const clock = await client.query<{ now: string }>('select clock_timestamp() as now')
    const now = clock.rows[0]?.now ?? ''
    const batch = new BulkBatch(workspaceId, now, nodeId)
    batch.add({ ...draft, at: now }, new Map(), undefined)
    await appender.makeRoom(batch)
    await client.query('begin')
    const { from } = await appender.append(client, batch)
    await nameEpoch(client, workspaceId, head.epoch, { epoch, origin, vkey, from })
    await client.query('commit')
    return from
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}

/** Throws when somebody else started an epoch in between. */
async function nameEpoch(
  client: pg.PoolClient,
  workspaceId: string,
  before: number,
  { epoch, origin, vkey, from }: { epoch: number; origin: string; vkey: string; from: number },
): Promise<void> {
  const moved = await client.query(
    'update log_head set epoch = $3, origin = $4 where workspace_id = $1 and epoch = $2',
    [workspaceId, before, epoch, origin],
  )
  if (moved.rowCount !== 1) throw new Error(`workspace ${workspaceId} is not in epoch ${before} any more`)
  await client.query(
    'insert into log_signer (workspace_id, epoch, vkey, from_size) values ($1, $2, $3, $4)',
    [workspaceId, epoch, vkey, from],
  )
}

/** The newest head that a key of this log signed: of the newest epoch, the largest. */
async function newestHead(
  db: ReadDb,
  workspaceId: string,
  head: TreeHead,
  remembered: readonly RememberedEpoch[],
  given: readonly string[],
): Promise<LastHead | null> {
  const keys = await db
    .selectFrom('log_signer')
    .select(['epoch', 'vkey'])
    .where('workspace_id', '=', workspaceId)
    .execute()
  const published = await db
    .selectFrom('log_checkpoint')
    .select('note')
    .where('workspace_id', '=', workspaceId)
    .orderBy('epoch', 'desc')
    .orderBy('size', 'desc')
    .limit(1)
    .execute()
  const heads: LastHead[] = []
  for (const note of [...published, ...remembered].map(known => known.note).concat(given)) {
    const read = await readOwnNote(note, head.origin, [...keys, ...remembered])
    if (read) heads.push(read)
  }
  return heads.toSorted((a, b) => a.epoch - b.epoch || a.size - b.size).at(-1) ?? null
}

async function readOwnNote(
  note: string,
  origin: string,
  keys: readonly { epoch: number; vkey: string }[],
): Promise<LastHead | null> {
  const epoch = Number(/\/(\d+)\n/.exec(note)?.[1] ?? 0)
  const trustedVkeys = keys.filter(key => key.epoch === epoch).map(({ vkey }) => vkey)
  const expected = originOf(origin, epoch)
  const { verdict } = await verifyCheckpoint(note, { origin: expected, trustedVkeys })
  if (verdict !== 'ok') return null
  const { size, root } = parseCheckpoint(parseNote(note).text)
  return { epoch, origin: expected, size, root, note }
}
