import { hashLeaf } from '@tracedesk/proof/node'
import type pg from 'pg'
import { type InstallationSecret, sameBytes } from '../kernel/secret.ts'
import { ENTRY_COLUMNS } from './append.ts'
import { pendingMac } from './draft.ts'
import { type Acknowledgement, readAcknowledgement } from './findings-put-aside.ts'
import { copyRows } from './verify-copy.ts'
import { F, ROW_FIELDS } from './verify-fields.ts'
import type { Findings } from './verify-findings.ts'
import { type LeavesCheck, sliceOf, whereOf } from './verify-leaves.ts'

/** An entry that has waited longer than this was forgotten by every sequencer. */
const PENDING_SECONDS = 60

/**
 * Looks at what is committed and not yet in the tree: its columns, whether we wrote it (with `secret` only), how long
 * it waits. Returns what entries among them take note of.
 */
export async function checkPending(
  client: pg.PoolClient,
  workspaceId: string,
  secret: InstallationSecret | undefined,
  leaves: LeavesCheck,
  findings: Findings,
): Promise<Acknowledgement[]> {
  const acknowledged: Acknowledgement[] = []
  const mac = secret?.key('pending-mac')
  const columns = ['null::bigint', ...ENTRY_COLUMNS].join(', ')
  await copyRows(
    client,
    `select ${columns}, mac from log_pending where workspace_id = '${workspaceId}' order by ordinal`,
    ROW_FIELDS.length + 1,
    row => {
      const leaf = sliceOf(row, F.leaf)
      if (mac && !sameBytes(pendingMac(mac, hashLeaf(leaf)), sliceOf(row, ROW_FIELDS.length)))
        return findings.add('pending_forged', 'this installation did not write it', whereOf(row, null))
      leaves.takeRow(row, null)
      const said = readAcknowledgement(leaf)
      if (said) acknowledged.push(said)
    },
  )
  await findStuck(client, workspaceId, findings)
  return acknowledged
}

async function findStuck(client: pg.PoolClient, workspaceId: string, findings: Findings): Promise<void> {
  const { rows } = await client.query<{ entry_id: string; seconds: number }>(
    `select entry_id, extract(epoch from clock_timestamp() - recorded_at)::int as seconds from log_pending
     where workspace_id = $1 and recorded_at < clock_timestamp() - make_interval(secs => $2) order by ordinal limit 100`,
    [workspaceId, PENDING_SECONDS],
  )
  for (const { entry_id, seconds } of rows)
    findings.add('pending_stuck', `it has waited ${seconds} s for the tree`, { entryId: entry_id })
}
