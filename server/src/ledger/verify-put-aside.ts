import type pg from 'pg'
import {
  type Acknowledgement,
  type Ask,
  findGone,
  findUnacknowledged,
  readAcknowledgements,
} from './findings-put-aside.ts'
import type { Findings } from './verify-findings.ts'

/** So many rows that were put aside are named one by one. */
const MOST_REJECTED = 100

/**
 * What was put aside is a finding until an entry of this log takes note of that very row. Nothing else is ever taken
 * back by such an entry, and the entry itself is a leaf like any other. `waiting`: what entries that are not in the
 * tree yet take note of.
 */
export async function checkPutAside(
  client: pg.PoolClient,
  workspaceId: string,
  size: number,
  waiting: readonly Acknowledgement[],
  findings: Findings,
): Promise<{ acknowledged: Acknowledgement[]; remarks: string[] }> {
  const ask: Ask = async (text, values) => (await client.query(text, values)).rows
  const onRecord = await readAcknowledgements(ask, workspaceId, { below: size })
  const acknowledged = [...onRecord, ...waiting]
  const { count, rows } = await findUnacknowledged(ask, workspaceId, acknowledged, MOST_REJECTED)
  for (const { cause, rejectedAt, entryId } of rows)
    findings.add('entry_rejected', `${cause}, put aside at ${rejectedAt}`, { entryId })
  findings.take({ kept: [], count: count - rows.length })
  const gone = await findGone(ask, workspaceId, acknowledged)
  const remarks = gone.map(
    ({ finding }) =>
      `the row ${finding.entryId} that was put aside at ${finding.rejectedAt} is not kept any more; the log has its SHA-256`,
  )
  return { acknowledged, remarks }
}
