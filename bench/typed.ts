// What colleagues typed, as much of it as a busy log holds: searches, some of which name somebody.
import { logViewed } from '@tracedesk/contracts'
import { bindTx } from '../server/src/db/database.ts'
import { newId } from '../server/src/kernel/id.ts'
import { BulkAppender, BulkBatch } from '../server/src/ledger/bulk.ts'
import type { Desk } from './desk.ts'

const BATCH = 10_000

/** Appends `count` searches of the owner, one in a thousand of them for `name`. */
export async function typeSearches(desk: Desk, count: number, name: string): Promise<void> {
  const { node, workspaceId, owner } = desk
  const { databases, counter } = node
  const keys = await keyOf(desk)
  const appender = new BulkAppender(databases, null)
  const client = await databases.ledger.connect()
  for (let done = 0; done < count; done += BATCH) {
    const at = new Date().toISOString().replace('Z', '000Z')
    const batch = new BulkBatch(workspaceId, at, counter.nodeId)
    for (let i = done; i < Math.min(done + BATCH, count); i++)
      batch.add(
        searchBy(owner.actor, at, i % 1_000 === 0 ? `refund ${name}` : `refund ${i}`),
        keys,
        undefined,
      )
    await appender.makeRoom(batch)
    await client.query('begin')
    await appender.append(client, batch)
    await client.query('commit')
  }
  client.release()
  await node.settle(300_000)
}

async function keyOf({ node, workspaceId, owner }: Desk) {
  const client = await node.databases.app.connect()
  try {
    const { actor } = owner
    const { keys } = await node.keys.forSealing(bindTx(client), workspaceId, [`${actor.kind}:${actor.id}`])
    return keys
  } finally {
    client.release()
  }
}

const searchBy = (actor: Desk['owner']['actor'], at: string, q: string) => ({
  id: newId(),
  event: logViewed,
  outcome: 'done' as const,
  at,
  actor,
  causedBy: null,
  subject: { kind: 'log', id: 'log.search' },
  conversationId: null,
  customerId: null,
  botId: null,
  agents: [],
  departments: [],
  data: { query: 'log.search', filter: {}, scope: 'all', count: 3, deep: false },
  parts: { q: Buffer.from(q) },
  reasonCode: null,
  via: { source: 'console' as const, requestId: null, sessionId: null, origin: null },
})
