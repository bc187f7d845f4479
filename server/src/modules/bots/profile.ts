import {
  botCommandsSet,
  botPhotoSet,
  botProfileSet,
  ChatScope,
  type CommandInput,
  type CommandScope,
  type ProfileField,
  setBotCommands,
  setBotProfile,
} from '@tracedesk/contracts'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import type { Databases } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import { type InstallationSecret, sha256 } from '../../kernel/secret.ts'
import { lockConnected } from './store.ts'
import { openToken } from './token.ts'

export interface BotCommandText {
  readonly command: string
  readonly description: string
}

/** A scope as Telegram is told of it (Bot API, BotCommandScope); ids only of scopes that name a chat. */
export interface TelegramScope {
  readonly type: CommandScope
  readonly chat_id?: number
  readonly user_id?: number
}

/** What Telegram shows of a bot, asked with its token. Each throws `bot.token_refused` or `telegram.unreachable`. */
export interface ProfileReader {
  commands(token: string, scope: TelegramScope, language: string): Promise<BotCommandText[]>
  /** The bytes of the photo, largest or smallest as Telegram gives it out; null when there is none. */
  photo(token: string, size: 'largest' | 'smallest'): Promise<Buffer | null>
  texts(token: string, language: string): Promise<Record<ProfileField, string>>
}

export interface ProfilePort {
  readonly databases: Databases
  readonly secret: InstallationSecret
  readonly profile: ProfileReader
  /** Told after commit that there is something to tell Telegram of a bot. */
  wakeChanges(workspaceId: string, botId: string): void
}

/** The token of a connected bot. Throws `bot.not_found` or `bot.disconnected`. */
export async function tokenOf(port: ProfilePort, workspaceId: string, botId: string): Promise<string> {
  const { rows } = await port.databases.app.query<{ state: string; sealed: Buffer | null }>(
    `select b.state, t.sealed from bot b left join bot_token t using (workspace_id, bot_id)
     where b.workspace_id = $1 and b.bot_id = $2`,
    [workspaceId, botId],
  )
  const row = rows[0]
  if (!row) throw new ConsoleError('bot.not_found', { botId })
  if (row.state !== 'connected' || !row.sealed) throw new ConsoleError('bot.disconnected', { botId })
  return openToken(port.secret, workspaceId, botId, row.sealed)
}

const linesOf = (commands: readonly BotCommandText[]): string =>
  commands.map(({ command, description }) => `/${command} ${description}`).join('\n')

interface ScopeOf {
  readonly scope: CommandScope
  readonly chat?: string | undefined
  readonly member?: string | undefined
}

/**
 * A scope with the ids Telegram knows its chat by. Throws `input.invalid` when it names too much or too little, and
 * `customer.not_found` for somebody of whom Telegram's number is not known (any longer).
 */
export async function telegramScope(
  port: Pick<ProfilePort, 'databases'>,
  workspaceId: string,
  { scope, chat, member }: ScopeOf,
): Promise<TelegramScope> {
  const namesChat = ChatScope.safeParse(scope).success
  if ((chat !== undefined) !== namesChat || (member !== undefined) !== (scope === 'chat_member'))
    throw new ConsoleError('input.invalid', { issues: [{ path: 'chat', problem: scope }] })
  const { rows } = await port.databases.app.query<{ id: string; telegramId: number | null }>(
    'select customer_id as id, telegram_id as "telegramId" from customer where workspace_id = $1 and customer_id = any($2)',
    [workspaceId, [chat, member].filter(id => id !== undefined)],
  )
  const numberOf = (customerId: string) => {
    const found = rows.find(({ id }) => id === customerId)?.telegramId
    if (found === null || found === undefined) throw new ConsoleError('customer.not_found', { customerId })
    return Number(found)
  }
  return {
    type: scope,
    ...(chat === undefined ? {} : { chat_id: numberOf(chat) }),
    ...(member === undefined ? {} : { user_id: numberOf(member) }),
  }
}

interface Change {
  readonly id: string
  readonly entryId: string
  readonly botId: string
  readonly kind: 'commands' | ProfileField | 'photo'
  readonly scope: CommandScope | null
  readonly chat?: string | undefined
  readonly member?: string | undefined
  readonly language: string
  readonly value: string
}

/** Keeps what Telegram is to be told after commit, and in what order. */
async function queueChange({ tx, workspaceId, now }: CommandContext, change: Change): Promise<void> {
  const { id, entryId, botId, kind, scope, language, value, chat, member } = change
  await tx
    .insertInto('bot_change')
    .values({
      workspace_id: workspaceId,
      change_id: id,
      bot_id: botId,
      kind,
      scope,
      chat_customer_id: chat ?? null,
      member_customer_id: member ?? null,
      language,
      value,
      state: 'queued',
      entry_id: entryId,
      at: now,
    })
    .execute()
  await tx
    .insertInto('bot_change_outbox')
    .values({ workspace_id: workspaceId, change_id: id, bot_id: botId })
    .execute()
}

/** Is something on its way to Telegram that would change what was read there? */
async function isUnderWay(
  { tx, workspaceId }: CommandContext,
  {
    botId,
    kind,
    scope,
    chat,
    member,
    language,
  }: Pick<Change, 'botId' | 'kind' | 'scope' | 'chat' | 'member' | 'language'>,
): Promise<boolean> {
  const row = await tx
    .selectFrom('bot_change')
    .select('change_id')
    .where('workspace_id', '=', workspaceId)
    .where('bot_id', '=', botId)
    .where('kind', '=', kind)
    .where('language', '=', language)
    .where('scope', 'is not distinct from', scope)
    .where('chat_customer_id', 'is not distinct from', chat ?? null)
    .where('member_customer_id', 'is not distinct from', member ?? null)
    .where('state', '=', 'queued')
    .executeTakeFirst()
  return row !== undefined
}

