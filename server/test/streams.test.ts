import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CommandInput, Entry } from '@tracedesk/contracts'
import { CloudEvent, HTTP, ValidationError } from 'cloudevents'
import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { until } from './support/desk.ts'
import { makeCertificate, SyslogReceiver, WebReceiver } from './support/receivers.ts'
import { checkTables } from './support/replay-tables.ts'
import type { Projection } from './support/replay-values.ts'
import type { StreamNodeTask } from './support/stream-node.ts'
import { createWorld, type Person, TEST_SECRET_BYTES, type World } from './support/world.ts'

const QUICK = { firstPauseMs: 20, longestPauseMs: 60, lookMs: 25, leaseMs: 3_000 }
let world: World
let talk: { id: string; customerId: string }
let web: WebReceiver
const made: string[] = []

beforeAll(async () => {
  world = await createWorld({ allowPrivateTargets: true, streamTiming: QUICK })
  talk = await world.conversation({ name: 'Carla' })
})
afterAll(() => world.end())
afterEach(async () => {
  web?.close()
  for (const id of made.splice(0)) await world.owner.do('stream.delete', { id: id as never }).catch(() => {})
})

const note = (text: string) => world.owner.do('note.add', { conversationId: talk.id as never, text })
const notes = async (...texts: string[]) => {
  for (const text of texts) await note(text)
  await world.settle()
}
const listed = async (id: string) => {
  const { items } = await world.owner.ask('stream.list', {})
  const found = items.find(item => item.id === id)
  if (!found) throw new Error('the stream is not in the list')
  return found
}

/** A stream to a receiver of its own, of notes unless something else is wanted. */
async function stream(changes: Partial<CommandInput<'stream.create'>> = {}, person: Person = world.owner) {
  web = await new WebReceiver().listen()
  const asked = {
    name: 'SIEM',
    kind: 'webhook' as const,
    address: web.url,
    filter: { event: ['note.*'] },
    ...changes,
  }
  const { stream: created, secret } = await person.do('stream.create', asked)
  made.push(created.id)
  return { id: created.id, secret: secret ?? '', receiver: web }
}
const bodies = (receiver: WebReceiver) => receiver.calls.map(call => JSON.parse(call.body))
const taken = (receiver: { calls: readonly unknown[] }, count: number) =>
  until(async () => receiver.calls.length >= count || null)

