import {
  createPhraseGroup,
  deletePhraseGroup,
  phraseGroupCreated,
  phraseGroupDeleted,
  phraseGroupUpdated,
  updatePhraseGroup,
} from '@tracedesk/contracts'
import { sql } from 'kysely'
import { type CommandContext, defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import { compileRule, type Rule } from './phrases.ts'
import { lockGroup, type PhraseGroup } from './store.ts'

/** Every text is checked against all groups: so many at most. */
const GROUPS_MAX = 50

interface GivenGroup {
  readonly name: string
  readonly botId: string | null
  readonly languages: readonly string[]
  readonly action: PhraseGroup['action']
  readonly rules: readonly { id?: string | undefined; kind: Rule['kind']; pattern: string }[]
}

/** Gives each rule its id and refuses what cannot be a rule, naming the first such by its place. */
function readRules(given: GivenGroup['rules'], known: readonly Rule[]): Rule[] {
  const seen = new Set<string>()
  return given.map(({ id, kind, pattern }, index) => {
    const kept = id !== undefined && known.some(rule => rule.id === id) && !seen.has(id) ? id : newId()
    seen.add(kept)
    const rule = { id: kept, kind, pattern }
    const compiled = compileRule(rule)
    if (!compiled.ok)
      throw new ConsoleError('phrase_group.pattern_not_valid', { index, problem: compiled.problem })
    return rule
  })
}

const factsOf = ({ name, action, botId, languages, rules }: GivenGroup) => ({
  name,
  action,
  // branded: it was parsed as such, or comes from the bot's own row
  botId: botId as never,
  languages: [...languages],
  rules: rules.length,
})
const contentOf = ({ rules }: { rules: readonly Rule[] }) => JSON.stringify({ rules })

async function requireBot({ tx, workspaceId }: CommandContext, botId: string | null): Promise<void> {
  if (botId === null) return
  const bot = await tx
    .selectFrom('bot')
    .select('bot_id')
    .where('workspace_id', '=', workspaceId)
    .where('bot_id', '=', botId)
    .executeTakeFirst()
  if (!bot) throw new ConsoleError('bot.not_found', { botId })
}

const columnsOf = ({ name, botId, languages, action }: GivenGroup, rules: readonly Rule[]) => ({
  name,
  bot_id: botId,
  languages: [...languages],
  action,
  rules: JSON.stringify(rules),
})

export const createPhraseGroupCommand = defineCommandHandler(createPhraseGroup, {
  handle: async (context, input) => {
    const { tx, workspaceId } = context
    await requireBot(context, input.botId)
    const rules = readRules(input.rules, [])
    const { rows } = await sql<{ n: number }>`select count(*) as n from phrase_group
      where workspace_id = ${workspaceId}`.execute(tx)
    if ((rows[0]?.n ?? 0) >= GROUPS_MAX) throw new ConsoleError('phrase_group.too_many', { max: GROUPS_MAX })
    const id = newId()
    await tx
      .insertInto('phrase_group')
      .values({ workspace_id: workspaceId, phrase_group_id: id, version: 1, ...columnsOf(input, rules) })
      .execute()
    context.record(
      phraseGroupCreated,
      { version: 1, to: factsOf(input) },
      { subject: { id, name: input.name }, parts: { after: contentOf({ rules }) } },
    )
    return { phraseGroup: { id, version: 1 } }
  },
})

export const updatePhraseGroupCommand = defineCommandHandler(updatePhraseGroup, {
  handle: async (context, input) => {
    const { tx, workspaceId } = context
    const before = await lockGroup(tx, workspaceId, input.phraseGroupId)
    if (before.version !== input.version)
      throw new ConsoleError('version.outdated', { given: input.version, current: before.version })
    await requireBot(context, input.botId)
    const rules = readRules(input.rules, before.rules)
    const version = before.version + 1
    await tx
      .updateTable('phrase_group')
      .set({ version, ...columnsOf(input, rules) })
      .where('workspace_id', '=', workspaceId)
      .where('phrase_group_id', '=', before.id)
      .execute()
    context.record(
      phraseGroupUpdated,
      { version, from: factsOf(before), to: factsOf(input) },
      {
        subject: { id: before.id, name: input.name },
        parts: { before: contentOf(before), after: contentOf({ rules }) },
      },
    )
    return { phraseGroup: { id: before.id, version } }
  },
})

export const deletePhraseGroupCommand = defineCommandHandler(deletePhraseGroup, {
  handle: async (context, { phraseGroupId }) => {
    const { tx, workspaceId } = context
    const before = await lockGroup(tx, workspaceId, phraseGroupId)
    await tx
      .deleteFrom('phrase_group')
      .where('workspace_id', '=', workspaceId)
      .where('phrase_group_id', '=', phraseGroupId)
      .execute()
    context.record(
      phraseGroupDeleted,
      { version: before.version, from: factsOf(before) },
      { subject: { id: before.id, name: before.name }, parts: { before: contentOf(before) } },
    )
    return {}
  },
})
