import { changeSetting, settingChanged } from '@tracedesk/contracts'
import { defineCommandHandler } from '../../command/define.ts'
import type { ReadDb, Tx } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'

export type SettingValue = boolean | number | string | null

export interface SettingDefinition {
  readonly key: string
  readonly kind: 'boolean' | 'integer' | 'text'
  readonly default: SettingValue
  readonly min?: number
  readonly max?: number
}

/** Every setting there is, with its default and limits. A key missing here cannot be changed. */
export const SETTINGS: readonly SettingDefinition[] = [
  { key: 'conversation.reopen_hours', kind: 'integer', default: 24, min: 0, max: 8760 },
  { key: 'target.first_response_seconds', kind: 'integer', default: 30, min: 1, max: 604_800 },
  { key: 'target.resolution_percent', kind: 'integer', default: 80, min: 0, max: 100 },
  { key: 'log.record_views', kind: 'boolean', default: true },
  { key: 'ledger.verify_hours', kind: 'integer', default: 24, min: 0, max: 8760 },
]

const definitionOf = (key: string): SettingDefinition => {
  const found = SETTINGS.find(setting => setting.key === key)
  if (!found) throw new ConsoleError('setting.unknown', { key })
  return found
}

/** The value of a setting in force. */
export async function readSetting(db: ReadDb | Tx, workspaceId: string, key: string): Promise<SettingValue> {
  const row = await db
    .selectFrom('setting')
    .select('value')
    .where('workspace_id', '=', workspaceId)
    .where('key', '=', key)
    .executeTakeFirst()
  return row ? (row.value as SettingValue) : definitionOf(key).default
}

function check(definition: SettingDefinition, value: SettingValue): void {
  const fits =
    definition.kind === 'boolean'
      ? typeof value === 'boolean'
      : definition.kind === 'text'
        ? typeof value === 'string' && value.isWellFormed()
        : typeof value === 'number' &&
          value >= (definition.min ?? -Infinity) &&
          value <= (definition.max ?? Infinity)
  if (!fits)
    throw new ConsoleError('setting.not_valid', {
      key: definition.key,
      kind: definition.kind,
      min: definition.min ?? null,
      max: definition.max ?? null,
    })
}

export const changeSettingCommand = defineCommandHandler(changeSetting, {
  handle: async (context, { key, value }) => {
    const definition = definitionOf(key)
    check(definition, value)
    const { tx, workspaceId } = context
    const before = await readSetting(tx, workspaceId, key)
    await tx
      .insertInto('setting')
      .values({ workspace_id: workspaceId, key, value: JSON.stringify(value) })
      .onConflict(conflict =>
        conflict.columns(['workspace_id', 'key']).doUpdateSet({ value: JSON.stringify(value) }),
      )
      .execute()
    context.record(settingChanged, { key, from: before, to: value }, { subject: { id: key, name: key } })
    return {}
  },
})