describe('what a webhook gets', () => {
  test('entries in their order, each signed so that an independent library agrees, and withheld by default', async () => {
    const { id, secret, receiver } = await stream()
    await notes('first', 'second', 'third')
    await taken(receiver, 3)
    const told = bodies(receiver)
    expect(told.map(({ type }) => type)).toEqual(['note.added', 'note.added', 'note.added'])
    const positions = told.map(({ data }) => data.position)
    expect(positions).toEqual([...positions].sort((a, b) => a - b))
    for (const call of receiver.calls) {
      expect(call.body).not.toMatch(/first|second|third|Olga/)
      expect(new Webhook(secret).verify(call.body, call.headers as Record<string, string>)).toBeTruthy()
      expect(call.headers['webhook-id']).toBe(JSON.parse(call.body).data.id)
      expect(() =>
        new Webhook(secret).verify(call.body.replace('note', 'nope'), call.headers as Record<string, string>),
      ).toThrow()
    }
    expect(told[0].data.parts.text).toEqual({ state: 'withheld' })
    await expect.poll(async () => (await listed(id)).lagEntries).toBe(0)
    expect(await listed(id)).toMatchObject({ sent: 3, trouble: null, state: 'running', lagSeconds: 0 })
  })

  test('with open parts the words and names as the log shows them; a private note stays its author’s alone', async () => {
    const { receiver } = await stream({ parts: 'open' })
    await world.owner.do('note.add', { conversationId: talk.id as never, text: 'mine', scope: 'private' })
    await notes('for all 你好')
    await taken(receiver, 2)
    const [hidden, shown] = bodies(receiver).map(({ data }) => data as Entry)
    expect(hidden?.parts.text).toEqual({ state: 'withheld' })
    expect(shown?.parts.text).toEqual({ state: 'open', value: 'for all 你好' })
    expect(shown?.actor.name).toEqual({ state: 'open', value: 'Olga Owner' })
    expect(shown).toEqual((await world.entries({ event: ['note.added'] as never })).at(-1))
  })

  test('while a secret is changed, both the old and the new one verify a call', async () => {
    const { id, secret, receiver } = await stream()
    const { secret: fresh } = await world.owner.do('stream.rotate_secret', { id })
    expect(fresh).not.toBe(secret)
    await notes('signed twice')
    await taken(receiver, 1)
    const [call] = receiver.calls
    for (const known of [secret, fresh])
      expect(new Webhook(known).verify(call?.body ?? '', call?.headers as never)).toBeTruthy()
    await world.owner.do('stream.rotate_secret', { id })
    await notes('the first is forgotten')
    // the call before may come once more, as it was signed
    await until(async () => new Set(receiver.calls.map(each => each.headers['webhook-id'])).size >= 2 || null)
    const last = receiver.calls.at(-1)
    expect(() => new Webhook(secret).verify(last?.body ?? '', last?.headers as never)).toThrow()
    const [rotated] = await world.entries({
      event: ['stream.secret_rotated'] as never,
      subject: [id] as never,
    })
    expect(JSON.stringify(rotated)).not.toContain('whsec_')
  })

  test('CloudEvents in structured, batched and binary mode are what the reference library takes for valid', async () => {
    const structured = await stream({ envelope: 'cloudevents' })
    await notes('structured')
    await taken(structured.receiver, 1)
    const first = HTTP.toEvent(structured.receiver.calls[0] as never) as CloudEvent<Entry>
    expect(first).toBeInstanceOf(CloudEvent)
    expect(first.validate()).toBe(true)
    expect(first).toMatchObject({
      type: 'tracedesk.note.added',
      id: first.data?.id,
      time: expect.any(String),
    })
    expect(first.source).toBe(`//desk.example/log/${world.workspaceId}`)
    structured.receiver.close()

    const batched = await stream({ envelope: 'cloudevents', batch: 10, from: first.data?.position ?? 0 })
    await notes('batched')
    await expect
      .poll(() => batched.receiver.calls.flatMap(call => JSON.parse(call.body)).length)
      .toBeGreaterThan(1)
    expect(batched.receiver.calls[0]?.headers['content-type']).toContain('application/cloudevents-batch+json')
    for (const one of bodies(batched.receiver).flat()) expect(new CloudEvent(one).validate()).toBe(true)
    batched.receiver.close()

    const binary = await stream({ envelope: 'cloudevents_binary' })
    await notes('binary')
    await taken(binary.receiver, 1)
    const third = HTTP.toEvent(binary.receiver.calls[0] as never) as CloudEvent<Entry>
    expect(third.validate()).toBe(true)
    expect(third.data?.event).toBe('note.added')
    expect(String(third.sequence)).toMatch(/^\d{16}$/)
    expect(() => new CloudEvent({ id: 'lacks a type' } as never)).toThrow(ValidationError)
  })

  test('what was erased before it was sent goes out as erased, whatever was waiting to be tried again', async () => {
    const { id, receiver } = await stream({ parts: 'open' })
    receiver.answer = () => 503
    const doomed = await world.conversation({ name: 'Dora' })
    await world.owner.do('note.add', { conversationId: doomed.id as never, text: 'to be forgotten' })
    await world.settle()
    await taken(receiver, 1)
    expect(receiver.calls[0]?.body).toContain('to be forgotten')
    const second = await world.person('Second', 'admin')
    const { request } = await world.owner.do('privacy.open_request', {
      customerId: doomed.customerId as never,
      kind: 'erasure',
      channel: 'email',
    })
    await world.owner.do('privacy.request_erasure', { requestId: request.id })
    await second.do('privacy.erase_subject', { requestId: request.id })
    receiver.answer = () => 200
    await expect.poll(async () => (await listed(id)).sent).toBe(1)
    const last = receiver.calls.at(-1)?.body ?? ''
    expect(JSON.parse(last).data.parts.text).toMatchObject({ state: 'erased' })
    expect(last).not.toContain('forgotten')
  })
})

