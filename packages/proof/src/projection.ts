import type { Leaf, LeafOutcome } from './leaf.ts'

/** The envelope of a leaf as flat columns: what a store keeps beside the bytes to search by. Absent is null. */
export type LeafProjection = {
  readonly id: string
  readonly at: string
  readonly recordedAt: string
  readonly event: string
  readonly version: number
  readonly outcome: LeafOutcome
  readonly actorKind: string
  readonly actorId: string | null
  readonly actorRole: string | null
  readonly onBehalfOf: string | null
  readonly causedBy: string | null
  readonly subjectKind: string
  readonly subjectId: string
  readonly conversationId: string | null
  readonly customerId: string | null
  readonly botId: string | null
  readonly scopeAgents: readonly string[]
  readonly scopeDepartments: readonly string[]
  readonly reasonCode: string | null
  readonly source: string
  readonly nodeId: string | null
  readonly conversationCounter: number | null
}

/** The columns of a leaf: used where they are written and where they are verified, so that both mean the same. */
export function projectLeaf(leaf: Leaf): LeafProjection {
  return {
    id: leaf.id,
    at: leaf.at,
    recordedAt: leaf.recordedAt,
    event: leaf.event,
    version: leaf.version,
    outcome: leaf.outcome,
    actorKind: leaf.actor.kind,
    actorId: leaf.actor.id ?? null,
    actorRole: leaf.actor.role ?? null,
    onBehalfOf: leaf.onBehalfOf ?? null,
    causedBy: leaf.causedBy ?? null,
    subjectKind: leaf.subject.kind,
    subjectId: leaf.subject.id,
    conversationId: leaf.conversationId ?? null,
    customerId: leaf.customerId ?? null,
    botId: leaf.botId ?? null,
    scopeAgents: leaf.scope.agents,
    scopeDepartments: leaf.scope.departments,
    reasonCode: leaf.reason?.code ?? null,
    source: leaf.via.source,
    nodeId: leaf.via.nodeId ?? null,
    conversationCounter: leaf.counters.conversation ?? null,
  }
}

/** The first column given that says something else than the leaf, if any. Columns not given are not compared. */
export function findProjectionMismatch(
  leaf: LeafProjection,
  columns: Partial<LeafProjection>,
): string | undefined {
  // A column the leaf does not have, which only untyped callers can give, is a mismatch as well.
  const expected: Readonly<Record<string, unknown>> = leaf
  const given: Readonly<Record<string, unknown>> = columns
  for (const name in given) if (!sameColumn(expected[name], given[name])) return name
  return undefined
}

function sameColumn(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return a === b
  return a.length === b.length && a.every((item, at) => item === b[at])
}
