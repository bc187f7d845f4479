import { Bot, GrammyError, InputFile } from 'grammy'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSamplePng, NoReply, type SimulatedTelegram, startSimulatedTelegram } from './index.ts'

let telegram: SimulatedTelegram

beforeEach(async () => {
  telegram = await startSimulatedTelegram({ seed: 1 })
})

afterEach(() => telegram.stop())

function connect(token: string): Bot {
  return new Bot(token, { client: { apiRoot: telegram.apiRoot } })
}

/** Runs a grammY bot over long polling for the time of one test. */
async function run(bot: Bot, during: () => Promise<void>): Promise<void> {
  const polling = bot.start({ drop_pending_updates: false })
  try {
    await during()
  } finally {
    await bot.stop()
    await polling
  }
}

test('a bot written with grammY hears a person over long polling and is heard', async () => {
  const desk = telegram.createBot({ name: 'Desk', username: 'desk_bot' })
  const maya = telegram.createUser({ firstName: 'Maya', languageCode: 'en' })
  const bot = connect(desk.token)
  bot.command('start', context => context.reply(`Welcome, ${context.from?.first_name}: ${context.match}`))
  bot.on('message:text', context =>
    context.reply(`You said: ${context.message.text}`, { reply_parameters: { message_id: context.msgId } }),
  )
  bot.on('edited_message:text', context => context.reply(`You meant: ${context.editedMessage.text}`))

  await run(bot, async () => {
    maya.startBot(desk, 'from-web')
    expect((await maya.waitForReply(desk)).text).toBe('Welcome, Maya: from-web')
    const question = maya.say(desk, 'Where is my parcel?')
    const answer = await maya.waitForReply(desk)
    expect(answer.text).toBe('You said: Where is my parcel?')
    expect(answer.reply_to_message?.message_id).toBe(question.message_id)
    expect(answer.from).toEqual({ id: desk.id, is_bot: true, first_name: 'Desk', username: 'desk_bot' })
    maya.edit(desk, question, 'Where is my blue parcel?')
    expect((await maya.waitForReply(desk)).text).toBe('You meant: Where is my blue parcel?')
  })
  expect(maya.received(desk)).toHaveLength(3)
})

test('a button pressed by a person reaches the bot, and the answer reaches the person', async () => {
  const desk = telegram.createBot()
  const maya = telegram.createUser({ firstName: 'Maya' })
  maya.say(desk, 'hi')
  const bot = connect(desk.token)
  bot.callbackQuery('yes', context => context.answerCallbackQuery({ text: 'Noted', show_alert: true }))
  const asked = await bot.api.sendMessage(maya.id, 'Solved?', {
    reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'yes' }]] },
  })

  await run(bot, async () => {
    const press = maya.press(desk, asked, 'Yes')
    expect(await press.answered).toEqual({ text: 'Noted', show_alert: true })
    await expect(bot.api.answerCallbackQuery(press.id)).rejects.toThrow('query is too old')
  })
  expect(() => maya.press(desk, asked, 'No')).toThrow('no button')
})

test('files travel both ways byte for byte', async () => {
  const desk = telegram.createBot()
  const maya = telegram.createUser({ firstName: 'Maya' })
  const bot = connect(desk.token)
  const picture = createSamplePng(300, 200)
  const received = maya.sendPhoto(desk, picture, { caption: 'broken @acme' })
  expect(received.photo?.at(-1)).toMatchObject({ width: 300, height: 200, file_size: picture.length })
  expect(received.caption_entities).toEqual([{ type: 'mention', offset: 7, length: 5 }])

  const file = await bot.api.getFile(received.photo?.at(-1)?.file_id ?? '')
  const download = await fetch(`${telegram.apiRoot}/file/bot${desk.token}/${file.file_path}`)
  expect(Buffer.from(await download.arrayBuffer()).equals(picture)).toBe(true)

  const bytes = Buffer.from([0, 255, 13, 10, 45, 45, 13, 10, 0])
  const sent = await bot.api.sendDocument(maya.id, new InputFile(bytes, 'año "1".bin'), { caption: 'here' })
  expect(sent.document).toMatchObject({ file_name: 'año "1".bin', file_size: bytes.length })
  const again = await bot.api.sendDocument(maya.id, sent.document.file_id)
  expect(again.document.file_unique_id).toBe(sent.document.file_unique_id)
  await expect(bot.api.sendVoice(maya.id, sent.document.file_id)).rejects.toThrow(
    "can't use file of type Document as Voice",
  )

  const other = connect(telegram.createBot().token)
  await expect(other.api.getFile(sent.document.file_id)).rejects.toThrow('wrong file_id')
})