describe('a receiver that is not well', () => {
  test('is tried again with pauses; nothing is passed over and the order holds', async () => {
    const { id, receiver } = await stream()
    let answers = 0
    receiver.answer = () => ([503, 429, 500, 404, 302][answers++] as number) ?? 200
    await notes('a', 'b', 'c')
    await taken(receiver, 8)
    const ids = receiver.calls.map(call => call.headers['webhook-id'])
    expect(new Set(ids.slice(0, 6)).size).toBe(1)
    expect(new Set(ids.slice(5)).size).toBe(3)
    await expect.poll(async () => (await listed(id)).sent).toBe(3)
    expect(await listed(id)).toMatchObject({ letters: 0, trouble: null })
  })

  test('says what troubles it in the list, with the status and how far it is behind', async () => {
    const { id, receiver } = await stream()
    receiver.answer = () => 401
    await notes('x', 'y')
    await taken(receiver, 2)
    const state = await listed(id)
    expect(state.trouble).toMatchObject({ problem: 'not_taken', status: 401 })
    expect(state.lagEntries).toBeGreaterThanOrEqual(2)
    receiver.close()
    await expect.poll(async () => (await listed(id)).trouble?.problem).toBe('unreachable')
  })

  test('that refuses one entry for good gets the others; the one is laid aside, on record, and sent once more when asked', async () => {
    const { id, receiver } = await stream({ parts: 'open', batch: 10 })
    receiver.answer = call => (call.body.includes('poison') ? 422 : 200)
    await notes('before', 'poison', 'after')
    const { items } = await until(async () => {
      const page = await world.owner.ask('stream.letters', { id })
      return page.items.length > 0 ? page : null
    })
    expect(items).toMatchObject([{ status: 422, attempts: 5, waiting: false }])
    await expect.poll(async () => (await listed(id)).lagEntries).toBe(0)
    const arrived = receiver.calls
      .filter(call => !call.body.includes('poison'))
      .flatMap(call =>
        JSON.parse(call.body).map((one: { data: Entry }) => (one.data.parts.text as { value: string }).value),
      )
    expect(arrived).toEqual(['before', 'after'])
    const [refused] = await world.entries({
      event: ['stream.entry_refused'] as never,
      subject: [id] as never,
    })
    expect(refused).toMatchObject({
      outcome: 'failed',
      data: { entryId: items[0]?.entryId, attempts: 5, status: 422 },
    })
    receiver.answer = () => 200
    expect(await world.owner.do('stream.retry_letters', { id })).toEqual({ count: 1 })
    await expect.poll(async () => (await listed(id)).letters).toBe(0)
    expect(receiver.calls.at(-1)?.body).toContain('poison')
    await world.settle()
    const about = await world.entries({ subject: [id] as never })
    expect(about.map(entry => entry.event).slice(-2)).toEqual([
      'stream.letters_retried',
      'stream.letter_sent',
    ])
    await expect(world.owner.do('stream.retry_letters', { id })).rejects.toMatchObject({
      code: 'stream.no_letters',
    })
  })

  test('that refuses everything is paused by itself, and no refusal is sent to anybody', async () => {
    const { id, receiver } = await stream({ filter: {}, from: 0 })
    receiver.answer = () => 400
    await expect.poll(async () => (await listed(id)).state, { timeout: 25_000 }).toBe('paused')
    expect(await listed(id)).toMatchObject({ pausedBecause: 'refusals', letters: 20 })
    expect(receiver.calls.filter(call => call.body.includes('stream.entry_refused'))).toEqual([])
    const { count } = await world.owner.do('stream.discard_letters', { id })
    expect(count).toBe(20)
  })

  test('that says 410 is paused at once, and resumed where it was', async () => {
    const { id, receiver } = await stream()
    receiver.answer = () => 410
    await notes('gone?')
    await expect.poll(async () => (await listed(id)).pausedBecause).toBe('gone')
    receiver.answer = () => 200
    const calls = receiver.calls.length
    await world.owner.do('stream.resume', { id })
    await taken(receiver, calls + 1)
    expect(receiver.calls.at(-1)?.headers['webhook-id']).toBe(receiver.calls[0]?.headers['webhook-id'])
  })

  test('that is slow holds up neither the ledger nor another stream, and at most one call is under way', async () => {
    const slow = await stream()
    let under = 0
    let most = 0
    slow.receiver.answer = async () => {
      most = Math.max(most, ++under)
      await new Promise(resolve => setTimeout(resolve, 400))
      under--
      return 200
    }
    const quick = await stream({ name: 'Quick' })
    const began = performance.now()
    await notes(...Array.from({ length: 12 }, (_, i) => `n${i}`))
    await taken(quick.receiver, 12)
    expect(performance.now() - began).toBeLessThan(4_000)
    expect(slow.receiver.calls.length).toBeLessThan(12)
    expect(most).toBe(1)
    expect((await listed(slow.id)).lagEntries).toBeGreaterThan(0)
    slow.receiver.close()
  })
})

