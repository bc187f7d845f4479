import type { Entity, ProfileField } from '@tracedesk/contracts'
import type { ApiClientOptions } from 'grammy'
import { Api, GrammyError, HttpError } from 'grammy'
import type { UserFromGetMe } from 'grammy/types'
import { hideTokens } from '../../kernel/log.ts'
import type { BotCommandText, TelegramScope } from '../../modules/bots/index.ts'
import { formBody } from './multipart.ts'
import { type Call, callFor, type OutgoingMessage } from './send-call.ts'
import { NoAnswer, type PostOptions, type Transport } from './transport.ts'

/** Telegram said no. Holds nothing of the call itself: neither token nor text. */
export class TelegramRefusal extends Error {
  readonly errorCode: number
  readonly description: string
  /** Whole seconds the bot must wait (429). */
  readonly retryAfter: number | undefined
  /** The chat's new id (a group became a supergroup). */
  readonly migrateTo: number | undefined

  constructor(
    errorCode: number,
    description: string,
    parameters: { retry_after?: number; migrate_to_chat_id?: number } = {},
  ) {
    const clean = hideTokens(description).slice(0, 500).toWellFormed()
    super(`Telegram refused: ${errorCode} ${clean}`)
    this.name = 'TelegramRefusal'
    this.errorCode = errorCode
    this.description = clean
    this.retryAfter = parameters.retry_after
    this.migrateTo = parameters.migrate_to_chat_id
  }

  /** The token is not, or no longer, a bot's. Telegram answers 404 to what cannot be a token. */
  get isAboutToken(): boolean {
    return this.errorCode === 401 || (this.errorCode === 404 && this.description === 'Not Found')
  }
}

const METHOD_OF = { name: 'Name', description: 'Description', short_description: 'ShortDescription' } as const

/** What Telegram says of a bot's webhook; `lastErrorDate` in Unix seconds, undefined when it never failed. */
export interface WebhookState {
  readonly url: string
  readonly waiting: number
  readonly lastErrorDate: number | undefined
  readonly lastError: string
}

export interface SentMessage {
  readonly messageId: number
  readonly date: number
}

/** A message at Telegram. */
export interface MessagePlace {
  readonly chatId: number
  readonly messageId: number
  readonly business: string
}

const placeFields = ({ chatId, messageId, business }: MessagePlace): Record<string, unknown> => ({
  chat_id: chatId,
  message_id: messageId,
  ...(business === '' ? {} : { business_connection_id: business }),
})

function readSent(message: unknown): SentMessage {
  const { message_id: messageId, date } = (message ?? {}) as { message_id?: unknown; date?: unknown }
  if (typeof messageId !== 'number' || typeof date !== 'number') throw new NoAnswer(true, 'NOT_JSON')
  return { messageId, date }
}

/** Bytes a second an upload must make, or it counts as stuck. */
const SLOWEST_UPLOAD = 50_000
const DOWNLOAD_MS = 300_000
const CALL: PostOptions = { connectMs: 10_000, timeoutMs: 30_000 }
/** A long poll may take its own time and then some for the answer to travel. */
const POLL_GRACE_MS = 15_000

/**
 * The Bot API as the gateway uses it, for one token. Every method throws TelegramRefusal when Telegram said no and
 * NoAnswer when it did not speak; nothing that is thrown carries the token.
 */
export class TelegramClient {
  readonly #api: Api
  readonly #transport: Transport
  readonly #methodRoot: string
  readonly #fileRoot: string

  constructor(token: string, apiRoot: string, transport: Transport) {
    this.#transport = transport
    this.#methodRoot = `${apiRoot}/bot${token}`
    this.#fileRoot = `${apiRoot}/file/bot${token}`
    this.#api = new Api(token, { apiRoot, fetch: fetchThrough(transport), timeoutSeconds: 60 })
  }

  getMe(): Promise<UserFromGetMe> {
    return explained(this.#api.getMe())
  }

  /**
   * Long polling. Answers with the raw bytes of Telegram's answer, because what it says of updates is kept byte for
   * byte; grammY would parse and forget them.
   */
  async getUpdates(
    query: { offset: number; timeoutSeconds: number; allowed: readonly string[] },
    signal: AbortSignal,
  ): Promise<Buffer> {
    const payload = {
      ...(query.offset === 0 ? {} : { offset: query.offset }),
      limit: 100,
      timeout: query.timeoutSeconds,
      allowed_updates: query.allowed,
    }
    const { status, body } = await this.#transport.post(
      `${this.#methodRoot}/getUpdates`,
      JSON.stringify(payload),
      { ...CALL, timeoutMs: query.timeoutSeconds * 1000 + POLL_GRACE_MS, signal },
    )
    if (status !== 200) throw refusalFrom(status, body)
    return body
  }

