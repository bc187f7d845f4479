import type { ActorKind, EventDefinition, Outcome, Source } from '@tracedesk/contracts'
import {
  type CanonicalValue,
  commitPart,
  encodeLeaf,
  hmacSha256,
  type Leaf,
  ProofError,
  SALT_BYTES,
  toBase64,
} from '@tracedesk/proof/node'
import { ConsoleError } from '../kernel/console-error.ts'
import { putRandom, takeRandomHex } from '../kernel/random.ts'
import { seal } from '../kernel/secret.ts'
import type { PartOwnerId } from './subject-keys.ts'

/** Who acts, as the entry keeps it: role and departments as they are now. `named`: the entry that brought the name. */
export interface RecordedActor {
  readonly kind: ActorKind
  readonly id: string | null
  readonly role: string | null
  readonly departments: readonly string[]
  readonly named: string | null
}

/** How a caller came in. `origin`: the entry that holds address and browser. */
export interface RecordedVia {
  readonly source: Source
  readonly requestId: string | null
  readonly sessionId: string | null
  readonly origin: string | null
}

/** An entry before it has counters and bytes. */
export interface EntryDraft {
  readonly id: string
  readonly event: EventDefinition
  readonly outcome: Outcome
  readonly at: string
  readonly actor: RecordedActor
  /** The agent in whose name the actor acted. */
  readonly onBehalfOf?: string | null
  readonly causedBy: string | null
  readonly subject: { kind: string; id: string; name?: string | undefined; named?: string | undefined }
  readonly conversationId: string | null
  readonly customerId: string | null
  readonly botId: string | null
  /** The agents it concerns beside the actor, and the departments whose leads may read it. */
  readonly agents: readonly string[]
  readonly departments: readonly string[]
  readonly data: Record<string, unknown>
  readonly parts: Readonly<Record<string, Uint8Array>>
  readonly reasonCode: string | null
  readonly via: RecordedVia
}

/** Columns of log_pending and log_entry in one order; both tables have them. */
export interface EntryRow {
  readonly entry_id: string
  readonly at: string
  readonly recorded_at: string
  readonly event: string
  readonly version: number
  readonly outcome: string
  readonly reach: string
  readonly actor_kind: string
  readonly actor_id: string | null
  readonly subject_kind: string
  readonly subject_id: string
  readonly conversation_id: string | null
  readonly customer_id: string | null
  readonly bot_id: string | null
  readonly agent_ids: readonly string[]
  readonly department_ids: readonly string[]
  readonly source: string
  readonly leaf: Uint8Array
}

export interface PartRow {
  readonly entry_id: string
  readonly name: string
  readonly at: string
  readonly owner: PartOwnerId
  readonly sealed: Buffer
}

/** Whose key seals part `name` of a draft. */
export function ownerOf(draft: EntryDraft, name: string): PartOwnerId {
  const owner = draft.event.parts[name]
  if (owner === undefined) throw new Error(`event ${draft.event.name} declares no part ${name}`)
  if (owner === 'customer') {
    if (!draft.customerId)
      throw new Error(`part ${name} of ${draft.event.name} belongs to a customer, but none is named`)
    return `customer:${draft.customerId}`
  }
  if (owner === 'subject') return `${draft.subject.kind}:${draft.subject.id}`
  if (owner === 'actor' && draft.actor.id) return `${draft.actor.kind}:${draft.actor.id}`
  return `visitor:${draft.id}`
}

const unique = (ids: readonly string[]): readonly string[] => (ids.length > 1 ? [...new Set(ids)] : ids)

/** What is there; an absent member of a leaf is undefined. */
const given = (value: string | null | undefined): string | undefined => value || undefined

/** The context that binds a sealed part to its place: a part moved to another entry or name does not open. */
export const partContext = (workspaceId: string, entryId: string, name: string): string =>
  `${workspaceId}/${entryId}/${name}`

/**
 * Turns a draft into the bytes that will be hashed, the projected columns, and the sealed parts. Throws
 * ConsoleError `entry.too_large` when the leaf would pass 4,096 bytes; data that does not fit the event's schema is
 * a defect and throws plainly.
 */
