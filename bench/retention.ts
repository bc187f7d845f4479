// How long a month of a million entries takes to be destroyed: one step of a run, with its list, its entry and the
// counts made anew. Texts have parts and words; a hundredth of the month is kept for ever.
import { labelCreated, messageReceived } from '@tracedesk/contracts'
import { newId } from '../server/src/kernel/id.ts'
import { BulkAppender, BulkBatch } from '../server/src/ledger/bulk.ts'
import { verifyLedger } from '../server/src/ledger/verify.ts'
import { fillLedger } from '../server/test/support/fill-ledger.ts'
import { type Desk, openDesk, runSql, startCluster } from './desk.ts'
import type { Benchmark } from './figure.ts'

const ENTRIES = 1_000_000
const BATCH = 10_000
const MONTH = '2021-03'
/** One entry in so many is of a class that is kept. */
const KEPT_EVERY = 100

export const retention: Benchmark = {
  name: 'retention',
  run: async () => {
    const cluster = await startCluster()
    const desk = await openDesk(cluster, 'retention')
    try {
      await fillMonth(desk)
      const runId = newId()
      await runSql(
        desk.connection,
        `insert into retention_run (workspace_id, run_id, state, rules, as_of, requested_by, requested_at, entries, parts)
         values ($1, $2, 'running', jsonb_build_array(jsonb_build_object('id', $2::uuid, 'what', 'entries', 'event', '*', 'botId', null, 'part', null, 'days', 365)), now(), $2, now(), 0, 0)`,
        [desk.workspaceId, runId],
      )
      const begun = performance.now()
      await desk.node.retentionKeeper.stepOnce(desk.workspaceId, runId)
      const seconds = (performance.now() - begun) / 1000
      await desk.node.settle(60_000)
      const report = await verifyLedger({ databases: desk.node.databases, workspaceId: desk.workspaceId })
      if (report.verdict !== 'ok') throw new Error(`verification says ${report.verdict}`)
      return [
        {
          name: 'a month of 1,000,000 entries destroyed',
          value: seconds,
          unit: 's',
          limit: { atMost: 5 },
          note: `${report.purged.entries} entries gone; verified afterwards in ${report.seconds.toFixed(1)} s`,
        },
      ]
    } finally {
      await desk.close()
      await cluster.stop()
    }
  },
}

async function fillMonth({ node, workspaceId, connection }: Desk): Promise<void> {
  const { databases, counter } = node
  await node.retentionKeeper.stop()
  await node.textIndex.stop() // the parts here are sealed under no key it knows
  const appender = new BulkAppender(databases, null)
  const customer = newId()
  const keys = new Map([[`customer:${customer}` as const, Buffer.alloc(32, 3)]])
  const client = await databases.ledger.connect()
  const start = Date.parse(`${MONTH}-01T00:00:00Z`)
  for (let done = 0; done < ENTRIES; done += BATCH) {
    const batch = new BulkBatch(workspaceId, new Date().toISOString().replace('Z', '000Z'), counter.nodeId)
    for (let i = done; i < done + BATCH; i++) {
      const at = new Date(start + i * 2_000).toISOString().replace('Z', '000Z')
      batch.add(draft(at, i, customer), keys, undefined)
    }
    await appender.makeRoom(batch)
    await client.query('begin')
    await appender.append(client, batch)
    await client.query('commit')
  }
  client.release()
  await fillLedger(node, workspaceId, 1_000) // the tiles behind the month are full
  await node.settle(300_000)
  await runSql(
    connection,
    "insert into log_text (workspace_id, entry_id, at, owner, tokens) select workspace_id, entry_id, at, owner, '{1,2,3}' from log_part on conflict do nothing",
  )
  await runSql(
    connection,
    'insert into log_text_cursor select workspace_id, size from log_head on conflict (workspace_id) do update set position = excluded.position',
  )
  while ((await node.rollup.countOnce(workspaceId, 250_000)) > 0);
  await runSql(connection, 'vacuum (analyze) log_entry')
}

const draft = (at: string, i: number, customer: string) => {
  const kept = i % KEPT_EVERY === 0
  return {
    id: newId(),
    event: kept ? labelCreated : messageReceived,
    outcome: 'done' as const,
    at,
    actor: { kind: 'customer' as const, id: customer, role: null, departments: [], named: null },
    causedBy: null,
    subject: { kind: 'message', id: newId() },
    conversationId: null,
    customerId: customer,
    botId: null,
    agents: [],
    departments: [],
    data: kept ? { name: 'x', colour: '#aabbcc' } : { kind: 'text', length: 20 },
    parts: i % 3 === 1 && !kept ? { text: Buffer.from('the parcel did not arrive') } : {},
    reasonCode: null,
    via: { source: 'telegram' as const, requestId: null, sessionId: null, origin: null },
  }
}
