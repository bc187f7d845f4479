import type { Entry, Part } from '@tracedesk/contracts'
import type { Leaf } from '@tracedesk/proof/node'
import { openName } from './token-names.ts'

/** What a reader may know of the people and things a leaf names by id. */
export interface LeafNames {
  /** The part of an entry that names somebody, as far as this reader may see it; `owner`: whom it names. */
  readonly nameOf: (
    entryId: string | undefined,
    owner: string,
    part?: 'name' | 'ip' | 'userAgent',
  ) => Part | null
  /** Customer → the entry that brought the name in force now. */
  readonly customers: ReadonlyMap<string, string>
  readonly departments: ReadonlyMap<string, string | null>
  readonly tokens: ReadonlyMap<string, string>
}

/** What the world gets to see of a leaf; `parts` as they are open to this reader. */
export function describeLeaf(
  leaf: Leaf,
  position: number | null,
  parts: Record<string, Part>,
  { nameOf, customers, departments, tokens }: LeafNames,
): Entry {
  const actor = `${leaf.actor.kind}:${leaf.actor.id}`
  const { subject, via, reason, customerId } = leaf
  return {
    position,
    id: leaf.id,
    at: leaf.at,
    recordedAt: leaf.recordedAt,
    event: leaf.event,
    version: leaf.version,
    outcome: leaf.outcome,
    actor: {
      kind: leaf.actor.kind as Entry['actor']['kind'],
      id: leaf.actor.id ?? null,
      name: openName(tokens.get(leaf.actor.id ?? '')) ?? nameOf(leaf.actor.named, actor),
      role: leaf.actor.role ?? null,
      departments: (leaf.actor.departments ?? []).map(id => ({ id, name: departments.get(id) ?? null })),
    },
    onBehalfOf: leaf.onBehalfOf ?? null,
    causedBy: leaf.causedBy ?? null,
    subject: {
      kind: subject.kind,
      id: subject.id,
      name:
        subject.name === undefined
          ? nameOf(subject.named, `${subject.kind}:${subject.id}`)
          : { state: 'open', value: subject.name },
    },
    conversationId: leaf.conversationId ?? null,
    customerId: customerId ?? null,
    customerName: customerId ? nameOf(customers.get(customerId), `customer:${customerId}`) : null,
    botId: leaf.botId ?? null,
    data: leaf.data,
    parts,
    reason: reason ? { code: reason.code, text: null } : null,
    via: {
      source: via.source as Entry['via']['source'],
      requestId: via.requestId ?? null,
      sessionId: via.sessionId ?? null,
      ip: nameOf(via.origin, actor, 'ip'),
      userAgent: nameOf(via.origin, actor, 'userAgent'),
      nodeId: via.nodeId ?? null,
    },
  }
}
