import { createServer as createTcp, type Server } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSendDocument } from '../src/edges/telegram/index.ts'
import { createDesk, type Desk, until } from './support/desk.ts'
import { WebReceiver } from './support/receivers.ts'
import { type Person, TEST_SECRET, type TestConversation } from './support/world.ts'

const ALL = [
  'anchor_overdue',
  'deletion_burst',
  'mass_export',
  'mass_reveal',
  'moderation_repeated',
  'out_of_hours',
  'token_changed',
  'transfer_unattended',
  'verification_failed',
]
/** A wallet address that nobody has allowed. */
const WALLET = 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t'

let desk: Desk
let otto: Person
let adam: Person
let ann: Person
let talk: TestConversation
let bot: Awaited<ReturnType<Desk['connect']>>
let boss: ReturnType<Desk['telegram']['createUser']>
let hook: WebReceiver
let mails: MailBox

/** A mail server that takes everything and keeps the letters. */
class MailBox {
  readonly letters: string[] = []
  readonly #server: Server = createTcp(socket => {
    let letter: string | null = null
    socket.on('error', () => {})
    socket.write('220 mail.example\r\n')
    socket.on('data', chunk => {
      const text = chunk.toString()
      if (letter !== null) {
        letter += text
        if (!letter.includes('\r\n.\r\n')) return
        this.letters.push(letter)
        letter = null
        socket.write('250 ok\r\n')
      } else if (/^DATA/i.test(text)) {
        letter = ''
        socket.write('354 go on\r\n')
      } else socket.write(/^QUIT/i.test(text) ? '221 bye\r\n' : '250 ok\r\n')
    })
  })
  async listen(): Promise<number> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve))
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('the mail server has no port')
    return address.port
  }
  close(): void {
    this.#server.close()
  }
}

const set = (key: string, value: boolean | number | string) => desk.owner.do('setting.change', { key, value })

/** Everything recorded so far is judged, and what is due leaves. */
async function watch(): Promise<void> {
  const { world } = desk
  await world.settle()
  await world.node.alerts.watch(world.workspaceId)
  await world.settle()
  await world.node.alerts.watch(world.workspaceId) // what a command raised itself is delivered as well
  await world.node.alerts.deliverDue()
  await world.settle()
}

beforeAll(async () => {
  desk = await createDesk({ allowPrivateTargets: true })
  const { world } = desk
  desk.addGateway()
  bot = await desk.connect()
  world.node.sendDocument = createSendDocument({
    databases: world.node.databases,
    secret: TEST_SECRET,
    apiRoot: desk.telegram.apiRoot,
  } as never)
  otto = await world.person('Otto', 'auditor')
  adam = await world.person('Adam', 'admin')
  ann = await world.person('Ann')
  talk = await world.conversation({ assignee: ann.id, name: 'Carla' })
  await ann.do('message.send', { conversationId: talk.id as never, text: 'a secret of Carla' })
  boss = desk.telegram.createUser({ firstName: 'Boss' })
  boss.say(bot, '/start')
  await until(async () => (await desk.conversations()).some(each => each.customer.name === 'Boss'))
  hook = await new WebReceiver().listen()
  mails = new MailBox()
  await set('alert.webhook_url', hook.url)
  await set('alert.webhook_secret', 'hush')
  await set('alert.telegram_chat', String(boss.id))
  await set('alert.email_to', 'boss@example.org')
  await set('smtp.host', '127.0.0.1')
  await set('smtp.port', await mails.listen())
  await set('smtp.security', 'none')
  await set('alert.reveal_count', 2)
  await set('alert.export_count', 2)
  await set('alert.deletion_count', 2)
  await set('moderation.alert_hits', 2)
  await watch()
})
afterAll(async () => {
  hook?.close()
  mails?.close()
  await desk?.end()
})

