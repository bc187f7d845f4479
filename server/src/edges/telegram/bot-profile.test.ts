import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createDesk, type Desk, until } from '../../../test/support/desk.ts'
import { createSamplePng } from '../../demo/telegram/image.ts'

vi.setConfig({ testTimeout: 60_000 })

let desk: Desk
let bot: Awaited<ReturnType<Desk['connect']>>
let botId: never

beforeAll(async () => {
  desk = await createDesk()
  desk.addGateway()
  bot = await desk.connect('Parcel desk')
  botId = bot.botId as never
})
afterAll(() => desk.end())

const MENU = [
  { command: 'start', description: 'Begin' },
  { command: 'track', description: 'Where is my parcel? 📦' },
]
const profile = (language = '') => desk.owner.ask('bot.profile', { botId, language })
const commandsAt = async (scope: string, language = '') =>
  (await profile(language)).commands.find(each => each.scope === scope)?.commands
/** The change with this id, once Telegram has spoken. */
const settled = (id: string | undefined) =>
  until(async () => {
    const { items } = await desk.owner.ask('bot.changes', { botId })
    return items.find(each => each.id === id && each.state !== 'queued')
  })
const setCommands = (input: object) => desk.owner.do('bot.set_commands', { botId, commands: MENU, ...input })
const entriesOf = (event: string) => desk.world.entries({ event, bot: botId })

describe('the commands of a bot', () => {
  test('are set for a scope and a language, with what was there before, and Telegram’s yes is on record', async () => {
    expect(await commandsAt('default')).toEqual([])
    const { changes } = await setCommands({})
    expect(await settled(changes[0]?.id)).toMatchObject({
      kind: 'commands',
      scope: 'default',
      language: '',
      state: 'accepted',
    })
    expect(await commandsAt('default')).toEqual(MENU)
    const german = [{ command: 'start', description: 'Anfangen' }]
    const other = await setCommands({ scope: 'all_private_chats', language: 'de', commands: german })
    await settled(other.changes[0]?.id)
    expect(await commandsAt('all_private_chats', 'de')).toEqual(german)
    expect(await commandsAt('all_private_chats')).toEqual([])

    const less = await setCommands({ commands: MENU.slice(0, 1) })
    await settled(less.changes[0]?.id)
    const told = (await entriesOf('bot.commands_set')).at(-1)
    expect(told).toMatchObject({
      actor: { id: desk.owner.id },
      subject: { kind: 'bot', id: botId },
      data: { scope: 'default', language: '', from: 2, to: 1 },
      parts: {
        after: { state: 'open', value: '/start Begin' },
        before: { state: 'open', value: '/start Begin\n/track Where is my parcel? 📦' },
      },
    })
    expect((await entriesOf('bot.change_accepted')).at(-1)).toMatchObject({
      actor: { kind: 'system' },
      causedBy: told?.id,
      data: { kind: 'commands', scope: 'default', language: '', attempts: 1 },
    })
    await expect(setCommands({ commands: MENU.slice(0, 1) })).rejects.toMatchObject({
      code: 'conversation.unchanged',
    })
    const none = await setCommands({ commands: [] })
    await settled(none.changes[0]?.id)
    expect(await commandsAt('default')).toEqual([])
    expect(desk.telegram.calls({ method: 'deleteMyCommands' })).toHaveLength(1)
  })

  test('are refused before Telegram hears of them when they cannot be commands', async () => {
    const wrong = [
      ['Start', 'x'],
      ['/start', 'x'],
      ['a'.repeat(33), 'x'],
      ['ok', ''],
      ['ok', 'x'.repeat(257)],
    ] as const
    for (const [command, description] of wrong)
      await expect(setCommands({ commands: [{ command, description }] })).rejects.toMatchObject({
        code: 'input.invalid',
      })
    await expect(setCommands({ commands: [...MENU, ...MENU] })).rejects.toMatchObject({
      code: 'input.invalid',
    })
    const maya = await desk.world.person('Maya', 'agent')
    await expect(maya.do('bot.set_commands', { botId, commands: MENU })).rejects.toMatchObject({
      code: 'permission.denied',
    })
  })
})

