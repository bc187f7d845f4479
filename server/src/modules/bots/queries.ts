import {
  CommandScope,
  getBotProfile,
  getChatCommands,
  listBotChanges,
  listBots,
  listGroupMembers,
  ProfileField,
  WideScope,
} from '@tracedesk/contracts'
import { sql } from 'kysely'
import { z } from 'zod'
import { defineQueryHandler, type Query } from '../../command/define.ts'
import { type ProfilePort, telegramScope, tokenOf } from './profile.ts'

const Health = z.enum(['fine', 'starting', 'lost'])
const State = z.enum(['connected', 'disconnected'])

/** Every bot the workspace has or had, those in use first. */
export const listBotsQuery = defineQueryHandler(listBots, async ({ db, caller }) => {
  const rows = await db
    .selectFrom('bot as b')
    .leftJoin('bot_line as l', join =>
      join.onRef('l.workspace_id', '=', 'b.workspace_id').onRef('l.bot_id', '=', 'b.bot_id'),
    )
    .select([
      'b.bot_id',
      'b.username',
      'b.name',
      'b.state',
      'b.connected_at',
      'b.token_fingerprint',
      'b.groups',
      'l.health',
      'l.since',
      'l.cause',
    ])
    .where('b.workspace_id', '=', caller.workspaceId)
    .orderBy('b.state')
    .orderBy('b.connected_at')
    .execute()
  return {
    items: rows.map(row => ({
      id: row.bot_id,
      username: row.username,
      name: row.name,
      state: State.parse(row.state),
      connectedAt: row.connected_at,
      health: { state: Health.parse(row.health ?? 'starting'), since: row.since, cause: row.cause },
      tokenFingerprint: row.token_fingerprint,
      groups: row.groups,
    })),
  }
})

/** What a bot shows at Telegram, and what became of what was set for it. */
export const createProfileQueries = (port: ProfilePort): Query[] => [
  defineQueryHandler(getBotProfile, async ({ caller }, { botId, language }) => {
    const token = await tokenOf(port, caller.workspaceId, botId)
    const [texts, photo, ...lists] = await Promise.all([
      port.profile.texts(token, language),
      port.profile.photo(token, 'smallest'),
      ...WideScope.options.map(type => port.profile.commands(token, { type }, language)),
    ])
    return {
      name: texts.name,
      description: texts.description,
      shortDescription: texts.short_description,
      photo: photo && `data:image/jpeg;base64,${photo.toString('base64')}`,
      commands: WideScope.options.map((scope, i) => ({ scope, commands: lists[i] ?? [] })),
    }
  }) as unknown as Query,
  defineQueryHandler(getChatCommands, async ({ caller }, { botId, language, ...scope }) => {
    const place = await telegramScope(port, caller.workspaceId, scope)
    const token = await tokenOf(port, caller.workspaceId, botId)
    return { commands: await port.profile.commands(token, place, language) }
  }) as unknown as Query,
  listGroupMembersQuery as unknown as Query,
  listBotChangesQuery as unknown as Query,
]

/** So many messages of a group are looked through for those who wrote them. */
const LATELY = 2_000

const listGroupMembersQuery = defineQueryHandler(
  listGroupMembers,
  async ({ db, caller }, { botId, chat }) => {
    const { rows } = await sql<{ id: string; name: string }>`
    select cu.customer_id as id, cu.name from customer cu
    where cu.workspace_id = ${caller.workspaceId} and cu.telegram_id is not null and cu.name <> '' and cu.customer_id in (
      select w.author_id from (
        select m.author_id from message m join conversation c using (workspace_id, conversation_id)
        where c.workspace_id = ${caller.workspaceId} and c.bot_id = ${botId} and c.customer_id = ${chat} and c.chat_id < 0
          and m.author_kind = 'customer' order by m.at desc limit ${LATELY}) w)
    order by cu.name, cu.customer_id limit 200`.execute(db as never)
    return { items: rows as never } // branded ids
  },
)

const SHOWN_CHANGES = 20
const Kind = z.enum(['commands', ...ProfileField.options, 'photo'])
const ChangeState = z.enum(['queued', 'accepted', 'refused', 'unreachable'])

const listBotChangesQuery = defineQueryHandler(listBotChanges, async ({ db, caller }, { botId }) => {
  const rows = await db
    .selectFrom('bot_change')
    .select(['change_id', 'at', 'kind', 'scope', 'language', 'state', 'error_code', 'description'])
    .where('workspace_id', '=', caller.workspaceId)
    .where('bot_id', '=', botId)
    .orderBy('at', 'desc')
    .orderBy('change_id', 'desc')
    .limit(SHOWN_CHANGES)
    .execute()
  return {
    items: rows.map(row => ({
      id: row.change_id,
      at: row.at,
      kind: Kind.parse(row.kind),
      scope: row.scope === null ? null : CommandScope.parse(row.scope),
      language: row.language,
      state: ChangeState.parse(row.state),
      errorCode: row.error_code,
      description: row.description,
    })),
  }
})
