import { existsSync, readFileSync } from 'node:fs'
import { CATALOGUE, type Entry } from '@tracedesk/contracts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { cefLine } from './cef.ts'
import { ocsfEvent } from './ocsf.ts'
import { syslogFrame, syslogMessage } from './syslog-message.ts'
import { readTarget } from './target.ts'

const ORIGIN = { log: 'desk.example/log/w', workspaceId: 'w', version: '1.2|3' }
const BLNS = new URL('../../../../../shared/data/text/blns.json', import.meta.url)
if (!existsSync(BLNS))
  process.stderr.write('SKIPPED: ../shared/data is absent, no collected hostile texts are tried\n')

/** An entry of some event with a text and names. */
function entryOf(text: string, changes: Partial<Entry> = {}): Entry {
  const name = { state: 'open', value: text } as const
  return {
    position: 41,
    id: '01a2067a-78ce-7070-bbb1-a41cefc5b5f7',
    at: '2026-11-23T09:00:00.123456Z',
    recordedAt: '2026-11-23T09:00:01.000000Z',
    event: 'message.sent',
    version: 1,
    outcome: 'done',
    actor: { kind: 'agent', id: 'a', name, role: 'agent', departments: [] },
    onBehalfOf: null,
    causedBy: null,
    subject: { kind: 'message', id: 'm', name: null },
    conversationId: 'c',
    customerId: null,
    customerName: null,
    botId: null,
    data: { text },
    parts: { text: name },
    reason: null,
    via: { source: 'console', requestId: 'r', sessionId: 's', ip: name, userAgent: name, nodeId: null },
    ...changes,
  }
}

/** Reads a line of CEF as its specification says: eight fields of the head, then keys with values. */
function readCef(line: string): { head: string[]; fields: Map<string, string> } {
  const head: string[] = []
  let rest = line
  while (head.length < 7) {
    const found = /^((?:[^|\\]|\\.)*)\|/su.exec(rest)
    if (!found) throw new Error(`no field ends in ${rest}`)
    head.push((found[1] ?? '').replace(/\\(.)/gsu, '$1'))
    rest = rest.slice(found[0].length)
  }
  const starts = [...rest.matchAll(/(?:^| )([A-Za-z0-9]+)=/g)].filter(({ index, 0: all }) => {
    const equals = index + all.length - 1
    return rest[equals - 1] !== '\\'
  })
  const fields = new Map<string, string>()
  for (const [i, match] of starts.entries()) {
    const value = rest.slice(match.index + match[0].length, starts[i + 1]?.index ?? rest.length)
    expect(fields.has(match[1] ?? ''), `${match[1]} twice`).toBe(false)
    fields.set(
      match[1] ?? '',
      value.replace(/\\(.)/gsu, (_, escaped) => (escaped === 'n' ? '\n' : escaped)),
    )
  }
  return { head, fields }
}

describe('CEF', () => {
  const plain = readCef(cefLine(entryOf('hello'), ORIGIN))

  test('says what happened, when and who did it under the keys of the specification', () => {
    expect(plain.head).toEqual([
      'CEF:0',
      'Tracedesk',
      'Tracedesk',
      '1.2|3',
      'message.sent',
      'message sent',
      '3',
    ])
    expect(Object.fromEntries(plain.fields)).toMatchObject({
      rt: '1795424401000',
      start: '1795424400123',
      externalId: '01a2067a-78ce-7070-bbb1-a41cefc5b5f7',
      cn1: '41',
      cn1Label: 'position',
      suser: 'hello',
      msg: 'hello',
      cs1: 'c',
      cs1Label: 'conversation',
    })
  })

  /** Whatever somebody wrote, the line stays one line with the fields it has for any other text. */
  function holds(text: string) {
    const line = cefLine(entryOf(text), ORIGIN)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
    const { head, fields } = readCef(line)
    expect(head).toEqual(plain.head)
    const expected = [...plain.fields.keys()].filter(
      key => text !== '' || !['suser', 'src', 'requestClientApplication', 'msg'].includes(key),
    )
    expect([...fields.keys()]).toEqual(expected)
    if (text.length < 1_000 && text !== '' && !/\p{Cc}/u.test(text)) expect(fields.get('msg')).toBe(text)
  }

  test('no text adds a field or a line', () => {
    for (const text of [
      'a|b',
      'a=b',
      'x cs1=evil',
      '\\',
      '\\n',
      'a\nCEF:0|x|x|',
      'tail\\',
      '\u2028',
      '\u0085',
      ' act=no',
      'x'.repeat(5_000),
      '😀'.repeat(600),
    ])
      holds(text)
    fc.assert(fc.property(fc.string({ unit: 'binary' }), holds), { numRuns: 500 })
  })

  test.skipIf(!existsSync(BLNS))('no text of the collected ones does', () => {
    const texts = JSON.parse(readFileSync(BLNS, 'utf8')) as string[]
    expect(texts.length).toBeGreaterThan(400)
    for (const text of texts) holds(text)
  })

  test('what is withheld or erased is not in it', () => {
    const parts = { text: { state: 'erased', by: 'e' }, other: { state: 'withheld' } } as const
    const { fields } = readCef(cefLine(entryOf('x', { parts, data: {} }), ORIGIN))
    expect(fields.has('msg')).toBe(false)
  })
})