describe('the commands of one chat', () => {
  test('are set for a group, for those who administer it and for one of them, and name customers, not numbers', async () => {
    const ada = desk.telegram.createUser({ firstName: 'Ada' })
    const talk = await desk.customer(bot, { firstName: 'Ben', text: 'hello' })
    const title = `Rowers ${ada.id}`
    const group = desk.telegram.createGroup({ title, members: [ada, bot] })
    await desk.owner.do('bot.set_groups', { botId, enabled: true })
    ada.say(bot, 'all aboard', { in: group })
    const house = await until(async () =>
      (await desk.conversations()).find(({ customer }) => customer.name === title),
    )
    await desk.owner.do('bot.set_groups', { botId, enabled: false })
    const [chat, member] = [house.customer.id, talk.customer.id]
    // somebody who has only ever written in the group can be chosen as its member; the group itself cannot
    const { items } = await desk.owner.ask('bot.group_members', { botId, chat })
    expect(items.map(({ name }) => name)).toEqual(['Ada'])
    const places = [
      [
        { scope: 'chat', chat: member },
        { type: 'chat', chat_id: talk.who.id },
      ],
      [
        { scope: 'chat_administrators', chat },
        { type: 'chat_administrators', chat_id: group.id },
      ],
      [
        { scope: 'chat_member', chat, member },
        { type: 'chat_member', chat_id: group.id, user_id: talk.who.id },
      ],
    ] as const
    for (const [place, scope] of places) {
      const { changes } = await setCommands(place)
      expect(await settled(changes[0]?.id)).toMatchObject({ state: 'accepted', scope: place.scope })
      expect(desk.telegram.calls({ method: 'setMyCommands' }).at(-1)?.parameters.scope).toEqual(scope)
      const asked = await desk.owner.ask('bot.chat_commands', { botId, ...place })
      expect(asked.commands).toEqual(MENU)
      const told = (await entriesOf('bot.commands_set')).at(-1)
      expect(told?.data).toEqual({ ...place, language: '', from: 0, to: 2 })
      await expect(setCommands(place)).rejects.toMatchObject({ code: 'conversation.unchanged' })
    }
    // everybody else sees what they saw
    expect(await commandsAt('default')).toEqual([])
  })

  test('need a chat, and only they; somebody Telegram’s number of whom is not known cannot be named', async () => {
    const someone = '00000000-0000-7000-8000-000000000000'
    for (const wrong of [
      { scope: 'chat' },
      { scope: 'chat_member', chat: someone },
      { scope: 'default', chat: someone },
    ])
      await expect(setCommands(wrong)).rejects.toMatchObject({ code: 'input.invalid' })
    await expect(setCommands({ scope: 'chat', chat: someone })).rejects.toMatchObject({
      code: 'customer.not_found',
    })
  })

  test('that wait for somebody who is erased meanwhile end as not reached, and leave no number behind', async () => {
    const talk = await desk.customer(bot, { firstName: 'Gone', text: 'hello' })
    const fault = { kind: 'refuse', code: 500 } as const
    desk.telegram.faults.inject({ method: 'setMyCommands', fault, times: 1 })
    const { changes } = await setCommands({ scope: 'chat', chat: talk.customer.id })
    await desk.world.asSuperuser('update customer set telegram_id = null where customer_id = $1', [
      talk.customer.id,
    ])
    expect(await settled(changes[0]?.id)).toMatchObject({ state: 'unreachable' })
    const told = (await entriesOf('bot.commands_set')).at(-1)
    expect(JSON.stringify(told)).not.toContain(String(talk.who.id))
  })
})

describe('the photo of a bot', () => {
  const setPhoto = async (photo: string | null) =>
    settled((await desk.owner.do('bot.set_profile', { botId, photo })).changes[0]?.id)
  const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

  test('is told to Telegram as a JPEG, shown as Telegram has it, and taken away again; each time both are in the log', async () => {
    const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(900, 7)])
    if ((await profile()).photo) await setPhoto(null) // of an earlier try
    expect((await profile()).photo).toBe(null)
    expect(await setPhoto(jpeg.toString('base64'))).toMatchObject({ kind: 'photo', state: 'accepted' })
    expect((await profile()).photo).toBe(`data:image/jpeg;base64,${jpeg.toString('base64')}`)
    expect((await entriesOf('bot.photo_set')).at(-1)).toMatchObject({
      actor: { id: desk.owner.id },
      subject: { kind: 'bot', id: botId },
      data: { from: null, to: { sha256: hashOf(jpeg), bytes: 904 } },
    })
    expect((await entriesOf('bot.change_accepted')).at(-1)).toMatchObject({ data: { kind: 'photo' } })

    expect(await setPhoto(null)).toMatchObject({ kind: 'photo', state: 'accepted' })
    expect((await profile()).photo).toBe(null)
    expect((await entriesOf('bot.photo_set')).at(-1)?.data).toMatchObject({
      from: { sha256: hashOf(jpeg) },
      to: null,
    })
    await expect(desk.owner.do('bot.set_profile', { botId, photo: null })).rejects.toMatchObject({
      code: 'conversation.unchanged',
    })
  })

  test('is refused when it is no JPEG', async () => {
    for (const photo of [createSamplePng(9, 9).toString('base64'), 'not base64!'])
      await expect(desk.owner.do('bot.set_profile', { botId, photo })).rejects.toMatchObject({
        code: 'input.invalid',
      })
  })
})

