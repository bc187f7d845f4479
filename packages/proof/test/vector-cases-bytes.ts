import { commitPart, encodeLeaf, toBase64, toHex, utf8Decode, utf8Encode } from '../src/index.ts'
import { sampleLeaf } from './samples.ts'

// Every expectation here is written by hand; only hashes and signatures are computed.

/** Bytes in hex, and the error code of `parseCanonical`, or null when they are canonical. */
export type BytesVector = {
  readonly name: string
  readonly bytesHex: string
  readonly wantErr: string | null
}

const fromText = (name: string, text: string, wantErr: string | null): BytesVector => ({
  name,
  bytesHex: toHex(utf8Encode(text)),
  wantErr,
})
const fromBytes = (name: string, bytesHex: string, wantErr: string | null): BytesVector => ({
  name,
  bytesHex,
  wantErr,
})

export function canonicalVectors(): BytesVector[] {
  return [
    fromText('an object with ordered members', '{"a":1,"b":[true,false,null],"c":{"d":"e"}}', null),
    fromText(
      'members ordered by UTF-16 code units',
      '{"1":1,"10":2,"9":3,"é":4,"\u{1f600}":5,"\ufb33":6}',
      null,
    ),
    fromText('shortest escapes', '"\\u0000\\b\\t\\n\\f\\r\\u001f\\"\\\\/\u007f\u2028"', null),
    fromText('the largest and smallest number', '[9007199254740991,-9007199254740991,0]', null),
    fromText('a bare string', '"x"', null),
    fromText('an empty object', '{}', null),
    fromText('4096 bytes', `"${'x'.repeat(4094)}"`, null),
    fromText('32 containers deep', `${'['.repeat(32)}${']'.repeat(32)}`, null),
    fromText('nothing', '', 'not_json'),
    fromText('a byte order mark', '\ufeff{}', 'not_json'),
    fromText('a trailing comma', '{"a":1,}', 'not_json'),
    fromText('two values', '{}{}', 'not_json'),
    fromText('a member twice', '{"a":1,"a":1}', 'not_canonical'),
    fromText('members out of order', '{"b":1,"a":1}', 'not_canonical'),
    fromText('members ordered by UTF-8 bytes', '{"\ufb33":1,"\u{1f600}":2}', 'not_canonical'),
    fromText('white space inside', '{"a": 1}', 'not_canonical'),
    fromText('a newline at the end', '{}\n', 'not_canonical'),
    fromText('an escape that is not needed', '"\\u0041"', 'not_canonical'),
    fromText('an escaped slash', '"\\/"', 'not_canonical'),
    fromText('an escape in uppercase', '"\\u001F"', 'not_canonical'),
    fromText('an escaped surrogate pair', '"\\ud83d\\ude00"', 'not_canonical'),
    fromText('a whole number with a fraction', '1.0', 'not_canonical'),
    fromText('an exponent', '1e2', 'not_canonical'),
    fromText('minus zero', '-0', 'not_canonical'),
    fromText('a fraction', '1.5', 'not_integer'),
    fromText('a number beyond 2^53 - 1', '9007199254740992', 'not_integer'),
    fromText('an escaped lone surrogate', '"\\ud800"', 'lone_surrogate'),
    fromText('33 containers deep', `${'['.repeat(33)}${']'.repeat(33)}`, 'too_deep'),
    fromText('4097 bytes', `"${'x'.repeat(4095)}"`, 'too_long'),
    fromBytes('a byte that is not UTF-8', '22ff22', 'bad_utf8'),
    fromBytes('a surrogate in UTF-8', '22eda08022', 'bad_utf8'),
    fromBytes('an overlong form', '22c0af22', 'bad_utf8'),
  ]
}