describe('in the hands of an administrator', () => {
  test('a paused stream sends nothing and loses nothing; a replay sends from a position again', async () => {
    const { id, receiver } = await stream()
    await notes('one')
    await taken(receiver, 1)
    await world.owner.do('stream.pause', { id })
    await expect(world.owner.do('stream.pause', { id })).rejects.toMatchObject({ code: 'stream.unchanged' })
    await notes('two')
    await new Promise(resolve => setTimeout(resolve, 200))
    expect(receiver.calls).toHaveLength(1)
    await world.owner.do('stream.resume', { id })
    await taken(receiver, 2)
    await expect.poll(async () => (await listed(id)).sent).toBe(2)
    await world.owner.do('stream.replay', { id, from: bodies(receiver)[0].data.position })
    await taken(receiver, 4)
    const ids = receiver.calls.map(call => call.headers['webhook-id'])
    expect(ids.slice(2)).toEqual(ids.slice(0, 2))
    await expect(world.owner.do('stream.replay', { id, from: 10_000_000 })).rejects.toMatchObject({
      code: 'stream.position_unknown',
    })
  })

  test('a test call says what came of it, is signed, and is in no log but as stream.tested', async () => {
    const { id, secret, receiver } = await stream({ authorization: 'Splunk 1234' })
    expect(await world.owner.do('stream.test', { id })).toMatchObject({ delivered: true, problem: null })
    const [call] = receiver.calls
    expect(call?.headers.authorization).toBe('Splunk 1234')
    expect(JSON.parse(call?.body ?? '')).toMatchObject({ type: 'stream.tested', data: { position: null } })
    expect(new Webhook(secret).verify(call?.body ?? '', call?.headers as never)).toBeTruthy()
    receiver.answer = () => 500
    expect(await world.owner.do('stream.test', { id })).toMatchObject({
      delivered: false,
      problem: 'not_taken',
      status: 500,
    })
  })

  test('everything about a stream is on record, and neither address nor secret nor authorization is', async () => {
    const { id, secret } = await stream({ authorization: 'Bearer hush-hush' })
    await world.owner.do('stream.update', { id, name: 'Renamed', parts: 'open', authorization: null })
    await expect(world.owner.do('stream.update', { id, name: 'Renamed' })).rejects.toMatchObject({
      code: 'stream.unchanged',
    })
    await world.owner.do('stream.delete', { id })
    const about = await world.entries({ subject: [id] as never })
    expect(about.map(entry => entry.event).filter(name => name !== 'command.refused')).toEqual([
      'stream.created',
      'stream.updated',
      'stream.deleted',
    ])
    expect(about.find(entry => entry.event === 'stream.updated')?.data).toMatchObject({
      from: { name: 'SIEM', parts: 'withheld', authorization: true },
      to: { name: 'Renamed', parts: 'open', authorization: false },
    })
    const all = JSON.stringify(about)
    for (const hidden of ['hush', secret, 'of-the-tests']) expect(all).not.toContain(hidden)
    const rows = await world.asSuperuser<{ row: string }>('select s::text as row from stream s')
    expect(JSON.stringify(rows)).not.toContain('of-the-tests')
  })

  test('only whoever sees everything may set one up, and open parts need the right to export', async () => {
    for (const role of ['agent', 'supervisor', 'auditor'] as const) {
      const person = await world.person(`No ${role}`, role)
      await expect(stream({}, person)).rejects.toMatchObject({ code: 'permission.denied' })
    }
    const { role } = await world.owner.do('role.create', {
      name: 'Integrator',
      scope: 'all',
      permissions: ['stream.view', 'stream.create', 'log.view'],
    })
    const person = await world.person('Ines', role as never) // a role of the workspace's own
    await expect(stream({ parts: 'open' }, person)).rejects.toMatchObject({ code: 'permission.denied' })
    await stream({}, person)
  })

  test('what does not fit together is refused', async () => {
    for (const changes of [
      { payload: 'cef' as const },
      { envelope: 'cloudevents_binary' as const, batch: 2 },
      { kind: 'syslog' as const, address: 'localhost:6514', envelope: 'cloudevents' as const },
    ])
      await expect(stream(changes)).rejects.toMatchObject({ code: 'stream.form_not_fitting' })
    for (const address of ['ftp://x.example/', 'https://u:p@x.example/', 'nonsense', 'https://'])
      await expect(stream({ address })).rejects.toMatchObject({ code: 'stream.address_not_valid' })
  })
})