  /** Sends a message of any kind; an album gives several ids. */
  async send(message: OutgoingMessage): Promise<SentMessage & { readonly more: number[] }> {
    const result = await this.#call(callFor(message))
    const [first, ...more] = (Array.isArray(result) ? result : [result]).map(readSent)
    if (!first) throw new NoAnswer(true, 'NOT_JSON')
    return { ...first, more: more.map(({ messageId }) => messageId) }
  }

  /** Writes a message of ours anew: its text, or the caption under its files. */
  async edit(
    place: MessagePlace,
    change: { text: string; entities: readonly Entity[]; isCaption: boolean },
  ): Promise<void> {
    const { text, entities, isCaption } = change
    const formatted = entities.length > 0 ? { [isCaption ? 'caption_entities' : 'entities']: entities } : {}
    await this.#call({
      method: isCaption ? 'editMessageCaption' : 'editMessageText',
      fields: { ...placeFields(place), [isCaption ? 'caption' : 'text']: text, ...formatted },
      files: [],
    })
  }

  /** Takes messages of ours back. */
  async recall({ chatId, business }: MessagePlace, messageIds: readonly number[]): Promise<void> {
    const [first] = messageIds
    if (business !== '')
      await this.#call({
        method: 'deleteBusinessMessages',
        fields: { business_connection_id: business, message_ids: messageIds },
        files: [],
      })
    else if (messageIds.length > 1)
      await this.#call({
        method: 'deleteMessages',
        fields: { chat_id: chatId, message_ids: messageIds },
        files: [],
      })
    else
      await this.#call({ method: 'deleteMessage', fields: { chat_id: chatId, message_id: first }, files: [] })
  }

  /** Puts an emoji on a message, or takes the bot's away. */
  async react({ chatId, messageId }: MessagePlace, emoji: string | null): Promise<void> {
    const reaction = emoji === null ? [] : [{ type: 'emoji', emoji }]
    await this.#call({
      method: 'setMessageReaction',
      fields: { chat_id: chatId, message_id: messageId, reaction },
      files: [],
    })
  }

  /** Lets the button somebody pressed come to rest; without it their client waits for minutes (Bot API, answerCallbackQuery). */
  async answerPress(queryId: string): Promise<void> {
    await this.#call({ method: 'answerCallbackQuery', fields: { callback_query_id: queryId }, files: [] })
  }

  /** Says where a file is for an hour. Refuses files of more than 20 MB (Bot API, getFile). */
  async getFile(fileId: string): Promise<{ path: string; size: number | null }> {
    const result = await this.#call({ method: 'getFile', fields: { file_id: fileId }, files: [] })
    const { file_path: path, file_size: size } = result as { file_path?: unknown; file_size?: unknown }
    if (typeof path !== 'string' || !/^[\w./-]+$/.test(path) || path.includes('..'))
      throw new NoAnswer(true, 'NOT_JSON')
    return { path, size: typeof size === 'number' ? size : null }
  }

  /** The bytes of a file as they come; null when Telegram does not have it any more. */
  async download(path: string): Promise<AsyncIterable<Uint8Array> | null> {
    return this.#transport.get(`${this.#fileRoot}/${path}`, { ...CALL, timeoutMs: DOWNLOAD_MS })
  }

  async #call({ method, fields, files }: Call): Promise<unknown> {
    const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0)
    const content = files.length > 0 ? formBody(fields, files) : JSON.stringify(fields)
    const timeoutMs = CALL.timeoutMs + (bytes / SLOWEST_UPLOAD) * 1000
    const { status, body } = await this.#transport.post(`${this.#methodRoot}/${method}`, content, {
      ...CALL,
      timeoutMs,
    })
    const answer = parse(body)
    if (status !== 200 || answer?.ok !== true) {
      if (status >= 400) throw refusalFrom(status, body)
      throw new NoAnswer(true, 'NOT_JSON')
    }
    return (answer as { result?: unknown }).result
  }

  /** The commands of one scope and language (Bot API, getMyCommands). */
  async getCommands(scope: TelegramScope, language: string): Promise<BotCommandText[]> {
    const fields = { scope, language_code: language }
    const result = await this.#call({ method: 'getMyCommands', fields, files: [] })
    if (!Array.isArray(result)) throw new NoAnswer(true, 'NOT_JSON')
    return result.map(({ command, description }: Partial<BotCommandText>) => ({
      command: String(command),
      description: String(description),
    }))
  }

  /** Sets the commands of one scope and language; none at all takes the list away. */
  async setCommands(
    scope: TelegramScope,
    language: string,
    commands: readonly BotCommandText[],
  ): Promise<void> {
    const fields = { scope, language_code: language }
    if (commands.length === 0) await this.#call({ method: 'deleteMyCommands', fields, files: [] })
    else await this.#call({ method: 'setMyCommands', fields: { ...fields, commands }, files: [] })
  }

  /** A text of the bot's profile in a language, or the one for everybody where that language has none. */
  async getText(field: ProfileField, language: string): Promise<string> {
    const fields = { language_code: language }
    const result = await this.#call({ method: `getMy${METHOD_OF[field]}`, fields, files: [] })
    return String((result as Partial<Record<ProfileField, unknown>> | null)?.[field] ?? '')
  }

  async setText(field: ProfileField, language: string, text: string): Promise<void> {
    const fields = { [field]: text, language_code: language }
    await this.#call({ method: `setMy${METHOD_OF[field]}`, fields, files: [] })
  }

  /** Sets the bot's photo, a JPEG, or takes it away (Bot API, setMyProfilePhoto, removeMyProfilePhoto). */
  async setPhoto(jpeg: Buffer | null): Promise<void> {
    if (!jpeg) await this.#call({ method: 'removeMyProfilePhoto', fields: {}, files: [] })
    else
      await this.#call({
        method: 'setMyProfilePhoto',
        fields: { photo: { type: 'static', photo: 'attach://picture' } },
        files: [{ field: 'picture', name: 'photo.jpg', type: 'image/jpeg', bytes: jpeg }],
      })
  }

  /** The bytes of the bot's photo in its largest or smallest size; null when there is none. */
  async getPhoto(botId: number, size: 'largest' | 'smallest'): Promise<Buffer | null> {
    const fields = { user_id: botId, limit: 1 }
    const result = await this.#call({ method: 'getUserProfilePhotos', fields, files: [] })
    const { photos } = (result ?? {}) as { photos?: { file_id?: string }[][] }
    const file = photos?.[0]?.at(size === 'largest' ? -1 : 0)
    if (!file?.file_id) return null
    const bytes = await this.download((await this.getFile(file.file_id)).path)
    if (!bytes) return null
    const pieces: Uint8Array[] = []
    for await (const piece of bytes) pieces.push(piece)
    return Buffer.concat(pieces)
  }

  async setWebhook(url: string, secretToken: string, allowed: readonly string[]): Promise<void> {
    // Newer kinds of update than grammY's types know are asked for as well; Telegram ignores what it does not know.
    const kinds = allowed as NonNullable<Parameters<Api['setWebhook']>[1]>['allowed_updates']
    await explained(
      this.#api.setWebhook(url, {
        secret_token: secretToken,
        ...(kinds ? { allowed_updates: kinds } : {}),
      }),
    )
  }

  async deleteWebhook(): Promise<void> {
    await explained(this.#api.deleteWebhook())
  }

  /** The webhook Telegram has for the bot, and how many updates wait for it. */
  async getWebhook(): Promise<WebhookState> {
    const info = await explained(this.#api.getWebhookInfo())
    return {
      url: info.url ?? '',
      waiting: info.pending_update_count,
      lastErrorDate: info.last_error_date,
      lastError: hideTokens(info.last_error_message ?? '')
        .slice(0, 500)
        .toWellFormed(),
    }
  }
}

/** grammY's own errors hold the text that was sent and the address with the token: only ours leave this file. */
async function explained<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    if (error instanceof GrammyError)
      throw new TelegramRefusal(error.error_code, error.description, error.parameters)
    if (error instanceof HttpError) {
      if (error.error instanceof NoAnswer || error.error instanceof TelegramRefusal) throw error.error
      throw new NoAnswer(true, 'UNKNOWN')
    }
    throw error
  }
}