describe('the profile of a bot', () => {
  test('each text that changes is an entry and a call of its own, per language', async () => {
    const before = await profile()
    const texts = {
      name: 'Parcels',
      description: 'Ask us\nanything',
      shortDescription: 'Parcels, day and night',
    }
    const { changes } = await desk.owner.do('bot.set_profile', { botId, ...texts })
    expect(changes).toHaveLength(3)
    for (const { id } of changes) expect((await settled(id)).state).toBe('accepted')
    expect(await profile()).toMatchObject(texts)
    expect((await entriesOf('bot.profile_set')).map(({ data, parts }) => [data, parts])).toEqual([
      [
        { field: 'name', language: '', from: before.name.length, to: 7 },
        { after: { state: 'open', value: 'Parcels' }, before: { state: 'open', value: before.name } },
      ],
      [
        { field: 'description', language: '', from: 0, to: 15 },
        { after: { state: 'open', value: 'Ask us\nanything' }, before: { state: 'open', value: '' } },
      ],
      [{ field: 'short_description', language: '', from: 0, to: 22 }, expect.anything()],
    ])
    // what is as it was is not told again
    const russian = await desk.owner.do('bot.set_profile', {
      ...{ botId, language: 'ru', name: 'Посылки', description: texts.description },
    })
    expect(russian.changes).toHaveLength(1)
    await settled(russian.changes[0]?.id)
    expect((await profile('ru')).name).toBe('Посылки')
    expect((await profile()).name).toBe('Parcels')
    await expect(desk.owner.do('bot.set_profile', { botId, name: 'Parcels' })).rejects.toMatchObject({
      code: 'conversation.unchanged',
    })
  })

  test('a no of Telegram is on record with its error; a wait it asks for is kept; too long a wait is a no', async () => {
    const set = async (name: string) =>
      (await desk.owner.do('bot.set_profile', { botId, name })).changes[0]?.id
    desk.telegram.faults.inject({
      method: 'setMyName',
      fault: { kind: 'refuse', code: 400, description: 'Bad Request: name is not modified' },
    })
    expect(await settled(await set('Refused'))).toMatchObject({
      state: 'refused',
      errorCode: 400,
      description: 'Bad Request: name is not modified',
    })
    expect((await entriesOf('bot.change_refused')).at(-1)).toMatchObject({
      outcome: 'refused',
      data: { kind: 'name', scope: null, errorCode: 400, attempts: 1 },
    })

    desk.telegram.faults.inject({ method: 'setMyName', fault: { kind: 'refuse', code: 429, retryAfter: 1 } })
    expect(await settled(await set('Waited'))).toMatchObject({ state: 'accepted' })
    expect((await entriesOf('bot.change_accepted')).at(-1)).toMatchObject({ data: { attempts: 2 } })

    desk.telegram.faults.inject({
      method: 'setMyName',
      fault: { kind: 'refuse', code: 429, retryAfter: 86_400 },
    })
    expect(await settled(await set('Tomorrow'))).toMatchObject({
      state: 'refused',
      errorCode: 429,
      description: 'Too Many Requests: retry after 86400',
    })
    expect((await profile()).name).toBe('Waited')
  })

  test('what got no answer is told again, in the order it was set, and the last that was set is what stays', async () => {
    desk.telegram.faults.inject({ method: 'setMyDescription', fault: { kind: 'lose_answer' }, times: 2 })
    const ids: (string | undefined)[] = []
    for (const description of ['one', 'two', 'three'])
      ids.push((await desk.owner.do('bot.set_profile', { botId, description })).changes[0]?.id)
    for (const id of ids) expect(await settled(id)).toMatchObject({ state: 'accepted' })
    expect((await profile()).description).toBe('three')
  })
})

test('while Telegram cannot be asked nothing is set, and what waits when a bot goes is on record as not reached', async () => {
  const other = await desk.connect('Leaving')
  const about = { botId: other.botId as never }
  const fault = { kind: 'refuse', code: 500 } as const
  desk.telegram.faults.inject({ method: 'setMyName', botId: other.id, fault, times: 10_000 })
  const { changes } = await desk.owner.do('bot.set_profile', { ...about, name: 'Never' })
  await desk.owner.do('bot.disconnect', about)
  const [entry] = await desk.world.entries({ event: 'bot.change_unreachable', bot: about.botId })
  expect(entry).toMatchObject({ outcome: 'failed', data: { kind: 'name', attempts: expect.any(Number) } })
  const { items } = await desk.owner.ask('bot.changes', about)
  expect(items).toMatchObject([{ id: changes[0]?.id, state: 'unreachable' }])
  await expect(desk.owner.ask('bot.profile', about)).rejects.toMatchObject({ code: 'bot.disconnected' })

  desk.telegram.offline = true
  try {
    await expect(desk.owner.do('bot.set_profile', { botId, name: 'Offline' })).rejects.toMatchObject({
      code: 'telegram.unreachable',
    })
  } finally {
    desk.telegram.offline = false
  }
})
