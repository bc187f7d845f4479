import type { CanonicalValue } from './canonical.ts'
import { encodeCanonicalText, MAX_LEAF_BYTES, parseJson } from './canonical.ts'
import { ProofError } from './errors.ts'
import { leafText } from './leaf-text.ts'

/** Who did it. `named` is the id of the entry that established the name in use then. */
export type LeafActor = {
  readonly kind: string
  readonly id?: string | undefined
  readonly role?: string | undefined
  readonly departments?: readonly string[] | undefined
  readonly named?: string | undefined
}

/** What it was done to. `name` only where the name is nobody's personal data. */
export type LeafSubject = {
  readonly kind: string
  readonly id: string
  readonly name?: string | undefined
  readonly named?: string | undefined
}

/** Whose entry this is, as of then: the agents it concerns and the departments that may read it. */
export type LeafScope = { readonly agents: readonly string[]; readonly departments: readonly string[] }

/** A personal piece kept outside: the subject under whose key it lies, and its commitment in base64. */
export type LeafPart = { readonly owner: string; readonly commitment: string }

/** How it came in. `origin` is the id of the entry that established the address. */
export type LeafVia = {
  readonly source: string
  readonly requestId?: string | undefined
  readonly sessionId?: string | undefined
  readonly nodeId?: string | undefined
  readonly origin?: string | undefined
}

/** Dense counters from 1, without a gap: per conversation, and per `via.nodeId`. */
export type LeafCounters = {
  readonly conversation?: number | undefined
  readonly node?: number | undefined
}

/**
 * One entry as the ledger proves it. Absent members are left out or undefined, never null. Ids marked uuid are lowercase;
 * `at` and `recordedAt` are UTC with exactly six fraction digits; `nonce` is 128 random bits in hex.
 */
export type Leaf = {
  readonly v: 1
  readonly id: string
  readonly at: string
  readonly recordedAt: string
  readonly event: string
  readonly version: number
  readonly outcome: LeafOutcome
  readonly actor: LeafActor
  readonly onBehalfOf?: string | undefined
  readonly causedBy?: string | undefined
  readonly subject: LeafSubject
  readonly conversationId?: string | undefined
  readonly customerId?: string | undefined
  readonly botId?: string | undefined
  readonly scope: LeafScope
  readonly data: { readonly [key: string]: CanonicalValue }
  readonly parts: { readonly [name: string]: LeafPart }
  readonly reason?: { readonly code: string } | undefined
  readonly via: LeafVia
  readonly counters: LeafCounters
  readonly nonce: string
}

export type LeafOutcome = 'done' | 'refused' | 'failed'

/**
 * Canonical bytes of a leaf, at most 4096: the same bytes `canonicalize` would give, several times faster, and
 * refused when `decodeLeaf` would not take them back. A member that is `undefined` counts as absent.
 * Throws `leaf_malformed` (naming the member), `too_long`, and for `data` all that `canonicalize` throws.
 */
export function encodeLeaf(leaf: Leaf): Uint8Array {
  return encodeCanonicalText(leafText(leaf), MAX_LEAF_BYTES)
}

/**
 * The leaf of its bytes. Throws `too_long`, `bad_utf8`, `not_json`, `leaf_malformed` when a member is missing, of
 * the wrong form or unknown, and `not_canonical` when the bytes are not those `encodeLeaf` gives.
 */
export function decodeLeaf(bytes: Uint8Array): Leaf {
  const { text, value } = parseJson(bytes, MAX_LEAF_BYTES)
  if (leafText(value) !== text) throw new ProofError('not_canonical', 'differs from its canonical form')
  // leafText read every member and refused all that the type does not allow.
  return value as Leaf
}