function refusalFrom(status: number, body: Buffer): TelegramRefusal {
  const answer = parse(body)
  if (typeof answer?.error_code !== 'number') return new TelegramRefusal(status, `HTTP ${status}`)
  return new TelegramRefusal(answer.error_code, String(answer.description ?? ''), answer.parameters ?? {})
}

interface FailureBody {
  readonly ok?: boolean
  readonly error_code?: unknown
  readonly description?: unknown
  readonly parameters?: { retry_after?: number; migrate_to_chat_id?: number }
}

function parse(body: Buffer): FailureBody | undefined {
  try {
    const answer: unknown = JSON.parse(body.toString('utf8'))
    return typeof answer === 'object' && answer !== null ? answer : undefined
  } catch {
    return undefined // an HTML page of something between Telegram and us
  }
}

/** Lets grammY call through our transport, which knows whether a request had left when its connection broke. */
function fetchThrough(transport: Transport): NonNullable<ApiClientOptions['fetch']> {
  const call = async (url: unknown, init: { body?: unknown; signal?: unknown } | undefined) => {
    const signal = init?.signal instanceof AbortSignal ? init.signal : undefined
    const answer = await transport.post(String(url), String(init?.body ?? '{}'), { ...CALL, signal })
    const body = parse(answer.body)
    if (body?.ok === undefined) {
      if (answer.status >= 400) throw refusalFrom(answer.status, answer.body)
      throw new NoAnswer(true, 'NOT_JSON')
    }
    return { json: async () => body }
  }
  // grammY reads nothing of a response but `json()`; the type asks for all of node-fetch's.
  return call as unknown as NonNullable<ApiClientOptions['fetch']>
}
