import { canonicalText } from './canonical.ts'
import { ProofError } from './errors.ts'
import type { LeafOutcome } from './leaf.ts'
import type { LeafProjection } from './projection.ts'

// A leaf as one regular expression: a fast way to the answer decodeLeaf gives, for the leaves that make up nearly
// all of a log. It may say "cannot tell" (29 February, words beyond ASCII, very long numbers) but never yes where
// decodeLeaf says no; property tests hold the two against each other. Not building the object is what makes a full
// verification about twice as fast.

const UUID = '"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"'
const ID = silent(UUID)
const IDS = `\\[((?:${ID}(?:,${ID})*)?)\\]`
const DAY = '(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)'
const TIME = `"(\\d{4}-${DAY}T(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d\\.\\d{6}Z)"`
/** Printable ASCII without what JSON escapes, so that the text between the quotes is the value. */
const WORDS = '"([ !#-[\\]-~]{1,512})"'
const WORD = '"([a-z][a-z0-9_]{0,511})"'
const EVENT = '"([a-z][a-z0-9_]*(?:\\.[a-z][a-z0-9_]*)+)"'
/** Few enough digits to be a safe integer whatever they are. */
const COUNTER = '([1-9]\\d{0,14})'
const COMMITMENT = '"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]="'
const PART = `"[A-Za-z][A-Za-z0-9_.-]{0,63}":\\{"commitment":${COMMITMENT},"owner":${silent(WORDS)}\\}`

const ACTOR =
  `\\{(?:"departments":${silent(IDS)},)?(?:"id":${WORDS},)?"kind":${WORD}` +
  `(?:,"named":${ID})?(?:,"role":${WORDS})?\\}`
const COUNTERS = `\\{(?:"conversation":${COUNTER}(?:,"node":${silent(COUNTER)})?|"node":${silent(COUNTER)})?\\}`
const PARTS = `(\\{(?:${PART}(?:,${PART})*)?\\})`
const SUBJECT = `\\{"id":${WORDS},"kind":${WORD}(?:,"name":${silent(WORDS)})?(?:,"named":${ID})?\\}`
const VIA =
  `\\{(?:"nodeId":${WORDS},)?(?:"origin":${ID},)?(?:"requestId":${silent(WORDS)},)?` +
  `(?:"sessionId":${silent(WORDS)},)?"source":${WORD}\\}`

const LEAF = new RegExp(
  `^\\{"actor":${ACTOR},"at":${TIME}(?:,"botId":${UUID})?(?:,"causedBy":${UUID})?(?:,"conversationId":${UUID})?` +
    `,"counters":${COUNTERS}(?:,"customerId":${UUID})?,"data":(\\{[^]*?\\}),"event":${EVENT},"id":${UUID}` +
    `,"nonce":"[0-9a-f]{32}"(?:,"onBehalfOf":${UUID})?,"outcome":"(done|refused|failed)","parts":${PARTS}` +
    `(?:,"reason":\\{"code":${WORDS}\\})?,"recordedAt":${TIME},"scope":\\{"agents":${IDS},"departments":${IDS}\\}` +
    `,"subject":${SUBJECT},"v":1,"version":${COUNTER},"via":${VIA}\\}$`,
)

/** The pattern without its capturing groups. */
function silent(pattern: string): string {
  return pattern.replace(/\((?!\?)/g, '(?:')
}

/**
 * The columns of a leaf whose text is canonical and well formed, or undefined when only `decodeLeaf` can tell.
 * The text must come from UTF-8 bytes and be no longer than a leaf may be.
 */
export function scanLeaf(text: string): LeafProjection | undefined {
  const match = LEAF.exec(text)
  if (match === null) return undefined
  const event = group(match, 11)
  if (event.length > 512 || !isCanonical(group(match, 10)) || !isOrdered(group(match, 15))) return undefined
  // Numbered as the groups stand in the expression above.
  return {
    id: group(match, 12),
    at: group(match, 4),
    recordedAt: group(match, 17),
    event,
    version: Number(match[22]),
    // The group allows nothing else.
    outcome: match[14] as LeafOutcome,
    actorKind: group(match, 2),
    actorId: match[1] ?? null,
    actorRole: match[3] ?? null,
    onBehalfOf: match[13] ?? null,
    causedBy: match[6] ?? null,
    subjectKind: group(match, 21),
    subjectId: group(match, 20),
    conversationId: match[7] ?? null,
    customerId: match[9] ?? null,
    botId: match[5] ?? null,
    scopeAgents: splitIds(group(match, 18)),
    scopeDepartments: splitIds(group(match, 19)),
    reasonCode: match[16] ?? null,
    source: group(match, 24),
    nodeId: match[23] ?? null,
    conversationCounter: match[8] === undefined ? null : Number(match[8]),
  }
}

/** A group that is part of every match. */
function group(match: RegExpExecArray, number: number): string {
  return match[number] ?? ''
}

/** Whether an object's text, of which only the outer form is known, is canonical as a member of a leaf. */
function isCanonical(text: string): boolean {
  if (text === '{}') return true
  try {
    return canonicalText(JSON.parse(text), 1) === text
  } catch (error) {
    // Not JSON, or nothing canonical JSON can hold: decodeLeaf will say which.
    if (error instanceof SyntaxError || error instanceof ProofError) return false
    throw error
  }
}

/** Whether the parts, each of the right form, stand in canonical order without a duplicate. */
function isOrdered(parts: string): boolean {
  return !parts.includes('},"') || isCanonical(parts)
}

/** Ids out of `"…","…"`: each 36 characters between its quotes. */
function splitIds(list: string): string[] {
  const ids: string[] = []
  for (let at = 1; at < list.length; at += 39) ids.push(list.slice(at, at + 36))
  return ids
}
