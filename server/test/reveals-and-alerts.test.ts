import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcp } from 'node:net'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createWorld, type Person, type TestConversation, type World } from './support/world.ts'

let world: World
let otto: Person
let adam: Person
let ann: Person
let talk: TestConversation
beforeAll(async () => {
  world = await createWorld()
  otto = await world.person('Otto', 'auditor')
  adam = await world.person('Adam', 'admin')
  ann = await world.person('Ann')
  talk = await world.conversation({ assignee: ann.id, name: 'Carla' })
  for (const text of ['the first secret', 'the second secret'])
    await ann.do('message.send', { conversationId: talk.id as never, text })
  await world.settle()
})
afterAll(() => world.end())

const texts = async (person: Person) =>
  (await person.ask('log.search', { conversation: talk.id, event: 'message.sent' })).items.map(item =>
    item.parts.text?.state === 'open' ? item.parts.text.value : item.parts.text?.state,
  )
const set = (key: string, value: boolean | number | string) =>
  world.owner.do('setting.change', { key, value })

describe('revealing', () => {
  test('opens one entry for one person, with a reason on record, and nothing beside it', async () => {
    const { items } = await otto.ask('log.search', { conversation: talk.id, event: 'message.sent' })
    expect(await texts(otto)).toEqual(['withheld', 'withheld'])
    const { reveal } = await otto.do('log.reveal', { entryId: items[1]?.id as never, reason: 'Case 12' })
    expect(reveal.state).toBe('open')
    expect(await texts(otto)).toEqual(['withheld', 'the first secret'])
    const other = await world.person('Oscar', 'auditor')
    expect(await texts(other)).toEqual(['withheld', 'withheld'])
    expect(await world.entries({ event: 'log.revealed' })).toMatchObject([
      {
        actor: { id: otto.id },
        data: { kind: 'entry', target: items[1]?.id, minutes: 30, secondPerson: false },
        parts: { reasonText: { value: 'Case 12' } },
      },
    ])
  })

  test('of a conversation opens its messages too, and ends by itself', async () => {
    const messages = async () =>
      JSON.stringify(await otto.ask('conversation.messages', { id: talk.id as never }))
    expect(await messages()).not.toContain('second secret')
    await otto.do('log.reveal', { conversationId: talk.id as never, reason: 'Case 13' })
    expect(await messages()).toContain('second secret')
    expect(await texts(otto)).toEqual(['the second secret', 'the first secret'])
    await world.asSuperuser("update log_reveal set expires_at = now() - interval '1 second'")
    expect(await messages()).not.toContain('second secret')
    expect(await texts(otto)).toEqual(['withheld', 'withheld'])
  })

  test('waits for a second person where the setting says so, who is never the same', async () => {
    await set('reveal.second_person', true)
    const ask = () => otto.do('log.reveal', { conversationId: talk.id as never, reason: 'Case 14' })
    const { reveal } = await ask()
    expect(reveal).toMatchObject({ state: 'waiting', expiresAt: null })
    expect(await texts(otto)).toEqual(['withheld', 'withheld'])
    expect((await adam.ask('log.reveals', {})).items).toMatchObject([{ id: reveal.id, mine: false }])
    await expect(otto.do('log.decide_reveal', { revealId: reveal.id, agree: true })).rejects.toMatchObject({
      code: 'permission.denied',
    })
    await adam.do('log.decide_reveal', { revealId: reveal.id, agree: true })
    expect(await texts(otto)).toEqual(['the second secret', 'the first secret'])
    await expect(adam.do('log.decide_reveal', { revealId: reveal.id, agree: false })).rejects.toMatchObject({
      code: 'reveal.not_found',
    })
    const { reveal: second } = await ask()
    await adam.do('log.decide_reveal', { revealId: second.id, agree: false })
    const story = await world.entries({
      event: ['log.reveal_requested', 'log.revealed', 'log.reveal_declined'],
    })
    expect(story.slice(-4).map(entry => [entry.event, entry.actor.id])).toEqual([
      ['log.reveal_requested', otto.id],
      ['log.revealed', adam.id],
      ['log.reveal_requested', otto.id],
      ['log.reveal_declined', adam.id],
    ])
    await set('reveal.second_person', false)
  })

  test('is refused to whom nothing is withheld, to whom it is not given, and for what is not there', async () => {
    const reveal = (person: Person, id: string) =>
      person.do('log.reveal', { conversationId: id as never, reason: 'x' })
    await expect(reveal(world.owner, talk.id)).rejects.toMatchObject({ code: 'reveal.not_needed' })
    await expect(reveal(ann, talk.id)).rejects.toMatchObject({ code: 'permission.denied' })
    await expect(reveal(otto, talk.customerId)).rejects.toMatchObject({ code: 'conversation.not_found' })
  })

  test('never opens a private note', async () => {
    await ann.do('note.add', { conversationId: talk.id as never, text: 'mine alone', scope: 'private' })
    await world.settle()
    await otto.do('log.reveal', { conversationId: talk.id as never, reason: 'Case 15' })
    const [note] = (await otto.ask('log.search', { conversation: talk.id, event: 'note.added' })).items
    expect(note?.parts.text).toEqual({ state: 'withheld' })
  })
})

