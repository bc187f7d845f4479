import * as fc from 'fast-check'
import { type Leaf, toBase64 } from '../src/index.ts'

/** Values canonical JSON can hold, with awkward member names (integer-like, `__proto__`, beyond the BMP). */
export const canonicalValue = (): fc.Arbitrary<unknown> =>
  fc.letrec(tie => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      text(),
      fc.maxSafeInteger(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 5 }),
      fc.dictionary(memberName(), tie('value'), { maxKeys: 6 }),
    ),
  })).value

export const text = (): fc.Arbitrary<string> => fc.string({ unit: 'binary', maxLength: 20 })

const memberName = (): fc.Arbitrary<string> =>
  fc.oneof(
    text(),
    fc.constantFrom('10', '9', '__proto__', 'constructor', '\u{1f600}', '\ufb33', '', '\u0000'),
  )

const uuid = (): fc.Arbitrary<string> => fc.uuid()

const hexDigits = (length: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })

const word = (): fc.Arbitrary<string> => fc.constantFrom('agent', 'customer', 'api_token', 'rule', 'console')

/** Ids, names and codes as the envelope may hold them: any well-formed text. */
const anyWords = (): fc.Arbitrary<string> =>
  fc.oneof(fc.uuid(), fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }))

/** Ids, names and codes of printable ASCII without escapes, yet full of what separates members. */
export const plainWords = (): fc.Arbitrary<string> =>
  fc.oneof(fc.uuid(), fc.string({ unit: fc.constantFrom(...'{}[]:, aZ9~!'), minLength: 1, maxLength: 20 }))

const timestamp = (): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.date({
        min: new Date('1970-01-01T00:00:00Z'),
        max: new Date('2199-12-31T23:59:59Z'),
        noInvalidDate: true,
      }),
      fc.nat({ max: 999 }),
    )
    .map(([date, micros]) => `${date.toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`)

const part = () =>
  fc.record({
    owner: uuid(),
    commitment: fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toBase64),
  })

const optionals = { noNullPrototype: true } as const

/** Leaves of every shape the type allows, small enough to stay below 4096 bytes nearly always. */
export const leaf = (words = anyWords): fc.Arbitrary<Leaf> =>
  fc.record(
    {
      v: fc.constant(1 as const),
      id: uuid(),
      at: timestamp(),
      recordedAt: timestamp(),
      event: fc.constantFrom(
        'message.sent',
        'conversation.assigned',
        'message.edited_by_customer',
        'two_factor.a.b',
      ),
      version: fc.integer({ min: 1, max: 99 }),
      outcome: fc.constantFrom('done' as const, 'refused' as const, 'failed' as const),
      actor: fc.record(
        {
          kind: word(),
          id: words(),
          role: words(),
          departments: fc.array(uuid(), { maxLength: 2 }),
          named: uuid(),
        },
        { ...optionals, requiredKeys: ['kind'] },
      ),
      onBehalfOf: uuid(),
      causedBy: uuid(),
      subject: fc.record(
        { kind: word(), id: words(), name: words(), named: uuid() },
        { ...optionals, requiredKeys: ['kind', 'id'] },
      ),
      conversationId: uuid(),
      customerId: uuid(),
      botId: uuid(),
      scope: fc.record(
        { agents: fc.array(uuid(), { maxLength: 2 }), departments: fc.array(uuid(), { maxLength: 2 }) },
        optionals,
      ),
      data: fc.dictionary(memberName(), canonicalValue(), { maxKeys: 4, ...optionals }) as fc.Arbitrary<
        Leaf['data']
      >,
      parts: fc.dictionary(fc.constantFrom('text', 'name', 'B2', 'a_b', 'ip'), part(), {
        maxKeys: 3,
        ...optionals,
      }),
      reason: fc.record({ code: words() }, optionals),
      via: fc.record(
        { source: word(), requestId: words(), sessionId: words(), nodeId: words(), origin: uuid() },
        { ...optionals, requiredKeys: ['source'] },
      ),
      counters: fc.record(
        { conversation: fc.integer({ min: 1 }), node: fc.maxSafeNat().map(n => Math.max(1, n)) },
        { ...optionals, requiredKeys: [] },
      ),
      nonce: hexDigits(32),
    },
    {
      ...optionals,
      requiredKeys: [
        'v',
        'id',
        'at',
        'recordedAt',
        'event',
        'version',
        'outcome',
        'actor',
        'subject',
        'scope',
        'data',
        'parts',
        'via',
        'counters',
        'nonce',
      ],
    },
  )
