import { labelCreated } from '@tracedesk/contracts'
import { newId } from '../../src/kernel/id.ts'
import { BulkAppender, BulkBatch } from '../../src/ledger/bulk.ts'
import type { TracedeskNode } from '../../src/node.ts'

const BATCH = 10_000

/**
 * Adds `count` entries to a workspace's ledger by the bulk path that imports use: real leaves, tiles and head. What
 * they say did not happen, so only tests and benchmarks of the ledger itself may call it.
 */
export async function fillLedger(node: TracedeskNode, workspaceId: string, count: number): Promise<void> {
  const { databases, counter } = node
  const appender = new BulkAppender(databases, null)
  const client = await databases.ledger.connect()
  try {
    for (let done = 0; done < count; done += BATCH) {
      const clock = await client.query<{ now: string }>('select clock_timestamp() as now')
      const now = clock.rows[0]?.now ?? ''
      const batch = new BulkBatch(workspaceId, now, counter.nodeId)
      for (let i = done; i < Math.min(done + BATCH, count); i++)
        batch.add(draft(now, `label ${i}`), new Map(), undefined)
      await appender.makeRoom(batch)
      await client.query('begin')
      await appender.append(client, batch)
      await client.query('commit')
    }
  } finally {
    client.release()
  }
}

const draft = (at: string, name: string) => ({
  id: newId(),
  event: labelCreated,
  outcome: 'done' as const,
  at,
  actor: { kind: 'system' as const, id: null, role: null, departments: [], named: null },
  causedBy: null,
  subject: { kind: 'label', id: newId(), name },
  conversationId: null,
  customerId: null,
  botId: null,
  agents: [],
  departments: [],
  data: { name, colour: '#aabbcc' },
  parts: {},
  reasonCode: null,
  via: { source: 'system' as const, requestId: null, sessionId: null, origin: null },
})
