import { utf8Decode } from './bytes.ts'
import { ProofError } from './errors.ts'

/** What canonical JSON may hold here: RFC 8785 without fractions and without ill-formed text. */
export type CanonicalValue =
  | string
  | number
  | boolean
  | null
  | readonly CanonicalValue[]
  | { readonly [key: string]: CanonicalValue }

/** The longest canonical text accepted unless the caller says otherwise: that of a leaf. */
export const MAX_LEAF_BYTES = 4096

/** Containers inside containers, the outermost counted as one. */
export const MAX_DEPTH = 32

export type CanonicalLimits = { readonly maxBytes?: number }

const encoder = new TextEncoder()
/** Printable ASCII that JSON writes as it is; everything else takes the slower way. */
const PLAIN = /^[ !#-[\]-~]*$/

/**
 * Canonical JSON (RFC 8785) of a value as UTF-8 bytes: no white space, members ordered by the UTF-16 code units of
 * their names, shortest escapes. Numbers are integers within ±(2^53 - 1); -0 is written 0.
 * Throws `not_integer`, `lone_surrogate`, `undefined_value`, `unsupported_value`, `too_deep`, `too_long`.
 */
export function canonicalize(
  value: unknown,
  { maxBytes = MAX_LEAF_BYTES }: CanonicalLimits = {},
): Uint8Array {
  return encodeCanonicalText(canonicalText(value, 0), maxBytes)
}

/**
 * The value of canonical bytes. Refuses every input that is not exactly what `canonicalize` gives for the value
 * (white space, other member order, duplicate members, other escapes, `1.0`, `-0`, …).
 * Throws `bad_utf8`, `not_json`, `not_canonical` and all that `canonicalize` throws.
 */
export function parseCanonical(
  bytes: Uint8Array,
  { maxBytes = MAX_LEAF_BYTES }: CanonicalLimits = {},
): CanonicalValue {
  const { text, value } = parseJson(bytes, maxBytes)
  if (canonicalText(value, 0) !== text)
    throw new ProofError('not_canonical', 'differs from its canonical form')
  // canonicalText went through the whole value and refused everything CanonicalValue does not allow.
  return value as CanonicalValue
}

/** Text and JSON value of the bytes, of which nothing is known but that they are JSON. */
export function parseJson(bytes: Uint8Array, maxBytes: number): { text: string; value: unknown } {
  if (bytes.length > maxBytes) throw new ProofError('too_long', `${bytes.length} bytes, at most ${maxBytes}`)
  const text = utf8Decode(bytes)
  try {
    return { text, value: JSON.parse(text) }
  } catch {
    throw new ProofError('not_json', `${bytes.length} bytes`)
  }
}

/**
 * UTF-8 of a canonical text. The bytes are a view into a slab shared with other results, because a buffer of its own
 * for each leaf would cost more than everything else about it: read them through the view, never through `.buffer`.
 */
export function encodeCanonicalText(text: string, maxBytes: number): Uint8Array {
  // A UTF-16 unit takes at most three bytes.
  const bytes = text.length * 3 > SLAB_BYTES / 8 ? encoder.encode(text) : encodeIntoSlab(text)
  if (bytes.length > maxBytes) throw new ProofError('too_long', `${bytes.length} bytes, at most ${maxBytes}`)
  return bytes
}

const SLAB_BYTES = 128 * 1024
let slab = new Uint8Array(SLAB_BYTES)
let slabUsed = 0

function encodeIntoSlab(text: string): Uint8Array {
  if (SLAB_BYTES - slabUsed < text.length * 3) {
    slab = new Uint8Array(SLAB_BYTES)
    slabUsed = 0
  }
  const start = slabUsed
  slabUsed += encoder.encodeInto(text, slab.subarray(start)).written
  return slab.subarray(start, slabUsed)
}

/** A string as canonical JSON. */
export function quoteCanonical(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`
  if (!text.isWellFormed()) throw new ProofError('lone_surrogate', 'string is not well-formed Unicode')
  return JSON.stringify(text)
}

/** Canonical JSON text of a value that stands `depth` containers deep. */
export function canonicalText(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return quoteCanonical(value)
    case 'number':
      if (!Number.isSafeInteger(value)) throw new ProofError('not_integer', `${value}`)
      return String(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      if (value === null) return 'null'
      if (depth >= MAX_DEPTH) throw new ProofError('too_deep', `more than ${MAX_DEPTH} containers`)
      return Array.isArray(value) ? arrayText(value, depth + 1) : objectText(value, depth + 1)
    case 'undefined':
      throw new ProofError('undefined_value', 'leave the member out instead')
    default:
      throw new ProofError('unsupported_value', typeof value)
  }
}

function arrayText(items: readonly unknown[], depth: number): string {
  let text = '['
  for (let at = 0; at < items.length; at += 1) {
    if (at > 0) text += ','
    text += canonicalText(items[at], depth)
  }
  return `${text}]`
}

function objectText(value: object, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) {
    throw new ProofError('unsupported_value', 'only plain objects')
  }
  let text = '{'
  for (const key of sortedKeys(value)) {
    if (text.length > 1) text += ','
    // The key came from Object.keys of this very object.
    text += `${quoteCanonical(key)}:${canonicalText((value as Record<string, unknown>)[key], depth)}`
  }
  return `${text}}`
}

/** Own member names in canonical order. `<` and the default sort both compare UTF-16 code units. */
export function sortedKeys(value: object): string[] {
  const keys = Object.keys(value)
  for (let at = 1; at < keys.length; at += 1) {
    if ((keys[at - 1] ?? '') > (keys[at] ?? '')) return keys.sort()
  }
  return keys
}