export function leafVectors(): BytesVector[] {
  const leaf = sampleLeaf(0)
  const text = utf8Decode(encodeLeaf(leaf))
  const id = leaf.id
  const changed = (name: string, from: string, to: string, wantErr: string | null): BytesVector => {
    if (!text.includes(from)) throw new Error(`the sample leaf does not contain ${from}`)
    return fromText(name, text.replace(from, to), wantErr)
  }
  return [
    fromText('a message sent by an agent', text, null),
    fromText('every optional member', utf8Decode(encodeLeaf(fullLeaf())), null),
    changed('a leap day', leaf.at, '2024-02-29T23:59:59.000000Z', null),
    changed(
      'data that looks like the rest of a leaf',
      '"replyTo":null',
      '"replyTo":"},\\"event\\":\\"a.b\\""',
      null,
    ),
    changed('an unknown member', '"v":1', '"u":1,"v":1', 'leaf_malformed'),
    changed('a member missing', '"v":1,', '', 'leaf_malformed'),
    changed(
      'a null member',
      `"conversationId":"${leaf.conversationId}"`,
      '"conversationId":null',
      'leaf_malformed',
    ),
    changed('another leaf version', '"v":1', '"v":2', 'leaf_malformed'),
    changed(
      'an id in uppercase',
      `"id":"${id}","nonce"`,
      `"id":"${id.toUpperCase()}","nonce"`,
      'leaf_malformed',
    ),
    changed('a day that does not exist', leaf.at, '2025-02-29T23:59:59.000000Z', 'leaf_malformed'),
    changed('milliseconds', leaf.at, '2025-02-28T23:59:59.000Z', 'leaf_malformed'),
    changed('a local time', leaf.at, '2025-02-28T23:59:59.000000+01:00', 'leaf_malformed'),
    changed('an outcome of its own', '"done"', '"maybe"', 'leaf_malformed'),
    changed('an event of one word', '"message.sent"', '"message"', 'leaf_malformed'),
    changed('a counter of 0', '"conversation":1', '"conversation":0', 'leaf_malformed'),
    changed('a commitment that is too short', '="', '"', 'leaf_malformed'),
    changed('white space', '"v":1', '"v": 1', 'not_canonical'),
    changed('a fraction in the data', '"length":0', '"length":0.5', 'not_integer'),
    changed('data out of order', '"length":0,"replyTo":null', '"replyTo":null,"length":0', 'not_canonical'),
    fromText('an array', '[]', 'leaf_malformed'),
    fromText('no JSON', 'leaf', 'not_json'),
  ]
}

function fullLeaf(): Parameters<typeof encodeLeaf>[0] {
  const leaf = sampleLeaf(1)
  return {
    ...leaf,
    outcome: 'refused',
    actor: { ...leaf.actor, named: leaf.id },
    onBehalfOf: leaf.id,
    causedBy: leaf.id,
    subject: { kind: 'label', id: 'vip', name: 'VIP ★', named: leaf.id },
    customerId: leaf.id,
    botId: leaf.id,
    data: { before: { '10': 1, '9': 2 }, after: ['é', '\u{1f600}', -7] },
    reason: { code: 'permission.denied' },
    via: { source: 'api', nodeId: 'n', origin: leaf.id, requestId: 'r', sessionId: 's' },
  }
}

/** A commitment to check: null when it holds, `mismatch` when not, else the error code of `commitPart`. */
export type PartVector = {
  readonly name: string
  readonly saltHex: string
  readonly part: string
  readonly contentHex: string
  readonly commitment: string
  readonly wantErr: string | null
}

export function partVectors(): PartVector[] {
  const salt = Uint8Array.from({ length: 32 }, (_, at) => at)
  const content = utf8Encode('hello ✓')
  const good = {
    saltHex: toHex(salt),
    part: 'text',
    contentHex: toHex(content),
    commitment: toBase64(commitPart(salt, 'text', content)),
  }
  const empty = toBase64(commitPart(salt, 'text', new Uint8Array()))
  return [
    { ...good, name: 'a text', wantErr: null },
    { ...good, name: 'an empty text', contentHex: '', commitment: empty, wantErr: null },
    { ...good, name: 'another text', contentHex: toHex(utf8Encode('hello')), wantErr: 'mismatch' },
    { ...good, name: 'another part of the same content', part: 'name', wantErr: 'mismatch' },
    { ...good, name: 'another salt', saltHex: toHex(salt.toReversed()), wantErr: 'mismatch' },
    { ...good, name: 'a short salt', saltHex: toHex(salt.slice(1)), wantErr: 'bad_salt' },
    { ...good, name: 'a part name with NUL', part: 'te\0xt', wantErr: 'bad_part_name' },
    { ...good, name: 'a part without name', part: '', wantErr: 'bad_part_name' },
  ]
}