describe('addresses that lead into our own house', () => {
  test('are refused as numbers when they are set, and by name when they are called', async () => {
    const strict = world.addNode(undefined, { streamTiming: QUICK })
    const create = strict.commandsByName.get('stream.create')
    const tried = strict.commandsByName.get('stream.test')
    if (!create || !tried) throw new Error('no commands')
    const caller = await world.owner.caller()
    const asked = (address: string, kind = 'webhook') =>
      strict.door.execute(create, caller, { name: 'x', kind, address })
    for (const address of [
      'https://127.0.0.1/',
      'https://[::1]/',
      'https://10.1.2.3/',
      'https://2130706433/',
      'https://169.254.169.254/latest',
      'https://[::ffff:10.0.0.1]/',
      'http://receiver.example/',
    ])
      await expect(asked(address), address).rejects.toMatchObject({ code: 'stream.address_not_valid' })
    await expect(asked('127.0.0.1:6514', 'syslog')).rejects.toMatchObject({
      code: 'stream.address_not_valid',
    })
    for (const [address, kind] of [
      ['https://localhost:9/', 'webhook'],
      ['localhost:6514', 'syslog'],
    ] as const) {
      const { stream: named } = (await asked(address, kind)) as { stream: { id: string } }
      made.push(named.id)
      expect(await strict.door.execute(tried, caller, { id: named.id })).toMatchObject({
        delivered: false,
        problem: 'private_address',
      })
    }
  })
})

const certificate = makeCertificate()
if (!certificate) process.stderr.write('SKIPPED: openssl is missing, syslog over TLS is not tried\n')

describe.skipIf(!certificate)('syslog over TLS', () => {
  const trusted = certificate ?? { key: '', cert: '' }
  let receiver: SyslogReceiver
  beforeAll(async () => {
    receiver = await new SyslogReceiver(trusted).listen()
  })
  afterAll(() => receiver.close())

  const syslog = (changes: Partial<CommandInput<'stream.create'>> = {}) =>
    stream({ kind: 'syslog', address: receiver.address, ca: trusted.cert, ...changes })

  test('frames RFC 5424 messages by their length, in order, with the entry as JSON', async () => {
    const { id } = await syslog({ parts: 'open' })
    await notes('eins', 'zwei\nDrei 你好', 'vier')
    await expect.poll(() => receiver.messages.length).toBe(3)
    const shape =
      /^<110>1 \d{4}-\d\d-\d\dT[\d:]+\.\d{6}Z desk\.example tracedesk - note\.added \[meta sequenceId="\d+"\] \ufeff(\{.*\})$/su
    const entries = receiver.messages.map(message => JSON.parse(shape.exec(message)?.[1] ?? 'null') as Entry)
    expect(entries.map(entry => (entry.parts.text as { value: string }).value)).toEqual([
      'eins',
      'zwei\nDrei 你好',
      'vier',
    ])
    await expect.poll(async () => (await listed(id)).sent).toBe(3)
    expect((await listed(id)).receiver).toBe(`tls://${receiver.address}`)
  })

  test('what a receiver broke off before it had closed its side is sent again', async () => {
    receiver.messages.length = 0
    receiver.breaksOff = true
    const { id } = await syslog()
    await notes('once', 'twice')
    await expect.poll(async () => (await listed(id)).trouble?.problem).toBe('broken_off')
    expect(receiver.messages).toEqual([])
    receiver.breaksOff = false
    await expect.poll(() => receiver.messages.length).toBe(2)
    await expect.poll(async () => (await listed(id)).sent).toBe(2)
  })

  test('a certificate that nobody vouches for, or for another name, gets nothing', async () => {
    receiver.messages.length = 0
    const { id } = await stream({ kind: 'syslog', address: receiver.address })
    await notes('secret')
    await expect.poll(async () => (await listed(id)).trouble?.problem).toBe('certificate')
    const other = await syslog({ address: receiver.address.replace('localhost', '127.0.0.1') })
    expect(await world.owner.do('stream.test', { id: other.id })).toMatchObject({ problem: 'certificate' })
    expect(receiver.messages).toEqual([])
  })
})

