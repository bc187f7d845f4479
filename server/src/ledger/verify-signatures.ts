import {
  coversSize,
  Frontier,
  fromBase64,
  ProofError,
  readUnverifiedCheckpoint,
  verifyCheckpoint,
} from '@tracedesk/proof/node'
import type pg from 'pg'

import type { SignerMemory } from './signer-memory.ts'
import type { TreeHead } from './tree-store.ts'
import type { Epoch } from './verify-epochs.ts'
import type { Findings } from './verify-findings.ts'
import type { Milestone } from './verify-tree.ts'

/** The newest signed checkpoints are all verified; of older ones so many, evenly spread. */
const NEWEST = 50
const SPREAD = 50

export interface NewestCheckpoint {
  readonly size: number
  readonly note: string
  readonly signedAt: string
}

/**
 * Verifies the stored checkpoints of every epoch against the keys the ledger names, and key and tree against what the
 * signer remembers in its own folder (when it can be reached from here). Returns the roots to compare on the way.
 */
export async function checkSignatures(
  client: pg.ClientBase,
  workspaceId: string,
  head: TreeHead,
  epochs: readonly Epoch[],
  memory: SignerMemory,
  findings: Findings,
): Promise<{ milestones: Milestone[]; newest: NewestCheckpoint | null; remarks: string[] }> {
  const current = epochs.at(-1)
  const vkey = current?.keys.at(-1)?.vkey
  if (!vkey) findings.add('checkpoint_other_key', `epoch ${head.epoch} names no signing key`)
  const milestones: Milestone[] = []
  let newest: NewestCheckpoint | null = null
  for (const epoch of epochs) {
    const rows = await readCheckpoints(client, workspaceId, epoch.epoch)
    for (const row of rows) {
      const milestone = epoch.keys.length > 0 ? await checkOne(row, epoch, findings) : null
      if (milestone) milestones.push(milestone)
    }
    const [first] = rows
    newest = first ? { size: Number(first.size), note: first.note, signedAt: first.signed_at } : null
  }
  const remarks: string[] = []
  const remembered = checkMemory(memory, vkey ?? '', head, findings)
  if (remembered) milestones.push(remembered)
  if (!memory.has(head.epoch))
    remarks.push('the signer’s own folder is not reachable from here: its memory was not compared')
  return { milestones, newest, remarks }
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

async function checkOne(row: CheckpointRow, epoch: Epoch, findings: Findings): Promise<Milestone | null> {
  const name = `the checkpoint of size ${row.size}`
  const keys = epoch.keys.filter(range => coversSize(range, Number(row.size))).map(({ vkey }) => vkey)
  const { verdict } = await verifyCheckpoint(row.note, { origin: epoch.origin, trustedVkeys: keys })
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
  return withinTree({ size, root, what: 'checkpoint' }, { size: epoch.to }, findings)
}

/** A signed size beyond the head means that leaves were taken away after signing. */
function withinTree(
  milestone: Milestone,
  head: { readonly size: number },
  findings: Findings,
): Milestone | null {
  if (milestone.size <= head.size) return milestone
  const who = milestone.what === 'signer' ? 'the signer remembers' : 'a checkpoint is signed over'
  findings.add('tree_shrunk', `${who} ${milestone.size} leaves; the head says ${head.size}`, {
    position: head.size,
  })
  return null
}

function checkMemory(
  memory: SignerMemory,
  vkey: string,
  head: TreeHead,
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
