import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSamplePng } from '../src/demo/telegram/image.ts'
import type { SimulatedBot } from '../src/demo/telegram/index.ts'
import { createHttpServer } from '../src/edges/http/server.ts'
import { createDesk, type Desk, until } from './support/desk.ts'

let desk: Desk
let bot: SimulatedBot & { botId: string }
let url: string
let close: () => Promise<unknown>

beforeAll(async () => {
  desk = await createDesk()
  desk.addGateway()
  bot = await desk.connect()
  const server = await createHttpServer(desk.world.node, { publicUrl: undefined, webRoot: null })
  url = await server.listen({ port: 0, host: '127.0.0.1' })
  close = () => server.close()
})
afterAll(async () => {
  await close?.()
  await desk?.end()
})

const customerNamed = (firstName: string) => desk.telegram.createUser({ firstName })
const conversationOf = (name: string) =>
  until(async () => (await desk.conversations()).find(talk => talk.customer.name === name))

async function upload(conversationId: string, name: string, bytes: Uint8Array, token = desk.owner.token) {
  const response = await fetch(`${url}/api/file.upload?${new URLSearchParams({ conversationId, name })}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
    body: bytes,
  })
  const body = (await response.json()) as {
    file: { id: string; type: string; name: string; sha256: string }
    error?: { code: string }
  }
  return { status: response.status, ...body }
}

test('a photo of a customer is fetched, sealed, shown by a short-lived link, and its hash is in the log', async () => {
  const png = createSamplePng(40, 30)
  const maya = customerNamed('Maya')
  maya.sendPhoto(bot, png, { caption: 'look' })
  const talk = await conversationOf('Maya')
  const message = await until(async () =>
    (await desk.messages(talk.id)).find(each => each.files[0]?.state === 'stored'),
  )
  expect(message).toMatchObject({ kind: 'photo', text: { value: 'look' } })
  expect(message.files[0]).toMatchObject({
    kind: 'photo',
    type: 'image/png',
    size: png.length,
    width: 40,
    height: 30,
  })
  const response = await fetch(url + message.files[0]?.link)
  expect(Buffer.from(await response.arrayBuffer()).equals(png)).toBe(true)
  expect(response.headers.get('content-type')).toBe('image/png')
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  expect(response.headers.get('content-security-policy')).toContain('sandbox')
  const [entry] = await desk.entries('file.stored')
  expect(entry?.data).toMatchObject({
    sha256: response.headers.get('etag')?.replaceAll('"', ''),
    bytes: png.length,
  })
})

test('an album is one message here, and comes as one album there, in order, with its caption and hashes', async () => {
  const person = customerNamed('Album')
  person.say(bot, 'photos please')
  const talk = await conversationOf('Album')
  const [a, b] = [createSamplePng(20, 20, 0xff0000), createSamplePng(20, 20, 0x00ff00)]
  const files = [await upload(talk.id, 'a.png', a), await upload(talk.id, 'b.png', b)]
  const { message } = await desk.owner.do('message.send', {
    conversationId: talk.id,
    text: 'here they are',
    entities: [{ type: 'bold', offset: 0, length: 4 }],
    attachments: files.map(({ file }) => ({ fileId: file.id as never, as: 'photo' as const })),
  })
  await until(
    async () => (await desk.messages(talk.id)).find(each => each.id === message.id)?.state === 'delivered',
  )
  const got = person.received(bot)
  expect(got).toHaveLength(2)
  expect(got[0]).toMatchObject({
    caption: 'here they are',
    caption_entities: [{ type: 'bold', offset: 0, length: 4 }],
  })
  expect(got[0]?.media_group_id).toBe(got[1]?.media_group_id)
  const [sent] = await desk.entries('message.sent')
  expect(sent?.data.files).toMatchObject(files.map(({ file }) => ({ fileId: file.id, sha256: file.sha256 })))
  const [delivered] = await desk.entries('message.delivered')
  expect(delivered?.data.furtherIds).toEqual([got[1]?.message_id])

  person.say(bot, 'the second one', { replyTo: got[1]?.message_id })
  const answer = await until(async () => (await desk.messages(talk.id)).find(each => each.replyTo !== null))
  expect(answer.replyTo).toBe(message.id)

  await desk.owner.do('message.recall', { messageId: message.id })
  await until(async () => (await desk.messages(talk.id)).find(each => each.id === message.id)?.recalledAt)
  expect(person.received(bot)).toHaveLength(0)
})

test('every kind of file goes out by its own method, and the customer’s client gets the bytes', async () => {
  const person = customerNamed('Kinds')
  person.say(bot, 'hello')
  const talk = await conversationOf('Kinds')
  const ogg = Buffer.concat([Buffer.from('OggS'), Buffer.alloc(60, 1)])
  const mp4 = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypisom'), Buffer.alloc(60, 2)])
  const sent = [
    ['voice', ogg],
    ['video', mp4],
    ['video_note', mp4],
    ['animation', mp4],
    ['document', Buffer.from('plain words')],
  ] as const
  for (const [as, bytes] of sent) {
    const { file } = await upload(talk.id, `${as}.bin`, bytes)
    await desk.owner.do('message.send', {
      conversationId: talk.id,
      attachments: [{ fileId: file.id as never, as }],
    })
  }
  await desk.owner.do('message.send', {
    conversationId: talk.id,
    location: { latitude: 56.95, longitude: 24.1 },
  })
  await desk.owner.do('message.send', {
    conversationId: talk.id,
    contact: { phone: '+371 20000000', name: 'Shop' },
  })
  const got = await until(() => person.received(bot).length === 7 && person.received(bot))
  for (const [index, [as]] of sent.entries()) expect(Object.keys(got[index] ?? {})).toContain(as)
  expect(got[5]?.location).toMatchObject({ latitude: 56.95 })
  expect(got[6]?.contact).toMatchObject({ first_name: 'Shop' })
})

test('a sticker of the customer can be sent back, and shows the same picture', async () => {
  const person = customerNamed('Sticker')
  person.sendSticker(bot, createSamplePng(64, 64), { emoji: '🎉' })
  const talk = await conversationOf('Sticker')
  const sticker = await until(async () =>
    (await desk.messages(talk.id)).find(each => each.files[0]?.state === 'stored'),
  )
  expect(sticker.content).toMatchObject({ type: 'sticker', emoji: '🎉' })
  await desk.owner.do('message.send', { conversationId: talk.id, stickerOf: sticker.id })
  const [back] = await until(() => person.received(bot).length === 1 && person.received(bot))
  expect(back?.sticker).toBeDefined()
  const shown = (await desk.messages(talk.id)).at(-1)
  expect(shown?.files[0]?.id).toBe(sticker.files[0]?.id)
})

test('an edit comes into force when Telegram has it, and every version can be read', async () => {
  const person = customerNamed('Edits')
  person.say(bot, 'when?')
  const talk = await conversationOf('Edits')
  const { id } = await desk.send(talk.id, 'on Monday')
  const find = async () => (await desk.messages(talk.id)).find(each => each.id === id)
  await until(async () => (await find())?.state === 'delivered')
  await desk.owner.do('message.edit', {
    messageId: id,
    text: 'on Tuesday',
    entities: [{ type: 'italic', offset: 3, length: 7 }],
  })
  await until(async () => ((await find())?.change === null ? find() : null))
  expect(await find()).toMatchObject({
    text: { value: 'on Tuesday' },
    version: 2,
    entities: [{ type: 'italic' }],
  })
  expect(person.received(bot).at(-1)).toMatchObject({ text: 'on Tuesday', entities: [{ type: 'italic' }] })
  const { items } = await desk.owner.ask('message.versions', { messageId: id })
  expect(items.map(({ text, state }) => [text?.state === 'open' ? text.value : null, state])).toEqual([
    ['on Monday', 'delivered'],
    ['on Tuesday', 'delivered'],
  ])
  const [edited] = await desk.entries('message.edited')
  const delivered = (await desk.entries('message.change_delivered')).find(
    ({ data }) => data.operation === 'edit',
  )
  expect(delivered?.causedBy).toBe(edited?.id)
})

test('an edit that Telegram refuses is shown as refused, and the words Telegram has stay', async () => {
  const person = customerNamed('Refusal')
  person.say(bot, 'when?')
  const talk = await conversationOf('Refusal')
  const { id } = await desk.send(talk.id, 'today')
  const find = async () => (await desk.messages(talk.id)).find(each => each.id === id)
  await until(async () => (await find())?.state === 'delivered')
  desk.telegram.faults.inject({
    method: 'editMessageText',
    fault: { kind: 'refuse', code: 403, description: 'Forbidden: bot was blocked by the user' } as never,
    times: 1,
  })
  await desk.owner.do('message.edit', { messageId: id, text: 'tomorrow' })
  const message = await until(async () => ((await find())?.change?.state === 'refused' ? find() : null))
  expect(message).toMatchObject({ text: { value: 'today' }, change: { operation: 'edit', errorCode: 403 } })
})

test('an edit is checked like a text that is sent, and only the author or those above may change a message', async () => {
  const person = customerNamed('Checked')
  person.say(bot, 'hi')
  const talk = await conversationOf('Checked')
  const { id } = await desk.send(talk.id, 'fine words')
  await until(async () => (await desk.messages(talk.id)).find(each => each.id === id)?.state === 'delivered')
  const rules = [{ kind: 'plain' as const, pattern: 'guaranteed profit' }]
  await desk.owner.do('phrase_group.create', {
    name: 'Promises',
    botId: null,
    languages: [],
    action: 'block',
    rules,
  })
  await expect(
    desk.owner.do('message.edit', { messageId: id, text: 'guaranteed profit' }),
  ).rejects.toMatchObject({
    code: 'moderation.blocked',
  })
  const agent = await desk.world.person('Nora')
  await desk.owner.do('conversation.assign', { conversationId: talk.id, agentId: agent.id as never })
  await expect(agent.do('message.edit', { messageId: id, text: 'mine now' })).rejects.toMatchObject({
    code: 'message.not_yours',
  })
  await expect(agent.do('message.recall', { messageId: id })).rejects.toMatchObject({
    code: 'message.not_yours',
  })
  expect(person.received(bot).at(-1)).toMatchObject({ text: 'fine words' })
})

test('after 48 hours nothing can be changed any more', async () => {
  const person = customerNamed('Late')
  person.say(bot, 'hi')
  const talk = await conversationOf('Late')
  const { id } = await desk.send(talk.id, 'old words')
  await until(async () => (await desk.messages(talk.id)).find(each => each.id === id)?.state === 'delivered')
  await desk.world.asSuperuser("update message set at = at - interval '49 hours' where message_id = $1", [id])
  await expect(desk.owner.do('message.recall', { messageId: id })).rejects.toMatchObject({
    code: 'message.too_old',
  })
  await expect(desk.owner.do('message.edit', { messageId: id, text: 'x' })).rejects.toMatchObject({
    code: 'message.too_old',
  })
})

test('reactions go both ways, each recorded', async () => {
  const person = customerNamed('Reacts')
  const question = person.say(bot, 'thank you')
  const talk = await conversationOf('Reacts')
  const [first] = await until(async () =>
    (await desk.messages(talk.id)).length > 0 ? desk.messages(talk.id) : null,
  )
  await desk.owner.do('message.react', { messageId: first?.id as never, emoji: '👍' })
  await until(async () =>
    (await desk.entries('message.change_delivered')).some(({ data }) => data.operation === 'react'),
  )
  expect((await desk.messages(talk.id))[0]?.reactions.own).toBe('👍')
  person.react(bot, question, ['❤', '🔥'])
  const reacted = await until(async () => {
    const [message] = await desk.messages(talk.id)
    return message?.reactions.customer.length === 2 ? message : null
  })
  expect(reacted.reactions.customer).toEqual(['❤', '🔥'])
  await expect(
    desk.owner.do('message.react', { messageId: first?.id as never, emoji: '🧨' }),
  ).rejects.toMatchObject({ code: 'message.reaction_not_allowed' })
})

test('an edited photo brings the new picture, and the old one stays with its version', async () => {
  const person = customerNamed('Replaces')
  const said = person.sendPhoto(bot, createSamplePng(10, 10), { caption: 'first' })
  const talk = await conversationOf('Replaces')
  await until(async () => (await desk.messages(talk.id))[0]?.files[0]?.state === 'stored')
  person.edit(bot, said, 'second')
  const message = await until(async () => {
    const [one] = await desk.messages(talk.id)
    return one?.version === 2 && one.files[0]?.state === 'stored' ? one : null
  })
  expect(message.text).toEqual({ state: 'open', value: 'second' })
  const { items } = await desk.owner.ask('message.versions', { messageId: message.id })
  expect(items.map(({ files }) => files.length)).toEqual([1, 1])
  expect(items[0]?.files[0]?.id).not.toBe(items[1]?.files[0]?.id)
})

test('a file larger than Telegram gives to bots is said to be so, and recorded', async () => {
  const person = customerNamed('Large')
  person.sendDocument(bot, Buffer.alloc(20 * 1024 * 1024 + 1, 1), { name: 'huge.bin' })
  const talk = await conversationOf('Large')
  const message = await until(async () =>
    (await desk.messages(talk.id)).find(each => each.files[0]?.state === 'failed'),
  )
  expect(message.files[0]).toMatchObject({ problem: 'too_large', name: 'huge.bin', link: null })
  expect((await desk.entries('file.not_fetched')).at(-1)?.data).toMatchObject({ cause: 'too_large' })
})

test('hostile files are never shown as what they pretend to be', async () => {
  const person = customerNamed('Hostile')
  person.say(bot, 'hi')
  const talk = await conversationOf('Hostile')
  const html = '<!doctype html><script>alert(1)</script>'
  const cases = [
    ['page.jpg', Buffer.from(html), 'text/plain', 'application/octet-stream', 'attachment'],
    [
      'drawing.svg',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'),
      'text/plain',
      'application/octet-stream',
      'attachment',
    ],
    ['both.gif', Buffer.from(`GIF89a/*${html}*/=1;`), 'image/gif', 'image/gif', 'inline'],
    [
      'bomb.zip',
      Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4]), Buffer.alloc(200)]),
      'application/zip',
      'application/octet-stream',
      'attachment',
    ],
  ] as const
  for (const [name, bytes, sniffed, served, disposition] of cases) {
    const { file } = await upload(talk.id, name, bytes)
    expect(file.type, name).toBe(sniffed)
    if (sniffed === 'text/plain')
      await expect(
        desk.owner.do('message.send', {
          conversationId: talk.id,
          attachments: [{ fileId: file.id as never, as: 'photo' }],
        }),
      ).rejects.toMatchObject({ code: 'file.kind_not_fitting' })
    const response = await fetch(url + desk.world.node.fileLinks.make(desk.world.workspaceId, file.id))
    expect(response.headers.get('content-type'), name).toBe(served)
    expect(response.headers.get('content-disposition'), name).toMatch(new RegExp(`^${disposition}`))
    expect(response.headers.get('content-security-policy')).toContain('sandbox')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    await response.arrayBuffer()
  }
  const turned = await upload(talk.id, 'invoice\u202Egpj.exe', Buffer.from('MZ'))
  expect(turned.file.name).toBe('invoicegpj.exe')
  const long = await upload(talk.id, `${'x'.repeat(5000)}.pdf`, Buffer.from('%PDF-1.4'))
  expect(long.file.name.length).toBeLessThanOrEqual(120)
  expect(long.file.name).toMatch(/…\.pdf$/)
  const path = await upload(talk.id, '../../etc/passwd', Buffer.from('x'))
  expect(path.file.name).toBe('passwd')
})

test('a link is good for a while and for one file only, and players get the range they ask for', async () => {
  const person = customerNamed('Ranges')
  person.say(bot, 'hi')
  const talk = await conversationOf('Ranges')
  const bytes = Buffer.alloc(200_000, 0).map((_, index) => index % 251)
  const { file } = await upload(talk.id, 'song.bin', bytes)
  const link = desk.world.node.fileLinks.make(desk.world.workspaceId, file.id)
  const ask = (range: string) => fetch(url + link, { headers: { range } })
  const middle = await ask('bytes=65000-131999')
  expect(middle.status).toBe(206)
  expect(middle.headers.get('content-range')).toBe('bytes 65000-131999/200000')
  expect(Buffer.from(await middle.arrayBuffer()).equals(bytes.subarray(65_000, 132_000))).toBe(true)
  expect(Buffer.from(await (await ask('bytes=-5')).arrayBuffer()).equals(bytes.subarray(-5))).toBe(true)
  expect((await ask('bytes=200000-')).status).toBe(416)
  const [, , , workspace, , expires, signature] = link.split('/')
  const other = await upload(talk.id, 'other.bin', Buffer.from('y'))
  expect((await fetch(`${url}/api/file/${workspace}/${other.file.id}/${expires}/${signature}`)).status).toBe(
    403,
  )
  const past = desk.world.node.fileLinks.make(desk.world.workspaceId, file.id, Date.now() - 3_600_000)
  expect((await fetch(url + past)).status).toBe(403)
})

test('an upload is refused when it is too large, empty, foreign, or out of sight, and nothing is left', async () => {
  const person = customerNamed('Refused')
  person.say(bot, 'hi')
  const talk = await conversationOf('Refused')
  const large = await upload(talk.id, 'large.bin', Buffer.alloc(50 * 1024 * 1024 + 1))
  expect([large.status, large.error?.code]).toEqual([413, 'file.too_large'])
  expect((await upload(talk.id, 'empty', Buffer.alloc(0))).error?.code).toBe('file.empty')
  const agent = await desk.world.person('Olaf')
  await desk.owner.do('conversation.assign', { conversationId: talk.id, agentId: desk.owner.id as never })
  expect((await upload(talk.id, 'x', Buffer.from('x'), agent.token)).error?.code).toBe(
    'conversation.not_found',
  )
  const auditor = await desk.world.person('Aud', 'auditor')
  expect((await upload(talk.id, 'x', Buffer.from('x'), auditor.token)).error?.code).toBe('permission.denied')
  const response = await fetch(`${url}/api/file.upload?conversationId=${talk.id}&name=x`, {
    method: 'POST',
    headers: { cookie: `tracedesk_session=${desk.owner.token}`, origin: 'https://evil.example' },
    body: 'x',
  })
  expect(response.status).toBe(403)
})

test('an upload whose sender vanishes leaves nothing behind', async () => {
  const person = customerNamed('Vanish')
  person.say(bot, 'hi')
  const talk = await conversationOf('Vanish')
  const before = (await desk.entries('file.uploaded')).length
  const gone = new AbortController()
  let pieces = 0
  const body = new ReadableStream({
    async pull(controller) {
      controller.enqueue(new Uint8Array(64 * 1024))
      if (++pieces === 5) gone.abort()
      await new Promise(resolve => setTimeout(resolve, 10))
    },
  })
  await expect(
    fetch(`${url}/api/file.upload?conversationId=${talk.id}&name=half`, {
      method: 'POST',
      headers: { authorization: `Bearer ${desk.owner.token}` },
      body,
      signal: gone.signal,
      duplex: 'half',
    } as RequestInit),
  ).rejects.toThrow()
  await new Promise(resolve => setTimeout(resolve, 300))
  expect((await desk.entries('file.uploaded')).length).toBe(before)
  expect(readdirSync(join(desk.world.dataDir, 'files', 'incoming'))).toEqual([])
})

test('what lies in the store cannot be read without the customer’s key, and an erased customer’s files are gone', async () => {
  const secret = Buffer.from('a very private letter '.repeat(50))
  const person = customerNamed('Erased')
  person.sendDocument(bot, secret, { name: 'letter.txt' })
  const talk = await conversationOf('Erased')
  const message = await until(async () =>
    (await desk.messages(talk.id)).find(each => each.files[0]?.state === 'stored'),
  )
  const store = join(desk.world.dataDir, 'files', 'store')
  const stored = readdirSync(store, { recursive: true, withFileTypes: true }).filter(each => each.isFile())
  expect(stored.length).toBeGreaterThan(0)
  for (const each of stored)
    expect(readFileSync(join(each.parentPath, each.name)).includes('private letter')).toBe(false)
  const link = message.files[0]?.link ?? ''
  expect((await fetch(url + link)).status).toBe(200)
  await desk.world.asSuperuser('update subject_key set wrapped = null, erased_at = now() where owner = $1', [
    `customer:${talk.customer.id}`,
  ])
  desk.world.node.keys.forget(desk.world.workspaceId, `customer:${talk.customer.id}`)
  expect((await fetch(url + link)).status).toBe(410)
})

test('a group’s messages come into the desk only where the bot is set to take them', async () => {
  const [ada, ben] = [customerNamed('Ada'), customerNamed('Ben')]
  const group = desk.telegram.createGroup({ title: 'House', members: [ada, ben, bot] })
  ada.say(bot, 'is anybody there?', { in: group })
  await until(async () =>
    (await desk.entries('update.kept')).some(({ data }) => data.kind === 'group_message'),
  )
  await desk.owner.do('bot.set_groups', { botId: bot.botId as never, enabled: true })
  ada.say(bot, 'and now?', { in: group })
  ben.say(bot, 'me too', { in: group })
  const talk = await conversationOf('House')
  const said = await until(async () =>
    (await desk.messages(talk.id)).length === 2 ? desk.messages(talk.id) : null,
  )
  expect(said.map(({ author }) => author.name)).toEqual(['Ada', 'Ben'])
  await desk.send(talk.id, 'We are here')
  await until(() => ada.conversation(bot, { in: group }).some(({ text }) => text === 'We are here'))
})

test('each topic of a forum is a conversation that says which, and is answered in its topic', async () => {
  const eva = customerNamed('Eva')
  const forum = desk.telegram.createGroup({ title: 'Sailors', isForum: true, members: [eva, bot] })
  const said = (text: string, topic: number) => {
    const chat = { id: forum.id, type: 'supergroup', title: 'Sailors', is_forum: true }
    const from = { id: eva.id, is_bot: false, first_name: 'Eva' }
    const date = Math.floor(Date.now() / 1000)
    const place = { message_id: 500 + topic, message_thread_id: topic, is_topic_message: true }
    desk.telegram.injectUpdate(bot, { message: { ...place, chat, from, date, text } } as never)
  }
  said('about ropes', 11)
  said('about sails', 12)
  const talks = await until(async () => {
    const found = (await desk.conversations()).filter(({ customer }) => customer.name === 'Sailors')
    return found.length === 2 && found
  })
  expect(talks.map(({ topicId }) => topicId).sort()).toEqual([11, 12])
  const sails = talks.find(({ topicId }) => topicId === 12)?.id ?? ''
  expect(await desk.texts(sails)).toEqual(['about sails'])
  await desk.send(sails, 'cotton')
  const [call] = await until(() => {
    const calls = desk.telegram
      .calls({ method: 'sendMessage' })
      .filter(({ parameters }) => parameters.text === 'cotton')
    return calls.length > 0 && calls
  })
  expect(call?.parameters).toMatchObject({ chat_id: forum.id, message_thread_id: 12 })
  // a chat that has no topics says so
  expect((await desk.conversations()).find(({ customer }) => customer.name === 'House')?.topicId).toBe(null)
})

test('the press of a button becomes the customer’s word, and their client is told that it was taken in', async () => {
  const person = customerNamed('Presses')
  person.say(bot, 'hi')
  const talk = await conversationOf('Presses')
  // another program with the same token offers the button: the desk itself sends none
  const response = await fetch(`${desk.telegram.apiRoot}/bot${bot.token}/sendMessage`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      chat_id: person.id,
      text: 'Is it solved?',
      reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'solved:yes' }]] },
    }),
  })
  expect(response.status).toBe(200)
  const [question] = await until(() => person.received(bot).length === 1 && person.received(bot))
  if (!question) throw new Error('no question came')
  const press = person.press(bot, question, 'Yes')
  expect(await press.answered).toMatchObject({ show_alert: false })
  const said = await until(async () => (await desk.messages(talk.id)).find(({ kind }) => kind === 'button'))
  expect(said).toMatchObject({ direction: 'in', text: { value: 'Yes' } })
})