describe('more than one node', () => {
  const PROGRAM = fileURLToPath(new URL('./support/stream-node.ts', import.meta.url))
  const running: ChildProcess[] = []
  afterAll(() => {
    for (const child of running) child.kill('SIGKILL')
    world.node.streams.start()
  })

  async function startNode(): Promise<ChildProcess> {
    const task: StreamNodeTask = {
      targets: world.targets,
      secret: TEST_SECRET_BYTES.toString('hex'),
      dataDir: join(world.dataDir, 'other'),
      timing: QUICK,
    }
    const child = spawn(process.execPath, [PROGRAM, JSON.stringify(task)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    running.push(child)
    await once(child.stdout as NodeJS.ReadableStream, 'data')
    return child
  }

  test('a node that is killed while it sends loses nothing: another goes on, at most one call comes twice', async () => {
    const { id, receiver } = await stream()
    await world.node.streams.stop()
    receiver.answer = async () => {
      await new Promise(resolve => setTimeout(resolve, 40))
      return 200
    }
    const first = await startNode()
    const wanted: string[] = []
    for (let i = 0; i < 30; i++) wanted.push((await note(`kill ${i}`)).note.id)
    await world.settle()
    await taken(receiver, 8)
    first.kill('SIGKILL')
    await once(first, 'close')
    await startNode()
    await expect.poll(async () => (await listed(id)).lagEntries, { timeout: 20_000 }).toBe(0)
    const calls = receiver.calls.map(call => JSON.parse(call.body).data as Entry)
    expect([...new Set(calls.map(entry => entry.subject.id))]).toEqual(wanted)
    expect(calls.length - wanted.length).toBeLessThanOrEqual(1)
    const positions = calls.map(entry => entry.position ?? 0)
    expect(positions).toEqual([...positions].sort((a, b) => a - b))
  }, 60_000)
})

const OF_STREAMS: readonly Projection[] = [
  {
    table: 'stream',
    sql: 'select stream_id as id, name, target as receiver, envelope, payload, parts, batch, state from stream',
    step: (rows, { event, subject, data }) => {
      const id = subject.id ?? ''
      const { name, receiver, envelope, payload, parts, batch } = data
      if (event === 'stream.created')
        rows.set(id, { name, receiver, envelope, payload, parts, batch, state: 'running' })
      const shown = Object.keys(rows.get(id) ?? {})
      if (event === 'stream.updated')
        for (const [key, value] of Object.entries(data.to as object))
          if (shown.includes(key)) rows.set(id, { ...rows.get(id), [key]: value })
      if (event === 'stream.paused') rows.set(id, { ...rows.get(id), state: 'paused' })
      if (event === 'stream.resumed') rows.set(id, { ...rows.get(id), state: 'running' })
      if (event === 'stream.deleted') rows.delete(id)
    },
  },
  {
    table: 'stream_letter',
    sql: "select stream_id || ' ' || position as id, entry_id::text as entry, attempts, status from stream_letter",
    step: (rows, { event, subject, data }) => {
      const id = `${subject.id} ${data.position}`
      if (event === 'stream.entry_refused')
        rows.set(id, { entry: data.entryId, attempts: data.attempts, status: data.status })
      if (event === 'stream.letter_sent') rows.delete(id)
      if (event !== 'stream.letters_discarded' && event !== 'stream.deleted') return
      for (const key of rows.keys()) if (key.startsWith(`${subject.id} `)) rows.delete(key)
    },
  },
]

test('what streams are and what they laid aside follows from the log', async () => {
  const { id, receiver } = await stream({ name: 'Follows' })
  receiver.answer = () => 400
  await notes('laid aside')
  await expect.poll(async () => (await listed(id)).letters).toBe(1)
  await world.owner.do('stream.update', { id, batch: 7 })
  await world.owner.do('stream.pause', { id })
  await checkTables(world, OF_STREAMS)
})