test('an album arrives as several messages of one group', async () => {
  const desk = telegram.createBot()
  const maya = telegram.createUser({ firstName: 'Maya' })
  const [first, second] = maya.sendAlbum(desk, [createSamplePng(10, 10), createSamplePng(20, 20)], {
    caption: 'two',
  })
  expect(first?.media_group_id).toBe(second?.media_group_id)
  expect([first?.caption, second?.caption]).toEqual(['two', undefined])

  const sent = await connect(desk.token).api.sendMediaGroup(maya.id, [
    {
      type: 'photo',
      media: new InputFile(createSamplePng(10, 10), 'a.png'),
      caption: '<b>both</b>',
      parse_mode: 'HTML',
    },
    { type: 'video', media: new InputFile(Buffer.from('video'), 'b.mp4') },
  ])
  const albums = new Set(sent.map(message => 'media_group_id' in message && message.media_group_id))
  expect(albums.size).toBe(1)
  expect(albums).not.toContain(false)
  expect(sent[0]).toMatchObject({
    caption: 'both',
    caption_entities: [{ type: 'bold', offset: 0, length: 4 }],
  })
})

test('a person who blocks the bot is told to it, and sending is refused with 403 until unblocked', async () => {
  const desk = telegram.createBot()
  const maya = telegram.createUser({ firstName: 'Maya' })
  const { api } = connect(desk.token)
  maya.say(desk, 'hi')
  maya.block(desk)
  const refused = await api.sendMessage(maya.id, 'hello?').catch(error => error)
  expect(refused).toBeInstanceOf(GrammyError)
  expect(refused).toMatchObject({ error_code: 403, description: 'Forbidden: bot was blocked by the user' })
  maya.unblock(desk)
  await api.sendMessage(maya.id, 'hello?')
  const changes = (await api.getUpdates()).flatMap(update => update.my_chat_member ?? [])
  expect(changes.map(change => change.new_chat_member.status)).toEqual(['kicked', 'member'])
})

test('groups: members write, topics open and close, and a plain group migrates', async () => {
  const desk = telegram.createBot()
  const maya = telegram.createUser({ firstName: 'Maya' })
  const { api } = connect(desk.token)
  const forum = telegram.createGroup({
    title: 'Forum',
    isForum: true,
    members: [maya, desk],
    administrators: [desk],
  })
  const topic = await api.createForumTopic(forum.id, 'Order 17')
  const said = maya.say(desk, 'hello', { in: forum, threadId: topic.message_thread_id })
  expect(said).toMatchObject({ is_topic_message: true, message_thread_id: topic.message_thread_id })
  await api.closeForumTopic(forum.id, topic.message_thread_id)
  await expect(
    api.sendMessage(forum.id, 'x', { message_thread_id: topic.message_thread_id }),
  ).rejects.toThrow('TOPIC_CLOSED')

  const group = telegram.createGroup({ title: 'Plain', type: 'group', members: [maya, desk] })
  const oldId = group.id
  await api.sendMessage(oldId, 'before')
  const newId = group.migrate()
  await expect(api.sendMessage(oldId, 'after')).rejects.toMatchObject({
    error_code: 400,
    parameters: { migrate_to_chat_id: newId },
  })
  await api.sendMessage(newId, 'after')
  const kinds = (await api.getUpdates()).map(({ message }) => [
    message?.migrate_to_chat_id,
    message?.migrate_from_chat_id,
  ])
  expect(kinds.slice(1)).toEqual([
    [newId, undefined],
    [undefined, oldId],
  ])
  group.setMembership(desk, 'kicked')
  await expect(api.sendMessage(newId, 'x')).rejects.toThrow(
    'Forbidden: bot was kicked from the supergroup chat',
  )
})

