import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  ACKNOWLEDGED_METHODS,
  createSamplePng,
  type Json,
  type Person,
  SIMULATED_METHODS,
  type SimulatedBot,
  type SimulatedTelegram,
  startSimulatedTelegram,
  UNIMPLEMENTED_METHODS,
} from './index.ts'
import { METHODS, type SpecField, type SpecType, TYPES, UNIONS } from './spec.ts'

let telegram: SimulatedTelegram
let desk: SimulatedBot
let maya: Person
let known: Record<string, Json>

beforeAll(async () => {
  telegram = await startSimulatedTelegram({ limits: false })
})

afterAll(() => telegram.stop())

interface Reply {
  readonly status: number
  readonly description: string
  readonly result: Json
}

async function call(method: string, parameters: Record<string, Json>): Promise<Reply> {
  const response = await fetch(`${telegram.apiRoot}/bot${desk.token}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(parameters),
  })
  const { description = '', result = null } = (await response.json()) as {
    description?: string
    result?: Json
  }
  return { status: response.status, description, result }
}

function fileIdOf(message: { [key: string]: unknown } | undefined): string {
  const media = Object.values(message ?? {})
    .flat()
    .filter(value => typeof value === 'object' && value !== null && 'file_id' in value)
  return String(Object(media.at(-1)).file_id)
}

/** A small world in which every simulated method has something to work on. */
async function furnish(): Promise<Record<string, Json>> {
  telegram.reset()
  desk = telegram.createBot()
  maya = telegram.createUser({ firstName: 'Maya' })
  const forum = telegram.createGroup({
    title: 'Forum',
    isForum: true,
    members: [maya, desk],
    administrators: [desk],
  })
  const bytes = Buffer.from('sound')
  const photo = fileIdOf({ ...maya.sendPhoto(desk, createSamplePng(20, 20)) })
  const account = maya.connectBusiness(desk, {
    can_reply: true,
    can_read_messages: true,
    can_delete_all_messages: true,
  })
  const asked = account.receive(telegram.createUser({ firstName: 'Omar' }), 'open?')
  const send = async (method: string, parameters: Record<string, Json>) =>
    Number(Object((await call(method, { chat_id: maya.id, ...parameters })).result).message_id)
  const keyboard = { inline_keyboard: [[{ text: 'Yes', callback_data: 'yes' }]] }
  const text = await send('sendMessage', { text: 'hello', reply_markup: keyboard })
  const topic = Object((await call('createForumTopic', { chat_id: forum.id, name: 'Topic' })).result)
  return {
    forum: forum.id,
    thread: topic.message_thread_id,
    text,
    photoMessage: await send('sendPhoto', { photo }),
    poll: await send('sendPoll', { question: '?', options: [{ text: 'a' }, { text: 'b' }] }),
    photo,
    document: fileIdOf({ ...maya.sendDocument(desk, bytes) }),
    voice: fileIdOf({ ...maya.sendVoice(desk, bytes) }),
    audio: fileIdOf({ ...maya.sendAudio(desk, bytes) }),
    video: fileIdOf({ ...maya.sendVideo(desk, bytes) }),
    video_note: fileIdOf({ ...maya.sendVideoNote(desk, bytes) }),
    animation: fileIdOf({ ...maya.sendAnimation(desk, bytes) }),
    sticker: fileIdOf({ ...maya.sendSticker(desk, bytes) }),
    query: maya.press(desk, { message_id: text }, 'Yes').id,
    connection: account.id,
    asked: asked.message_id,
    askedBy: asked.chat.id,
  }
}

// Parameters that take a file by its id, where they take an id at all.
const MEDIA = { photo: 1, document: 1, voice: 1, audio: 1, video: 1, video_note: 1, animation: 1, sticker: 1 }

/** What the specification alone cannot tell: values that exist in the furnished world. */
function chosen(method: string): Record<string, Json> {
  const get = (name: string) => known[name] ?? null
  const inForum = /Forum|Administrators|leaveChat/.test(method)
  const own: Record<string, Record<string, Json>> = {
    setWebhook: { url: 'http://127.0.0.1:9/hook' },
    editMessageText: { chat_id: maya.id, message_id: get('text'), text: 'new' },
    editMessageCaption: { chat_id: maya.id, message_id: get('photoMessage'), caption: 'new' },
    editMessageMedia: {
      chat_id: maya.id,
      message_id: get('photoMessage'),
      media: { type: 'photo', media: get('photo'), caption: 'new' },
    },
    editMessageReplyMarkup: { chat_id: maya.id, message_id: get('text') },
    stopPoll: { message_id: get('poll') },
    sendChatAction: { action: 'typing' },
    sendMediaGroup: { media: [0, 1].map(() => ({ type: 'photo', media: get('photo') })) },
    getFile: { file_id: get('photo') },
    answerCallbackQuery: { callback_query_id: get('query') },
    readBusinessMessage: { chat_id: get('askedBy'), message_id: get('asked') },
    deleteBusinessMessages: { message_ids: [get('asked')] },
    setMyProfilePhoto: { photo: { type: 'animated', animation: 'attach://upload' } },
    setMyCommands: { commands: [{ command: 'help', description: 'Help' }] },
  }
  return {
    chat_id: inForum ? get('forum') : maya.id,
    from_chat_id: maya.id,
    user_id: maya.id,
    message_id: get('text'),
    message_ids: [get('text')],
    message_thread_id: get('thread'),
    business_connection_id: get('connection'),
    ...Object.fromEntries(Object.keys(MEDIA).map(kind => [kind, get(kind)])),
    ...own[method],
  }
}

function sample(type: SpecType): Json {
  switch (type.kind) {
    case 'integer':
      return 1
    case 'float':
      return 1.5
    case 'boolean':
      return true
    case 'string':
      return 'x'
    case 'constant':
      return type.value
    case 'array':
      return [sample(type.of)]
    case 'either':
      return sample(type.options.find(option => option.kind !== 'file') ?? { kind: 'string' })
    case 'file':
      return 'attach://upload'
    case 'named':
      return sampleNamed(type.name)
  }
}

function sampleNamed(name: string): Json {
  const [first] = UNIONS.get(name) ?? []
  if (first) return sample(first)
  const shape = TYPES.get(name)
  const fields = [...(shape?.fields.values() ?? [])].filter(field => field.required)
  return Object.fromEntries(fields.map(field => [field.name, sample(field.type)]))
}

function minimal(method: string): Record<string, Json> {
  const spec = METHODS.get(method)
  const choice = chosen(method)
  const own = Object.keys(choice).filter(
    name =>
      method.startsWith('edit') &&
      spec?.fields.has(name) &&
      !['business_connection_id', 'message_thread_id'].includes(name),
  )
  const names = new Set([...(spec?.required ?? []), ...own])
  return Object.fromEntries(
    [...names].map(name => {
      const field = spec?.fields.get(name)
      const isMedia = name in MEDIA && field?.type.kind !== 'either' && method !== 'setMyProfilePhoto'
      return [name, (isMedia ? undefined : choice[name]) ?? (field ? sample(field.type) : null)]
    }),
  )
}

function needsUpload(method: string): boolean {
  const spec = METHODS.get(method)
  // a profile photo is no file itself, but leads to one
  return (
    method === 'setMyProfilePhoto' ||
    (spec?.required ?? []).some(name => spec?.fields.get(name)?.type.kind === 'file')
  )
}

async function callMinimal(method: string): Promise<Reply> {
  const parameters = minimal(method)
  if (!needsUpload(method)) return call(method, parameters)
  const form = new FormData()
  for (const [name, value] of Object.entries(parameters))
    form.set(name, typeof value === 'string' ? value : JSON.stringify(value))
  form.set('upload', new Blob([createSamplePng(8, 8)]), 'upload.png')
  const response = await fetch(`${telegram.apiRoot}/bot${desk.token}/${method}`, {
    method: 'POST',
    body: form,
  })
  const { description = '', result = null } = (await response.json()) as {
    description?: string
    result?: Json
  }
  return { status: response.status, description, result }
}

function wrongFor(type: SpecType): Json {
  switch (type.kind) {
    case 'string':
    case 'constant':
      return 5
    case 'either':
      return type.options.some(option => option.kind === 'integer') ? true : 5
    case 'array':
      return [{ nothing: 'like that' }, 5]
    default:
      return 'not of this type'
  }
}

describe('minimal valid parameters', () => {
  beforeEach(async () => {
    known = await furnish()
  })

  test.each(SIMULATED_METHODS)('%s does its work', async method => {
    if (method === 'reopenForumTopic') await callMinimal('closeForumTopic')
    expect(await callMinimal(method)).toMatchObject({ status: 200, description: '' })
  })

  test.each(ACKNOWLEDGED_METHODS)('%s is answered with True', async method => {
    expect(await callMinimal(method)).toEqual({ status: 200, description: '', result: true })
  })

  test.each(UNIMPLEMENTED_METHODS)('%s is refused as not implemented', async method => {
    expect(await callMinimal(method)).toMatchObject({ status: 501, result: null })
  })
})

describe('wrong parameters', () => {
  beforeAll(async () => {
    known = await furnish()
  })

  test.each([...METHODS.keys()])(
    '%s refuses each parameter of a wrong type, and any unknown one',
    async method => {
      const fields: SpecField[] = [...(METHODS.get(method)?.fields.values() ?? [])]
      for (const field of fields) {
        const { [field.name]: _, ...others } = minimal(method)
        const reply = await call(method, { [field.name]: wrongFor(field.type), ...others })
        expect
          .soft(reply, `${method}.${field.name}`)
          .toMatchObject({ status: 400, description: expect.stringContaining(`"${field.name}"`) })
      }
      const reply = await call(method, { ...minimal(method), no_such_parameter: 1 })
      expect(reply.status).toBe(400)
      if (!needsUpload(method)) expect(reply.description).toContain('unknown parameter "no_such_parameter"')
    },
  )

  test.each([...METHODS.values()].filter(method => method.required.length > 0))(
    '$name refuses to miss a required parameter',
    async method => {
      for (const name of method.required) {
        const { [name]: _, ...rest } = minimal(method.name)
        expect.soft(await call(method.name, rest), name).toMatchObject({ status: 400 })
      }
    },
  )
})

test('every method of the specification is simulated, acknowledged or refused, and the refused ones are these', () => {
  const all = [...SIMULATED_METHODS, ...ACKNOWLEDGED_METHODS, ...UNIMPLEMENTED_METHODS]
  expect(all.sort()).toEqual([...METHODS.keys()].sort())
  expect(METHODS.size).toBe(180)
  expect(TYPES.size + UNIONS.size).toBe(359)
  expect(UNIMPLEMENTED_METHODS).toMatchInlineSnapshot(`
    [
      "sendLivePhoto",
      "sendPaidMedia",
      "sendChecklist",
      "getUserProfileAudios",
      "exportChatInviteLink",
      "createChatInviteLink",
      "editChatInviteLink",
      "createChatSubscriptionInviteLink",
      "editChatSubscriptionInviteLink",
      "revokeChatInviteLink",
      "getUserPersonalChatMessages",
      "getForumTopicIconStickers",
      "answerGuestQuery",
      "getUserChatBoosts",
      "getManagedBotToken",
      "replaceManagedBotToken",
      "getManagedBotAccessSettings",
      "getMyDefaultAdministratorRights",
      "getAvailableGifts",
      "getBusinessAccountStarBalance",
      "getBusinessAccountGifts",
      "getUserGifts",
      "getChatGifts",
      "postStory",
      "repostStory",
      "editStory",
      "answerWebAppQuery",
      "savePreparedInlineMessage",
      "savePreparedKeyboardButton",
      "editMessageLiveLocation",
      "stopMessageLiveLocation",
      "editMessageChecklist",
      "getStickerSet",
      "getCustomEmojiStickers",
      "uploadStickerFile",
      "sendRichMessage",
      "sendInvoice",
      "createInvoiceLink",
      "getMyStarBalance",
      "getStarTransactions",
      "sendGame",
      "setGameScore",
      "getGameHighScores",
    ]
  `)
})