describe('alerts', () => {
  const watch = async () => {
    await world.settle()
    await world.node.alerts.watch(world.workspaceId)
    await world.settle()
  }
  const raised = async () =>
    (await world.owner.ask('alert.list', {})).items.map(({ alert, hits }) => [alert, hits])

  beforeAll(async () => {
    await world.asSuperuser('delete from alert_cursor')
    await watch()
  })

  test('many reveals, deletions and a new token are told once each, with the entries that led to them', async () => {
    await set('alert.reveal_count', 3)
    await set('alert.deletion_count', 3)
    for (let i = 0; i < 4; i++)
      await otto.do('log.reveal', { conversationId: talk.id as never, reason: `again ${i}` })
    for (let i = 0; i < 4; i++) {
      const { label } = await world.owner.do('label.create', { name: `l${i}` })
      await world.owner.do('label.delete', { labelId: label.id })
    }
    await world.owner.do('api_token.create', { name: 'reports', role: 'auditor' })
    await watch()
    const found = await world.owner.ask('alert.list', {})
    expect(found.items.map(item => item.alert).sort()).toEqual([
      'deletion_burst',
      'mass_reveal',
      'token_changed',
    ])
    const reveal = found.items.find(item => item.alert === 'mass_reveal')
    expect(reveal).toMatchObject({ agentId: otto.id, minutes: 60 })
    expect(reveal?.entries.length).toBeGreaterThanOrEqual(3)
    const before = await raised()
    await world.asSuperuser('update alert_cursor set position = 0')
    await watch()
    expect(await raised(), 'the same slice judged again').toEqual(before)
  })

  test('access out of hours is told, inside them it is not', async () => {
    const never = { zone: 'UTC', week: {} }
    const always = Object.fromEntries(
      ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map(day => [day, [['00:00', '24:00']]]),
    )
    await set('alert.hours', JSON.stringify({ default: { zone: 'UTC', week: always } }))
    await adam.ask('log.search', {})
    await watch()
    expect((await raised()).map(([alert]) => alert)).not.toContain('out_of_hours')
    await set('alert.hours', JSON.stringify({ default: never }))
    await adam.ask('log.search', {})
    await watch()
    expect((await world.owner.ask('alert.list', {})).items[0]).toMatchObject({
      alert: 'out_of_hours',
      agentId: adam.id,
    })
    await set('alert.hours', '')
  })

  test('an anchor that has failed for too long and a failed verification are told', async () => {
    await world.asSuperuser(
      "insert into anchor_state (workspace_id, kind, name, epoch, failing_since, failure) values ($1, 'witness', 'w', 1, now() - interval '5 hours', 'unreachable')",
      [world.workspaceId],
    )
    await watch()
    expect((await raised())[0]).toEqual(['anchor_overdue', 1])
  })

  test('somebody takes note, once, and it is on record; agents do not see them', async () => {
    const [first] = (await world.owner.ask('alert.list', {})).items
    const note = (person: Person) => person.do('alert.acknowledge', { entryId: first?.entryId as never })
    await expect(note(ann)).rejects.toMatchObject({ code: 'permission.denied' })
    await note(adam)
    await expect(note(world.owner)).rejects.toMatchObject({ code: 'alert.already_acknowledged' })
    expect((await world.owner.ask('alert.list', {})).items.map(item => item.entryId)).not.toContain(
      first?.entryId,
    )
    expect((await world.owner.ask('alert.list', { all: 'true' })).items[0]?.acknowledged).toMatchObject({
      by: adam.id,
    })
    expect((await world.entries({ event: 'alert.acknowledged' })).at(-1)).toMatchObject({
      actor: { id: adam.id },
      data: { entryId: first?.entryId },
    })
  })

  test('leave by webhook, signed, and by mail; a private address is refused and tried again', async () => {
    const calls: { headers: Record<string, unknown>; body: string }[] = []
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', chunk => (body += chunk))
      request.on('end', () => {
        calls.push({ headers: request.headers, body })
        response.end('ok')
      })
    })
    const mails: string[] = []
    const mail = createTcp(socket => {
      let inBody = false
      socket.on('error', () => {})
      socket.write('220 mail.example\r\n')
      socket.on('data', chunk => {
        const text = chunk.toString()
        mails.push(text)
        if (inBody) {
          if (text.includes('\r\n.\r\n')) {
            inBody = false
            socket.write('250 ok\r\n')
          }
        } else if (/^DATA/i.test(text)) {
          inBody = true
          socket.write('354 go on\r\n')
        } else socket.write(/^QUIT/i.test(text) ? '221 bye\r\n' : '250 ok\r\n')
      })
    })
    for (const each of [server, mail]) {
      await new Promise<void>(resolve => each.listen(0, '127.0.0.1', resolve))
      onTestFinished(() => void each.close())
    }
    const port = (of: { address(): unknown }) => (of.address() as AddressInfo).port
    await set('alert.webhook_url', `http://127.0.0.1:${port(server)}/hook`)
    await set('alert.webhook_secret', 'hush')
    await set('alert.email_to', 'boss@example.org')
    await set('smtp.host', '127.0.0.1')
    await set('smtp.port', port(mail))
    await set('smtp.security', 'none')
    await world.owner.do('api_token.create', { name: 'more', role: 'auditor' })
    await watch()
    await world.node.alerts.deliverDue()
    expect(calls).toEqual([])
    const waiting = await world.asSuperuser('select channel, attempts from alert_delivery order by channel')
    expect(waiting).toEqual([
      { channel: 'email', attempts: 1 },
      { channel: 'webhook', attempts: 1 },
    ])
    await world.asSuperuser('update alert_delivery set next_at = now()')
    const open = world.addNode(world.dataDir, { allowPrivateTargets: true })
    await open.alerts.deliverDue()
    await world.settle()
    expect(calls).toHaveLength(1)
    const { headers, body } = calls[0] ?? { headers: {}, body: '' }
    const signed = createHmac('sha256', 'hush')
      .update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`)
      .digest('base64')
    expect(headers['webhook-signature']).toBe(`v1,${signed}`)
    expect(JSON.parse(body)).toMatchObject({ type: 'alert.raised', data: { alert: 'token_changed' } })
    expect(mails.join('')).toContain('Subject: Tracedesk alert: token changed')
    expect(
      (await world.entries({ event: 'alert.delivered' })).map(entry => entry.data.channel).sort(),
    ).toEqual(['email', 'webhook'])
    expect(await world.asSuperuser('select 1 from alert_delivery')).toEqual([])
  })

  test('a secret setting is stored sealed, never shown again, and in the log by its fingerprint', async () => {
    await set('smtp.password', 'swordfish')
    const items = (await world.owner.ask('setting.list', {})).items
    expect(items.find(item => item.key === 'smtp.password')?.value).toBe('••••••••')
    const rows = await world.asSuperuser<{ value: string }>('select value from setting')
    expect(JSON.stringify(rows)).not.toContain('swordfish')
    const entry = (await world.entries({ event: 'setting.changed', subject: 'smtp.password' })).at(-1)
    expect(entry?.data).toMatchObject({ from: '', to: expect.stringMatching(/^set [0-9a-f]{12}$/) })
    expect(JSON.stringify(entry)).not.toContain('swordfish')
  })
})
