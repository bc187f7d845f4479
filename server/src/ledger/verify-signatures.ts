import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  coversSize,
  Frontier,
  fromBase64,
  keyRanges,
  ProofError,
  readUnverifiedCheckpoint,
  verifyCheckpoint,
} from '@tracedesk/proof/node'
import type pg from 'pg'

import type { Findings } from './verify-findings.ts'
import type { Milestone } from './verify-tree.ts'

/** The newest signed checkpoints are all verified; of older ones so many, evenly spread. */
const NEWEST = 50
const SPREAD = 50

export interface LedgerHead {
  readonly epoch: number
  readonly origin: string
  readonly size: number
  readonly root: Buffer
}

export interface NewestCheckpoint {
  readonly size: number
  readonly note: string
  readonly signedAt: string
}

/**
 * Verifies stored checkpoints against the key the ledger names, and that key and the tree against what the signer
 * remembers in its own folder (when it can be reached from here). Returns the roots to compare on the way.
 */
export async function checkSignatures(
  client: pg.ClientBase,
  workspaceId: string,
  head: LedgerHead,
  memory: SignerMemory,
  findings: Findings,
): Promise<{ milestones: Milestone[]; newest: NewestCheckpoint | null; remarks: string[] }> {
  const named = await readKeyRanges(client, workspaceId, head.epoch)
  const vkey = named.at(-1)?.vkey
  if (!vkey) findings.add('checkpoint_other_key', `epoch ${head.epoch} names no signing key`)
  const rows = await readCheckpoints(client, workspaceId, head.epoch)
  const milestones: Milestone[] = []
  for (const row of rows) {
    const keys = named.filter(range => coversSize(range, Number(row.size))).map(range => range.vkey)
    const milestone = vkey ? await checkOne(row, keys, head, findings) : null
    if (milestone) milestones.push(milestone)
  }
  const remarks: string[] = []
  const remembered = checkMemory(memory, vkey ?? '', head, findings)
  if (remembered) milestones.push(remembered)
  if (!memory.has(head.epoch))
    remarks.push('the signer’s own folder is not reachable from here: its memory was not compared')
  const newest = rows[0]
  return {
    milestones,
    newest: newest ? { size: Number(newest.size), note: newest.note, signedAt: newest.signed_at } : null,
    remarks,
  }
}

async function readKeyRanges(client: pg.ClientBase, workspaceId: string, epoch: number) {
  const { rows } = await client.query<{ vkey: string; from_size: number }>(
    'select vkey, from_size from log_signer where workspace_id = $1 and epoch = $2',
    [workspaceId, epoch],
  )
  return keyRanges(rows.map(row => ({ vkey: row.vkey, fromSize: Number(row.from_size) })))
}

interface CheckpointRow {
  readonly size: number
  readonly note: string
  readonly vkey: string
  readonly signed_at: string
}

async function readCheckpoints(
  client: pg.ClientBase,
  workspaceId: string,
  epoch: number,
): Promise<CheckpointRow[]> {
  const { rows } = await client.query<CheckpointRow>(
    `select size, note, vkey, signed_at from (
       select *, row_number() over (order by size desc) as nth, count(*) over () as total
       from log_checkpoint where workspace_id = $1 and epoch = $2) c
     where nth <= $3 or nth % greatest(1, total / $4) = 0 order by size desc`,
    [workspaceId, epoch, NEWEST, SPREAD],
  )
  return rows
}

async function checkOne(
  row: CheckpointRow,
  keys: readonly string[],
  head: LedgerHead,
  findings: Findings,
): Promise<Milestone | null> {
  const name = `the checkpoint of size ${row.size}`
  const { verdict } = await verifyCheckpoint(row.note, { origin: head.origin, trustedVkeys: keys })
  // While a key changes hands both sign, and the row names the one that was in force when it was written.
  if (!keys.includes(row.vkey) && verdict !== 'ok')
    findings.add(
      'checkpoint_other_key',
      `${name} is said to be signed by ${row.vkey}, not by ${keys.join(' or ')}`,
    )
  if (verdict !== 'ok') {
    const finding =
      verdict === 'note_bad_signature'
        ? 'checkpoint_bad_signature'
        : verdict === 'note_wrong_origin'
          ? 'checkpoint_wrong_origin'
          : verdict === 'note_unsigned'
            ? 'checkpoint_other_key'
            : 'checkpoint_malformed'
    if (keys.includes(row.vkey) || finding !== 'checkpoint_other_key')
      findings.add(finding, `${name}: ${verdict}`)
    return null
  }
  const { size, root } = readUnverifiedCheckpoint(row.note)
  if (size !== Number(row.size)) findings.add('checkpoint_malformed', `${name} is really one of size ${size}`)
  return withinTree({ size, root, what: 'checkpoint' }, head, findings)
}

/** A signed size beyond the head means that leaves were taken away after signing. */
function withinTree(milestone: Milestone, head: LedgerHead, findings: Findings): Milestone | null {
  if (milestone.size <= head.size) return milestone
  const who = milestone.what === 'signer' ? 'the signer remembers' : 'a checkpoint is signed over'
  findings.add('tree_shrunk', `${who} ${milestone.size} leaves; the head says ${head.size}`, {
    position: head.size,
  })
  return null
}

/** What a signer's folder holds for each epoch of a workspace; null where there is nothing to read. */
export type SignerMemory = ReadonlyMap<number, { readonly vkey: string; readonly frontier: string }>

/**
 * Reads a signer's memory. Do it before the database's snapshot is taken: the signer can only remember what was
 * committed, so whatever it remembers by then must be in the snapshot.
 */
export function readSignerMemory(signerFolder: string, workspaceId: string): SignerMemory {
  const memory = new Map<number, { vkey: string; frontier: string }>()
  const folder = join(signerFolder, workspaceId)
  if (!existsSync(folder)) return memory
  for (const epoch of readdirSync(folder)) {
    const keyFile = join(folder, epoch, 'key.json')
    const stateFile = join(folder, epoch, 'state.json')
    if (!existsSync(keyFile) || !existsSync(stateFile)) continue
    const key: { vkey?: unknown } = JSON.parse(readFileSync(keyFile, 'utf8'))
    const state: { frontier?: unknown } = JSON.parse(readFileSync(stateFile, 'utf8'))
    memory.set(Number(epoch), { vkey: String(key.vkey), frontier: String(state.frontier) })
  }
  return memory
}

function checkMemory(
  memory: SignerMemory,
  vkey: string,
  head: LedgerHead,
  findings: Findings,
): Milestone | null {
  const remembered = memory.get(head.epoch)
  if (!remembered) return null
  if (remembered.vkey !== vkey)
    findings.add('signer_other_key', `the ledger names the key ${vkey}; the signer holds ${remembered.vkey}`)
  try {
    const frontier = Frontier.fromBytes(fromBase64(remembered.frontier))
    return withinTree({ size: frontier.size, root: frontier.root(), what: 'signer' }, head, findings)
  } catch (error) {
    if (!(error instanceof ProofError)) throw error
    findings.add('signer_mismatch', `the signer’s memory cannot be read: ${error.message}`)
    return null
  }
}