describe('syslog', () => {
  // RFC 5424, section 6, written out
  const SHAPE =
    /^<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}Z) ([\x21-\x7e]{1,255}) ([\x21-\x7e]{1,48}) ([\x21-\x7e]{1,128}) ([\x21-\x7e]{1,32}) (-|\[meta sequenceId="[1-9]\d{0,9}"\]) \ufeff(.*)$/su

  test('every event of the catalogue makes a message of the shape, whatever its outcome', () => {
    for (const { name } of CATALOGUE.values())
      for (const outcome of ['done', 'refused', 'failed'] as const) {
        const text = syslogMessage(entryOf('x', { event: name, outcome }), 'desk.example', 'm').toString()
        const [, priority, , host, app, , id] = SHAPE.exec(text) ?? []
        expect([host, app, id], text).toEqual(['desk.example', 'tracedesk', name.slice(0, 32)])
        expect(Number(priority) >> 3).toBe(13)
        expect(Number(priority) & 7).toBe({ done: 6, refused: 4, failed: 3 }[outcome])
      }
  })

  test('a frame says its length in bytes, not in characters', () => {
    const message = syslogMessage(entryOf('x'), 'h', '你好 😀 \ud800')
    const frame = syslogFrame(message)
    expect(frame.toString('latin1').split(' ')[0]).toBe(String(message.length))
    expect(message.toString('utf8')).toContain('你好 😀 \ufffd')
  })
})

// The requirements of OCSF 1.3.0 for the four classes, written out from schema.ocsf.io.
const User = z
  .object({ uid: z.string().optional(), name: z.string().optional(), type_id: z.int(), type: z.string() })
  .refine(user => user.uid !== undefined || user.name !== undefined)
const Endpoint = z
  .object({ svc_name: z.string().optional(), ip: z.string().optional(), uid: z.string().optional() })
  .refine(endpoint => Object.values(endpoint).some(value => value !== undefined))
const Base = z.object({
  activity_id: z.int(),
  category_uid: z.literal([3, 6]),
  class_uid: z.literal([3001, 3002, 3005, 6003]),
  type_uid: z.int(),
  severity_id: z.literal([1, 2, 3]),
  status_id: z.literal([1, 2]),
  time: z.int(),
  metadata: z.object({
    version: z.literal('1.3.0'),
    product: z.object({ name: z.string(), vendor_name: z.string() }),
    uid: z.string(),
    logged_time: z.int(),
  }),
  unmapped: z.record(z.string(), z.unknown()),
})
const OF_CLASS: Record<number, { schema: z.ZodType; activities: number[] }> = {
  3001: { schema: z.object({ user: User }), activities: [1, 2, 3, 4, 5, 9, 10, 11, 99] },
  3002: {
    schema: z.object({ user: User, service: z.object({ name: z.string() }) }),
    activities: [1, 2],
  },
  3005: { schema: z.object({ user: User, privileges: z.array(z.string()).min(1) }), activities: [1, 2] },
  6003: {
    schema: z.object({
      actor: z.object({ user: User }),
      api: z.object({ operation: z.string() }),
      src_endpoint: Endpoint,
    }),
    activities: [1, 2, 3, 4, 99],
  },
}

describe('OCSF', () => {
  test('every event of the catalogue is an event of its class, with what the class requires', () => {
    for (const { name } of CATALOGUE.values()) {
      const event = ocsfEvent(entryOf('x', { event: name, outcome: 'refused' }), ORIGIN)
      const base = Base.parse(event)
      const rules = OF_CLASS[base.class_uid]
      expect(rules?.schema.safeParse(event).error, name).toBeUndefined()
      expect(rules?.activities, name).toContain(base.activity_id)
      expect(base.type_uid).toBe(base.class_uid * 100 + base.activity_id)
      expect(Math.floor(base.class_uid / 1000)).toBe(base.category_uid)
    }
  })

  test('signing in is Authentication, a seat closed is Account Change, a message API Activity', () => {
    const kinds = (event: string) => {
      const { class_uid, activity_id } = Base.parse(ocsfEvent(entryOf('x', { event }), ORIGIN))
      return [class_uid, activity_id]
    }
    expect(kinds('session.signed_in')).toEqual([3002, 1])
    expect(kinds('agent.deactivated')).toEqual([3001, 5])
    expect(kinds('agent.granted')).toEqual([3005, 1])
    expect(kinds('message.sent')).toEqual([6003, 1])
    expect(kinds('log.viewed')).toEqual([6003, 2])
    expect(kinds('setting.changed')).toEqual([6003, 3])
    expect(kinds('label.deleted')).toEqual([6003, 4])
  })

  test('every event that is mapped by name is in the catalogue', () => {
    const source = readFileSync(new URL('ocsf.ts', import.meta.url), 'utf8')
    const named = [...source.matchAll(/^ {2}'([a-z_]+\.[a-z_]+)': \[/gm)].map(match => match[1] ?? '')
    expect(named.length).toBeGreaterThan(10)
    expect(named.filter(name => !CATALOGUE.has(name))).toEqual([])
  })
})

test('what may be shown of an address is its scheme, host and port', () => {
  expect(readTarget('webhook', 'https://hooks.example/services/T0/secret?key=1#x', false)).toMatchObject({
    address: 'https://hooks.example/services/T0/secret?key=1',
    target: 'https://hooks.example',
    port: 443,
  })
  expect(readTarget('syslog', 'siem.example', false)).toMatchObject({
    target: 'tls://siem.example:6514',
    host: 'siem.example',
  })
})
