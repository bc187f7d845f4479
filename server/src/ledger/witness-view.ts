import { createHash } from 'node:crypto'
import { type Checkpoint, verifyCheckpoint } from '@tracedesk/proof/node'
import type pg from 'pg'
import { askOutside, OutsideError } from '../kernel/outside.ts'

const MOST_BYTES = 100_000
const PATIENCE_MS = 10_000

/** What a witness has of a log: its newest note, or why that could not be had. */
export type WitnessView =
  | { readonly name: string; readonly checkpoint: Checkpoint; readonly note: string }
  | { readonly name: string; readonly problem: string }

export interface WitnessAddress {
  readonly url: string
  /** C2SP verifier key of type 0x04. */
  readonly vkey: string
}

/**
 * Asks a witness itself for the newest head of a log it cosigned (its monitoring view, `/<SHA-256 of the origin>/
 * checkpoint`), past the log that is being verified. The note must be signed by one of the log's keys and by the
 * witness; whatever is not so comes back as a problem in words, never as an exception.
 */
export async function viewWitness(
  { url, vkey }: WitnessAddress,
  log: { readonly origin: string; readonly vkeys: readonly string[] },
  how: { readonly allowPrivate: boolean; readonly signal?: AbortSignal | undefined },
): Promise<WitnessView> {
  const name = vkey.split('+')[0] ?? vkey
  const digest = createHash('sha256').update(log.origin).digest('hex')
  try {
    const { status, body } = await askOutside(`${url.replace(/\/+$/, '')}/${digest}/checkpoint`, {
      method: 'GET',
      timeoutMs: PATIENCE_MS,
      maxBytes: MOST_BYTES,
      allowPrivate: how.allowPrivate,
      signal: how.signal,
    })
    if (status === 404) return { name, problem: 'it does not know this log' }
    if (status !== 200) return { name, problem: `it answered ${status}` }
    const note = Buffer.from(body).toString('utf8')
    const trust = { origin: log.origin, trustedVkeys: log.vkeys, witnessVkeys: [vkey], requiredWitnesses: 1 }
    const verified = await verifyCheckpoint(note, trust)
    if (verified.verdict !== 'ok')
      return { name, problem: `what it has is no head of this log (${verified.verdict})` }
    return { name, checkpoint: verified.checkpoint, note }
  } catch (error) {
    if (error instanceof OutsideError) return { name, problem: error.failure }
    throw error
  }
}

/** Asks every witness that a workspace has configured. Do it before the database's snapshot is taken: what a witness
 * has by then was committed before. */
export async function viewWitnesses(
  pool: pg.Pool,
  workspaceId: string,
  how: { readonly allowPrivate: boolean; readonly signal?: AbortSignal | undefined },
): Promise<WitnessView[]> {
  const { rows } = await pool.query<{ origin: string; vkeys: string[]; lines: unknown }>(
    `select h.origin, array(select s.vkey from log_signer s where s.workspace_id = h.workspace_id and s.epoch = h.epoch) as vkeys,
       (select value from setting where workspace_id = h.workspace_id and key = 'anchor.witnesses') as lines
     from log_head h where h.workspace_id = $1`,
    [workspaceId],
  )
  const [log] = rows
  if (!log) return []
  const witnesses = String(log.lines ?? '')
    .split('\n')
    .map(line => line.trim().split(/\s+/))
    .flatMap(([url, vkey]) => (url && vkey ? [{ url, vkey }] : []))
  return Promise.all(witnesses.map(witness => viewWitness(witness, log, how)))
}
