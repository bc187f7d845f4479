import { type Leaf, sha256, toBase64, toHex, utf8Encode } from '../src/index.ts'

/** A uuid that depends on nothing but the name, so that samples are the same in each run. */
export function sampleId(name: string): string {
  const hex = toHex(sha256(utf8Encode(name)))
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** A leaf as the desk writes them: number `at` of a log, of conversation `conversation`, as its entry `counter`. */
export function sampleLeaf(at: number, conversation = 0, counter = at + 1): Leaf {
  const conversationId = sampleId(`conversation ${conversation}`)
  const time = new Date(Date.UTC(2026, 10, 23, 2, 36, 7) + at * 1000)
    .toISOString()
    .replace('.000Z', '.123456Z')
  return {
    v: 1,
    id: sampleId(`entry ${at}`),
    at: time,
    recordedAt: time,
    event: 'message.sent',
    version: 1,
    outcome: 'done',
    actor: { kind: 'agent', id: sampleId('maya'), role: 'agent', departments: [sampleId('support')] },
    subject: { kind: 'conversation', id: conversationId },
    conversationId,
    scope: { agents: [sampleId('maya')], departments: [sampleId('support')] },
    data: { length: at, replyTo: null },
    parts: { text: { owner: sampleId('customer'), commitment: toBase64(sha256(utf8Encode(`text ${at}`))) } },
    via: { source: 'console', nodeId: 'node-1' },
    counters: { conversation: counter, node: at + 1 },
    nonce: toHex(sha256(utf8Encode(`nonce ${at}`))).slice(0, 32),
  }
}
