import {
  decodeLeaf,
  ProofError,
  parseNote,
  readUnverifiedCheckpoint,
  verifyNote,
} from '@tracedesk/proof/node'
import type pg from 'pg'
import { sha256 } from '../kernel/secret.ts'
import { verifyTimestampToken } from './timestamp.ts'
import type { TreeHead } from './tree-store.ts'
import type { Epoch } from './verify-epochs.ts'
import type { Findings } from './verify-findings.ts'
import type { Milestone } from './verify-tree.ts'

/** Of each anchor's proofs the newest are verified, and so many of the older ones, evenly spread. */
const NEWEST = 25
const SPREAD = 25
/** Of so many entries that name a proof it is looked up. */
const ENTRIES = 200

interface AnchorRow {
  readonly epoch: number
  readonly size: number
  readonly kind: string
  readonly name: string
  readonly proof: Buffer
  /** The checkpoint it is about; null when that is gone. */
  readonly note: string | null
}

/**
 * Verifies what others said of signed heads: cosignatures and the signatures of keys that took over, by the keys that
 * are configured; timestamps, by the configured root; and that whatever the log says was given is still there. The
 * heads that stand and are not `known` return as milestones, so that the leaves are compared with what an outsider saw.
 */
export async function checkAnchors(
  client: pg.ClientBase,
  workspaceId: string,
  head: TreeHead,
  epochs: readonly Epoch[],
  known: readonly Milestone[],
  findings: Findings,
): Promise<{ milestones: Milestone[]; remarks: string[] }> {
  const trust = await readTrust(client, workspaceId)
  const remarks = new Set<string>()
  const milestones = new Map<number, Milestone>()
  for (const row of await readAnchors(client, workspaceId, head.epoch)) {
    // What an earlier epoch lost is announced; only what is still here can be compared.
    const within = epochs.find(({ epoch }) => epoch === row.epoch)?.to ?? 0
    const size = Number(row.size)
    const what = `${row.kind} ${row.name} at ${size} leaves`
    if (row.note === null) {
      findings.add('anchor_mismatch', `${what}: there is no checkpoint of that size`)
      continue
    }
    const problem = await judge(row, row.note, trust)
    if (problem === 'unknown')
      remarks.add(`${row.kind} ${row.name} is not configured (any longer): not verified`)
    else if (problem) findings.add('anchor_mismatch', `${what}: ${problem}`)
    else if (size <= within)
      milestones.set(size, { size, root: readUnverifiedCheckpoint(row.note).root, what: 'checkpoint' })
  }
  await checkPresence(client, workspaceId, findings)
  for (const { size, what } of known) if (what === 'checkpoint') milestones.delete(size)
  return {
    milestones: [...milestones.values()].filter(({ size }) => size <= head.size),
    remarks: [...remarks],
  }
}

interface AnchorTrust {
  readonly witnesses: ReadonlyMap<string, string>
  readonly roots: string
}

async function readTrust(client: pg.ClientBase, workspaceId: string): Promise<AnchorTrust> {
  const { rows } = await client.query<{ key: string; value: unknown }>(
    "select key, value from setting where workspace_id = $1 and key in ('anchor.witnesses', 'anchor.tsa_ca')",
    [workspaceId],
  )
  const settingOf = (key: string) => String(rows.find(row => row.key === key)?.value ?? '')
  const vkeys = settingOf('anchor.witnesses')
    .split('\n')
    .map(line => line.trim().split(/\s+/)[1] ?? '')
  const witnesses = new Map(vkeys.filter(vkey => vkey !== '').map(vkey => [vkey.split('+')[0] ?? '', vkey]))
  return { witnesses, roots: settingOf('anchor.tsa_ca') }
}

async function readAnchors(client: pg.ClientBase, workspaceId: string, epoch: number): Promise<AnchorRow[]> {
  const { rows } = await client.query<AnchorRow>(
    `select a.epoch, a.size, a.kind, a.name, a.proof, c.note from (
       select *, row_number() over (partition by epoch, kind, name order by size desc) as nth,
         count(*) over (partition by epoch, kind, name) as total
       from log_anchor where workspace_id = $1 and epoch <= $2) a
     left join log_checkpoint c on c.workspace_id = $1 and c.epoch = a.epoch and c.size = a.size
     where nth <= $3 or nth % greatest(1, total / $4) = 0`,
    [workspaceId, epoch, NEWEST, SPREAD],
  )
  return rows
}

/** Null when the proof holds, `unknown` when nothing here can tell, else what is wrong. */
async function judge(row: AnchorRow, note: string, trust: AnchorTrust): Promise<string | null> {
  if (row.kind === 'timestamp') {
    if (trust.roots === '') return 'unknown'
    const judged = await verifyTimestampToken(row.proof, { content: Buffer.from(note), roots: trust.roots })
    // A root that was replaced since says nothing about an old token.
    if (judged.verdict === 'untrusted_chain') return 'unknown'
    return judged.verdict === 'ok' ? null : judged.verdict
  }
  if (row.kind === 'telegram') return null // Telegram keeps the note itself; here is only where
  const vkey = row.kind === 'key' ? row.name : trust.witnesses.get(row.name)
  if (!vkey) return 'unknown'
  const { verdict } = await verifyNote(`${parseNote(note).text}\n${row.proof.toString('utf8')}`, [vkey])
  return verdict === 'ok' ? null : verdict
}

/** Each `ledger.anchored` names the SHA-256 of what was given; whoever takes it away is found by the log itself. */
async function checkPresence(client: pg.ClientBase, workspaceId: string, findings: Findings): Promise<void> {
  const { rows } = await client.query<{ position: number; entry_id: string; leaf: Buffer }>(
    `select position, entry_id, leaf from log_entry where workspace_id = $1 and event = 'ledger.anchored'
     order by at desc limit $2`,
    [workspaceId, ENTRIES],
  )
  for (const row of rows) {
    const data = readData(row.leaf)
    if (!data) continue
    const { kind, name, size, proofSha256 } = data
    const kept = await client.query<{ proof: Buffer }>(
      'select proof from log_anchor where workspace_id = $1 and kind = $2 and name = $3 and size = $4',
      [workspaceId, kind, name, size],
    )
    if (kept.rows.some(({ proof }) => sha256(proof).toString('hex') === proofSha256)) continue
    findings.add('anchor_missing', `what ${String(name)} gave for ${String(size)} leaves is not kept`, {
      position: Number(row.position),
      entryId: row.entry_id,
    })
  }
}

/** A leaf that cannot be read is a finding of the walk over all leaves. */
function readData(leaf: Uint8Array) {
  try {
    return decodeLeaf(leaf).data
  } catch (error) {
    if (error instanceof ProofError) return null
    throw error
  }
}