function requireDistinct(commands: readonly BotCommandText[]): void {
  const names = commands.map(({ command }) => command)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined)
    throw new ConsoleError('input.invalid', { issues: [{ path: 'commands', problem: twice }] })
}

/**
 * Sets a list of commands. What Telegram has is read before the transaction, so that the entry says what was there;
 * Telegram is told after commit. Throws `telegram.unreachable`, and `conversation.unchanged` when it is so already.
 */
export const createSetBotCommands = (port: ProfilePort) =>
  defineCommandHandler(setBotCommands, {
    prepare: async ({ botId, language, commands, ...scope }, { workspaceId }) => {
      requireDistinct(commands)
      const place = await telegramScope(port, workspaceId, scope)
      return port.profile.commands(await tokenOf(port, workspaceId, botId), place, language)
    },
    handle: async (context, { botId, scope, chat, member, language, commands }, before) => {
      const bot = await lockConnected(context.tx, context.workspaceId, botId)
      const place = { ...(chat ? { chat } : {}), ...(member ? { member } : {}) }
      const about = { botId, kind: 'commands' as const, scope, ...place, language }
      const [from, to] = [linesOf(before), linesOf(commands)]
      if (from === to && !(await isUnderWay(context, about)))
        throw new ConsoleError('conversation.unchanged', { botId })
      const entryId = context.record(
        botCommandsSet,
        { scope, language, from: before.length, to: commands.length, ...place },
        {
          subject: { id: botId, name: bot.name },
          botId,
          ...(chat ? { customerId: member ?? chat } : {}),
          parts: { before: from, after: to },
        },
      )
      const id = newId()
      await queueChange(context, { ...about, id, entryId, value: JSON.stringify(commands) })
      context.afterCommit(() => port.wakeChanges(context.workspaceId, botId))
      return { changes: [{ id }] }
    },
  })

/** Only what begins as a JPEG does: Telegram takes nothing else as a still photo. */
function requireJpeg(photo: string): void {
  if (Buffer.from(photo, 'base64').subarray(0, 3).toString('hex') !== 'ffd8ff')
    throw new ConsoleError('input.invalid', { issues: [{ path: 'photo', problem: 'not a JPEG' }] })
}

const tellPhoto = (bytes: Buffer | null) =>
  bytes && { sha256: sha256(bytes).toString('hex'), bytes: bytes.length }

/** Records the photo and keeps it for Telegram; null when there is none and none is to be. */
async function setPhoto(
  context: CommandContext,
  { botId, name }: { botId: string; name: string },
  before: Buffer | null,
  photo: string | null,
): Promise<string | null> {
  const about = { botId, kind: 'photo' as const, scope: null, language: '' }
  if (photo === null && before === null && !(await isUnderWay(context, about))) return null
  const entryId = context.record(
    botPhotoSet,
    { from: tellPhoto(before), to: tellPhoto(photo === null ? null : Buffer.from(photo, 'base64')) },
    { subject: { id: botId, name }, botId },
  )
  const id = newId()
  await queueChange(context, { ...about, id, entryId, value: photo ?? '' })
  return id
}

/** The fields a person gave, by the names Telegram has for them. */
const givenTexts = ({ name, description, shortDescription }: CommandInput<'bot.set_profile'>) =>
  Object.entries({ name, description, short_description: shortDescription }).filter(
    (entry): entry is [ProfileField, string] => entry[1] !== undefined,
  )

/** Sets texts of a bot's profile, each with an entry of its own. Throws as the commands above do. */
export const createSetBotProfile = (port: ProfilePort) =>
  defineCommandHandler(setBotProfile, {
    prepare: async ({ botId, language, photo }, { workspaceId }) => {
      if (photo) requireJpeg(photo)
      const token = await tokenOf(port, workspaceId, botId)
      const texts = await port.profile.texts(token, language)
      return { texts, photo: photo === undefined ? null : await port.profile.photo(token, 'largest') }
    },
    handle: async (context, input, { texts: before, photo: photoBefore }) => {
      const { botId, language } = input
      const bot = await lockConnected(context.tx, context.workspaceId, botId)
      const changes: { id: string }[] = []
      for (const [field, text] of givenTexts(input)) {
        const about = { botId, kind: field, scope: null, language }
        if (before[field] === text && !(await isUnderWay(context, about))) continue
        const entryId = context.record(
          botProfileSet,
          { field, language, from: before[field].length, to: text.length },
          { subject: { id: botId, name: bot.name }, botId, parts: { before: before[field], after: text } },
        )
        const id = newId()
        await queueChange(context, { ...about, id, entryId, value: text })
        changes.push({ id })
      }
      if (input.photo !== undefined) {
        const id = await setPhoto(context, { botId, name: bot.name }, photoBefore, input.photo)
        if (id) changes.push({ id })
      }
      if (changes.length === 0) throw new ConsoleError('conversation.unchanged', { botId })
      context.afterCommit(() => port.wakeChanges(context.workspaceId, botId))
      return { changes }
    },
  })
