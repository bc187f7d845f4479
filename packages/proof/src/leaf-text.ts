import { canonicalText, quoteCanonical, sortedKeys } from './canonical.ts'
import { ProofError } from './errors.ts'
import { isTimestamp } from './leaf-time.ts'
import { isPartName } from './part.ts'

// Writes the canonical JSON of a leaf and checks its shape in the same walk, because an entry that could be written
// but not verified would be the worst of both. Members stand in canonical order by hand; a property test holds
// this file against `canonicalize`.

type Members = Readonly<Record<string, unknown>>

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const NONCE = /^[0-9a-f]{32}$/
const EVENT = /^[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+$/
const WORD = /^[a-z][a-z0-9_]*$/
const COMMITMENT = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/

/** Longest id, name or code in the envelope, in UTF-16 units. */
const MAX_TEXT = 512

const LEAF = memberNames(
  'actor at botId causedBy conversationId counters customerId data event id nonce onBehalfOf outcome parts reason',
  'recordedAt scope subject v version via',
)
const ACTOR = memberNames('departments id kind named role')
const COUNTERS = memberNames('conversation node')
const PART = memberNames('commitment owner')
const REASON = memberNames('code')
const SCOPE = memberNames('agents departments')
const SUBJECT = memberNames('id kind name named')
const VIA = memberNames('nodeId origin requestId sessionId source')

/** Canonical text of a leaf. Throws `leaf_malformed` naming the member, and for `data` what `canonicalize` throws. */
export function leafText(value: unknown): string {
  const leaf = members(value, 'leaf', LEAF)
  if (leaf.v !== 1) throw malformed('v')
  return (
    `{"actor":${actorText(leaf.actor)},"at":${timestamp(leaf.at, 'at')}` +
    optional('botId', leaf.botId, uuid) +
    optional('causedBy', leaf.causedBy, uuid) +
    optional('conversationId', leaf.conversationId, uuid) +
    `,"counters":${countersText(leaf.counters)}` +
    optional('customerId', leaf.customerId, uuid) +
    `,"data":${canonicalText(members(leaf.data, 'data'), 1)},"event":${event(leaf.event)}` +
    `,"id":${uuid(leaf.id, 'id')},"nonce":${nonce(leaf.nonce)}` +
    optional('onBehalfOf', leaf.onBehalfOf, uuid) +
    `,"outcome":${outcome(leaf.outcome)},"parts":${partsText(leaf.parts)}` +
    optional('reason', leaf.reason, reasonText) +
    `,"recordedAt":${timestamp(leaf.recordedAt, 'recordedAt')},"scope":${scopeText(leaf.scope)}` +
    `,"subject":${subjectText(leaf.subject)},"v":1,"version":${positive(leaf.version, 'version')}` +
    `,"via":${viaText(leaf.via)}}`
  )
}

function actorText(value: unknown): string {
  const actor = members(value, 'actor', ACTOR)
  return object(
    optional('departments', actor.departments, uuids) +
      optional('id', actor.id, words) +
      `,"kind":${word(actor.kind, 'actor.kind')}` +
      optional('named', actor.named, uuid) +
      optional('role', actor.role, words),
  )
}

function countersText(value: unknown): string {
  const counters = members(value, 'counters', COUNTERS)
  return object(
    optional('conversation', counters.conversation, positive) + optional('node', counters.node, positive),
  )
}

function partsText(value: unknown): string {
  const parts = members(value, 'parts')
  let text = ''
  for (const name of sortedKeys(parts)) {
    if (!isPartName(name)) throw malformed('parts')
    const part = members(parts[name], 'parts', PART)
    const { commitment } = part
    if (typeof commitment !== 'string' || !COMMITMENT.test(commitment))
      throw malformed(`parts.${name}.commitment`)
    text += `,"${name}":{"commitment":"${commitment}","owner":${words(part.owner, `owner`)}}`
  }
  return object(text)
}

function reasonText(value: unknown): string {
  return `{"code":${words(members(value, 'reason', REASON).code, 'reason.code')}}`
}

function scopeText(value: unknown): string {
  const scope = members(value, 'scope', SCOPE)
  return `{"agents":${uuids(scope.agents, 'scope.agents')},"departments":${uuids(scope.departments, 'scope.departments')}}`
}

function subjectText(value: unknown): string {
  const subject = members(value, 'subject', SUBJECT)
  return (
    `{"id":${words(subject.id, 'subject.id')},"kind":${word(subject.kind, 'subject.kind')}` +
    `${optional('name', subject.name, words)}${optional('named', subject.named, uuid)}}`
  )
}

function viaText(value: unknown): string {
  const via = members(value, 'via', VIA)
  return object(
    optional('nodeId', via.nodeId, words) +
      optional('origin', via.origin, uuid) +
      optional('requestId', via.requestId, words) +
      optional('sessionId', via.sessionId, words) +
      `,"source":${word(via.source, 'via.source')}`,
  )
}

/** `,"name":…` or nothing. */
function optional(name: string, value: unknown, write: (value: unknown, member: string) => string): string {
  return value === undefined ? '' : `,"${name}":${write(value, name)}`
}

/** Braces around members of which each begins with a comma. */
function object(text: string): string {
  return `{${text.slice(1)}}`
}

function members(value: unknown, member: string, known?: ReadonlySet<string>): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(member)
  if (known !== undefined) {
    for (const name in value) if (!known.has(name)) throw malformed(`${member}.${name}`)
  }
  // An object that is no array can be read by any member name.
  return value as Members
}

function uuid(value: unknown, member: string): string {
  if (typeof value !== 'string' || !UUID.test(value)) throw malformed(member)
  return `"${value}"`
}

function uuids(value: unknown, member: string): string {
  if (!Array.isArray(value)) throw malformed(member)
  let text = ''
  for (const id of value) text += `,${uuid(id, member)}`
  return `[${text.slice(1)}]`
}

function timestamp(value: unknown, member: string): string {
  if (typeof value !== 'string' || !isTimestamp(value)) throw malformed(member)
  return `"${value}"`
}

function nonce(value: unknown): string {
  if (typeof value !== 'string' || !NONCE.test(value)) throw malformed('nonce')
  return `"${value}"`
}

function event(value: unknown): string {
  if (typeof value !== 'string' || value.length > MAX_TEXT || !EVENT.test(value)) throw malformed('event')
  return `"${value}"`
}

function word(value: unknown, member: string): string {
  if (typeof value !== 'string' || value.length > MAX_TEXT || !WORD.test(value)) throw malformed(member)
  return `"${value}"`
}

function words(value: unknown, member: string): string {
  if (typeof value !== 'string' || value === '' || value.length > MAX_TEXT) throw malformed(member)
  return quoteCanonical(value)
}

function outcome(value: unknown): string {
  if (value !== 'done' && value !== 'refused' && value !== 'failed') throw malformed('outcome')
  return `"${value}"`
}

function positive(value: unknown, member: string): string {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) throw malformed(member)
  return String(value)
}

function malformed(member: string): ProofError {
  return new ProofError('leaf_malformed', member)
}

function memberNames(...lists: readonly string[]): ReadonlySet<string> {
  return new Set(lists.flatMap(list => list.split(' ')))
}