const deeds: Record<string, () => Promise<unknown>> = {
  mass_reveal: async () => {
    for (const reason of ['once', 'twice'])
      await otto.do('log.reveal', { conversationId: talk.id as never, reason })
  },
  mass_export: async () => {
    for (const format of ['csv', 'ndjson'] as const)
      await adam.do('export.request', { format, filter: {} } as never)
  },
  deletion_burst: async () => {
    for (const name of ['a', 'b']) {
      const { label } = await adam.do('label.create', { name })
      await adam.do('label.delete', { labelId: label.id })
    }
  },
  token_changed: () => desk.owner.do('api_token.create', { name: 'reports', role: 'auditor' }),
  out_of_hours: async () => {
    await set('alert.hours', JSON.stringify({ default: { zone: 'UTC', week: {} } }))
    await adam.ask('log.search', {})
    await watch()
    await set('alert.hours', '')
  },
  transfer_unattended: async () => {
    const nobody = await desk.world.department('Nobody is here')
    await ann.do('conversation.transfer', {
      conversationId: talk.id as never,
      toDepartmentId: nobody as never,
      reasonCode: 'skill',
    })
  },
  moderation_repeated: async () => {
    for (const text of ['pay to', 'or pay to'])
      await ann
        .do('message.send', { conversationId: talk.id as never, text: `${text} ${WALLET}` })
        .catch(error => expect(error).toMatchObject({ code: /^moderation[.]/ }))
  },
  anchor_overdue: () =>
    desk.world.asSuperuser(
      "insert into anchor_state (workspace_id, kind, name, epoch, failing_since, failure) values ($1, 'witness', 'w', 1, now() - interval '5 hours', 'unreachable')",
      [desk.world.workspaceId],
    ),
  // the last, for afterwards nothing verifies any more
  verification_failed: async () => {
    await desk.world.settle()
    await desk.world.asSuperuser(
      'update log_entry set leaf = set_byte(leaf, 40, get_byte(leaf, 40) # 1) where position = 3',
    )
    await desk.owner.do('ledger.verify', {})
    await until(async () => (await desk.entries('ledger.verification_failed')).length > 0)
  },
}

test.each(Object.keys(deeds))('%s is raised by what it is about, and by nothing before', async alert => {
  const raised = async () =>
    (await desk.world.entries({ event: 'alert.raised' })).filter(entry => entry.data.alert === alert)
  await watch()
  expect(await raised()).toEqual([])
  await deeds[alert]?.()
  await watch()
  const found = await raised()
  expect(found).toHaveLength(1)
  expect(found[0]).toMatchObject({ actor: { kind: 'rule' } })
  const listed = (await desk.owner.ask('alert.list', {})).items
  expect(listed.find(item => item.entryId === found[0]?.id)).toMatchObject({ alert, acknowledged: null })
  if (alert !== 'anchor_overdue') expect(found[0]?.causedBy).toBeTruthy()
})

test('each of them left by mail, by Telegram and by webhook, with ids and no name or word of anybody', async () => {
  await watch()
  expect(Object.keys(deeds).sort()).toEqual(ALL)
  const delivered = await desk.world.entries({ event: 'alert.delivered' })
  expect(await desk.world.asSuperuser('select 1 from alert_delivery')).toEqual([])
  const told = {
    webhook: hook.calls.map(({ body }) => JSON.parse(body).data.alert as string),
    email: mails.letters.map(letter =>
      /Subject: Tracedesk alert: ([a-z ]+)/.exec(letter)?.[1]?.replaceAll(' ', '_'),
    ),
    telegram: boss
      .received(bot)
      .map(({ caption }) => /^Tracedesk alert: ([a-z ]+)$/m.exec(caption ?? '')?.[1]?.replaceAll(' ', '_')),
  }
  for (const [channel, alerts] of Object.entries(told)) {
    expect(new Set(alerts), channel).toEqual(new Set(ALL))
    expect(delivered.filter(entry => entry.data.channel === channel)).toHaveLength(alerts.length)
  }
  const outside = [...hook.calls.map(({ body }) => body), ...mails.letters].join('\n')
  for (const name of ['Otto', 'Adam', 'Ann', 'Carla', 'a secret']) expect(outside).not.toContain(name)
})

test('one export of many entries raises an alert about whoever asked for it, however few files they took', async () => {
  const about = async () =>
    (await desk.world.entries({ event: 'alert.raised' })).filter(
      ({ data }) => data.agentId === desk.owner.id && data.alert === 'mass_export',
    )
  await set('alert.export_count', 0)
  await set('alert.export_rows', 5)
  await desk.owner.do('export.request', { format: 'csv', filter: { event: ['label.*'] } } as never)
  await desk.world.node.exportKeeper.workOnce()
  await watch()
  expect(await about()).toEqual([]) // two labels made and deleted
  await desk.owner.do('export.request', { format: 'csv', filter: {} } as never)
  await desk.world.node.exportKeeper.workOnce()
  await watch()
  const [entry] = (await desk.entries('export.completed')).sort(
    (a, b) => Number(b.position) - Number(a.position),
  )
  const rows = entry?.data.rows
  expect(await about()).toMatchObject([{ data: { alert: 'mass_export', hits: rows, minutes: 0 } }])
  expect(rows).toBeGreaterThan(5)
  await set('alert.export_rows', 100_000)
})