export function buildEntry(
  workspaceId: string,
  draft: EntryDraft,
  recordedAt: string,
  keys: ReadonlyMap<PartOwnerId, Buffer>,
  counters: { conversation?: number; node?: number },
  nodeId: string,
): { row: EntryRow; parts: PartRow[] } {
  const { actor, via, subject } = draft
  const parts: PartRow[] = []
  const commitments: Record<string, { owner: string; commitment: string }> = {}
  for (const [name, bytes] of Object.entries(draft.parts)) {
    const owner = ownerOf(draft, name)
    const key = keys.get(owner)
    if (!key) throw new Error(`no key for ${owner}`)
    const salted = Buffer.allocUnsafe(SALT_BYTES + bytes.length)
    putRandom(salted, 0, SALT_BYTES)
    salted.set(bytes, SALT_BYTES)
    const commitment = commitPart(salted.subarray(0, SALT_BYTES), name, bytes)
    commitments[name] = { owner, commitment: toBase64(commitment) }
    parts.push({
      entry_id: draft.id,
      name,
      at: draft.at,
      owner,
      sealed: seal(key, salted, partContext(workspaceId, draft.id, name)),
    })
  }
  const agents = actor.kind === 'agent' && actor.id ? [actor.id, ...draft.agents] : draft.agents
  const leaf: Leaf = {
    v: 1,
    id: draft.id,
    at: draft.at,
    recordedAt,
    event: draft.event.name,
    version: draft.event.version,
    outcome: draft.outcome,
    actor: {
      kind: actor.kind,
      id: given(actor.id),
      role: given(actor.role),
      departments: actor.departments.length > 0 ? actor.departments : undefined,
      named: given(actor.named),
    },
    onBehalfOf: given(draft.onBehalfOf),
    causedBy: given(draft.causedBy),
    subject,
    conversationId: given(draft.conversationId),
    customerId: given(draft.customerId),
    botId: given(draft.botId),
    scope: { agents: unique(agents), departments: unique([...actor.departments, ...draft.departments]) },
    // The event's schema admits only what canonical JSON can hold; the encoder checks it once more.
    data: draft.data as Record<string, CanonicalValue>,
    parts: commitments,
    reason: draft.reasonCode ? { code: draft.reasonCode } : undefined,
    via: {
      source: via.source,
      requestId: given(via.requestId),
      sessionId: given(via.sessionId),
      nodeId,
      origin: given(via.origin),
    },
    counters,
    nonce: takeRandomHex(16),
  }
  return { row: projectLeaf(leaf, draft.event.reach, encodeOrRefuse(leaf)), parts }
}

function encodeOrRefuse(leaf: Leaf): Uint8Array {
  try {
    return encodeLeaf(leaf)
  } catch (error) {
    if (error instanceof ProofError && error.code === 'too_long')
      throw new ConsoleError('entry.too_large', { event: leaf.event }, { cause: error })
    throw error
  }
}

/** The projected columns of a leaf: what `verify` recomputes and compares. */
export function projectLeaf(leaf: Leaf, reach: string, bytes: Uint8Array): EntryRow {
  return {
    entry_id: leaf.id,
    at: leaf.at,
    recorded_at: leaf.recordedAt,
    event: leaf.event,
    version: leaf.version,
    outcome: leaf.outcome,
    reach,
    actor_kind: leaf.actor.kind,
    actor_id: leaf.actor.id ?? null,
    subject_kind: leaf.subject.kind,
    subject_id: leaf.subject.id,
    conversation_id: leaf.conversationId ?? null,
    customer_id: leaf.customerId ?? null,
    bot_id: leaf.botId ?? null,
    agent_ids: leaf.scope.agents,
    department_ids: leaf.scope.departments,
    source: leaf.via.source,
    leaf: bytes,
  }
}

/** The MAC by which the sequencer knows that this installation wrote a pending row: over the hash of its leaf (RFC 6962). */
export const pendingMac = (key: Buffer, leafHash: Uint8Array): Uint8Array => hmacSha256(key, leafHash)
