import {
  botCommandsSet,
  botProfileSet,
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
import type { InstallationSecret } from '../../kernel/secret.ts'
import { lockConnected } from './store.ts'
import { openToken } from './token.ts'

export interface BotCommandText {
  readonly command: string
  readonly description: string
}

/** What Telegram shows of a bot, asked with its token. Each throws `bot.token_refused` or `telegram.unreachable`. */
export interface ProfileReader {
  commands(token: string, scope: CommandScope, language: string): Promise<BotCommandText[]>
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

interface Change {
  readonly id: string
  readonly entryId: string
  readonly botId: string
  readonly kind: 'commands' | ProfileField
  readonly scope: CommandScope | null
  readonly language: string
  readonly value: string
}

/** Keeps what Telegram is to be told after commit, and in what order. */
async function queueChange({ tx, workspaceId, now }: CommandContext, change: Change): Promise<void> {
  const { id, entryId, botId, kind, scope, language, value } = change
  await tx
    .insertInto('bot_change')
    .values({
      workspace_id: workspaceId,
      change_id: id,
      bot_id: botId,
      kind,
      scope,
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
  { botId, kind, scope, language }: Pick<Change, 'botId' | 'kind' | 'scope' | 'language'>,
): Promise<boolean> {
  const row = await tx
    .selectFrom('bot_change')
    .select('change_id')
    .where('workspace_id', '=', workspaceId)
    .where('bot_id', '=', botId)
    .where('kind', '=', kind)
    .where('language', '=', language)
    .where('scope', scope === null ? 'is' : '=', scope)
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
    prepare: async ({ botId, scope, language, commands }, { workspaceId }) => {
      requireDistinct(commands)
      return port.profile.commands(await tokenOf(port, workspaceId, botId), scope, language)
    },
    handle: async (context, { botId, scope, language, commands }, before) => {
      const bot = await lockConnected(context.tx, context.workspaceId, botId)
      const about = { botId, kind: 'commands' as const, scope, language }
      const [from, to] = [linesOf(before), linesOf(commands)]
      if (from === to && !(await isUnderWay(context, about)))
        throw new ConsoleError('conversation.unchanged', { botId })
      const entryId = context.record(
        botCommandsSet,
        { scope, language, from: before.length, to: commands.length },
        { subject: { id: botId, name: bot.name }, botId, parts: { before: from, after: to } },
      )
      const id = newId()
      await queueChange(context, { ...about, id, entryId, value: JSON.stringify(commands) })
      context.afterCommit(() => port.wakeChanges(context.workspaceId, botId))
      return { changes: [{ id }] }
    },
  })

/** The fields a person gave, by the names Telegram has for them. */
const givenTexts = ({ name, description, shortDescription }: CommandInput<'bot.set_profile'>) =>
  Object.entries({ name, description, short_description: shortDescription }).filter(
    (entry): entry is [ProfileField, string] => entry[1] !== undefined,
  )

/** Sets texts of a bot's profile, each with an entry of its own. Throws as the commands above do. */
export const createSetBotProfile = (port: ProfilePort) =>
  defineCommandHandler(setBotProfile, {
    prepare: async ({ botId, language }, { workspaceId }) =>
      port.profile.texts(await tokenOf(port, workspaceId, botId), language),
    handle: async (context, input, before) => {
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
      if (changes.length === 0) throw new ConsoleError('conversation.unchanged', { botId })
      context.afterCommit(() => port.wakeChanges(context.workspaceId, botId))
      return { changes }
    },
  })
