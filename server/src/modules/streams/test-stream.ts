import { type Entry, streamTested, testStream } from '@tracedesk/contracts'
import { type Command, defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import { instantFromMillis } from '../../kernel/instant.ts'
import type { Outcome, StreamPort } from './port.ts'
import { loadStream } from './store.ts'

/** An entry that is none: it has no position and stands in no log, and its event says so. */
function inventEntry(streamId: string): Entry {
  const now = instantFromMillis(Date.now())
  return {
    position: null,
    id: newId(),
    at: now,
    recordedAt: now,
    event: 'stream.tested',
    version: 1,
    outcome: 'done',
    actor: { kind: 'system', id: null, name: null, role: null, departments: [] },
    onBehalfOf: null,
    causedBy: null,
    subject: { kind: 'stream', id: streamId, name: null },
    conversationId: null,
    customerId: null,
    customerName: null,
    botId: null,
    data: { test: true },
    parts: {},
    reason: null,
    via: { source: 'system', requestId: null, sessionId: null, ip: null, userAgent: null, nodeId: null },
  }
}

const describe = (outcome: Outcome) => ({
  delivered: outcome.kind === 'arrived',
  problem:
    outcome.kind === 'arrived' ? null : outcome.kind === 'trouble' ? outcome.problem : ('not_taken' as const),
  status: outcome.kind === 'arrived' ? null : outcome.status,
})

/** `stream.test`: sends before there is a transaction, then records what came of it. */
export const createTestStream = (port: StreamPort): Command =>
  defineCommandHandler(testStream, {
    prepare: async ({ id }, { workspaceId }) => {
      const found = await loadStream(port.app, port.secret, workspaceId, id)
      if (!found) throw new ConsoleError('stream.not_found', { id })
      const began = performance.now()
      const outcome = await port.send(found.stream, [inventEntry(id)], new AbortController().signal)
      return { name: found.stream.name, outcome, milliseconds: Math.round(performance.now() - began) }
    },
    handle: async (context, { id }, { name, outcome, milliseconds }) => {
      const facts = { ...describe(outcome), milliseconds }
      context.record(streamTested, facts, { subject: { id, name } })
      return facts
    },
  }) as unknown as Command