test('a business account: its customers, its own words, edits and deletions all reach the bot', async () => {
  const desk = telegram.createBot()
  const [olga, maya] = [
    telegram.createUser({ firstName: 'Olga' }),
    telegram.createUser({ firstName: 'Maya' }),
  ]
  const { api } = connect(desk.token)
  const account = olga.connectBusiness(desk)
  const asked = account.receive(maya, 'Are you open?')
  account.edit(maya, asked, 'Are you open today?')
  const answered = await api.sendMessage(maya.id, 'Until six.', { business_connection_id: account.id })
  expect(answered).toMatchObject({
    business_connection_id: account.id,
    sender_business_bot: { id: desk.id },
    from: { id: olga.id },
  })
  await api.raw.readBusinessMessage({
    business_connection_id: account.id,
    chat_id: maya.id,
    message_id: asked.message_id,
  })
  account.delete(maya, [asked])
  const kinds = (await api.getUpdates()).flatMap(update => Object.keys(update).slice(1))
  expect(kinds).toEqual([
    'business_connection',
    'business_message',
    'edited_business_message',
    'deleted_business_messages',
  ])
  account.setEnabled(false)
  expect(await api.getBusinessConnection(account.id)).toMatchObject({
    is_enabled: false,
    user_chat_id: olga.id,
  })
  await expect(api.sendMessage(maya.id, 'x', { business_connection_id: account.id })).rejects.toThrow(
    'disabled',
  )
})

test('each reply is waited for once, unfitting ones are passed over, and silence ends the waiting', async () => {
  const desk = telegram.createBot()
  const maya = telegram.createUser({ firstName: 'Maya' })
  maya.say(desk, 'hi')
  const { api } = connect(desk.token)
  for (const text of ['one', 'two', 'three']) await api.sendMessage(maya.id, text)
  expect((await maya.waitForReply(desk)).text).toBe('one')
  expect((await maya.waitForReply(desk, { matching: ({ text }) => text === 'three' })).text).toBe('three')
  await expect(maya.waitForReply(desk, { timeoutMs: 20 })).rejects.toBeInstanceOf(NoReply)
})

test('reactions reach only bots that asked for them', async () => {
  const desk = telegram.createBot()
  const maya = telegram.createUser({ firstName: 'Maya' })
  const { api } = connect(desk.token)
  maya.say(desk, 'hi')
  const sent = await api.sendMessage(maya.id, 'hello')
  maya.react(desk, sent, ['👍'])
  await api.getUpdates({ allowed_updates: ['message', 'message_reaction'] })
  maya.react(desk, sent, ['❤'])
  const reactions = (await api.getUpdates()).flatMap(update => update.message_reaction ?? [])
  expect(reactions).toHaveLength(1)
  expect(reactions[0]).toMatchObject({ old_reaction: [{ emoji: '👍' }], new_reaction: [{ emoji: '❤' }] })
})

test('a reset forgets bots and people, and the same seed gives the same tokens again', async () => {
  const desk = telegram.createBot()
  telegram.createUser({ firstName: 'Maya' }).say(desk, 'hi')
  await connect(desk.token).api.getMe()
  telegram.reset()
  expect(telegram.calls()).toEqual([])
  await expect(connect(desk.token).api.getMe()).rejects.toMatchObject({ error_code: 401 })
  expect(telegram.createBot().token).toBe(desk.token)
})

test('a revoked token is refused with 401 while the new one works', async () => {
  const desk = telegram.createBot()
  const renewed = telegram.revokeToken(desk)
  await expect(connect(desk.token).api.getMe()).rejects.toMatchObject({ error_code: 401 })
  expect((await connect(renewed.token).api.getMe()).id).toBe(desk.id)
})
