import { changeSetting, RoleKey, settingChanged } from '@tracedesk/contracts'
import { ProofError, parseVkey } from '@tracedesk/proof/node'
import { defineCommandHandler } from '../../command/define.ts'
import type { ReadDb, Tx } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { sha256 } from '../../kernel/secret.ts'
import { isBusinessHours } from './business-hours.ts'
import { AWAY_REASONS, isReasonList, TRANSFER_REASONS } from './reason-list.ts'
import { rolesIn } from './standing.ts'

export type SettingValue = boolean | number | string | null

export interface SettingDefinition {
  readonly key: string
  readonly kind: 'boolean' | 'integer' | 'text'
  readonly default: SettingValue
  readonly min?: number
  readonly max?: number
  /** For texts whose form matters. */
  readonly isValid?: (text: string) => boolean
}

const isWebAddress = (text: string): boolean =>
  URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol)

const isWitnessKey = (text: string): boolean => {
  try {
    return parseVkey(text).type === 'witness'
  } catch (error) {
    if (error instanceof ProofError) return false
    throw error
  }
}

/** Witnesses stand one a line: address, space, verifier key. */
export const readWitnessLines = (text: string): { url: string; vkey: string }[] =>
  text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
    .map(line => {
      const [url = '', vkey = '', ...rest] = line.split(/\s+/)
      return { url, vkey: [vkey, ...rest].join(' ') }
    })

const areWitnessLines = (text: string): boolean => {
  const lines = readWitnessLines(text)
  const names = new Set(lines.map(({ vkey }) => vkey.split('+')[0]))
  return (
    lines.length <= 20 &&
    names.size === lines.length &&
    lines.every(({ url, vkey }) => isWebAddress(url) && isWitnessKey(vkey))
  )
}

const areRoles = (text: string): boolean => rolesIn(text).every(role => RoleKey.safeParse(role).success)

const orEmpty = (isValid: (text: string) => boolean) => (text: string) => text === '' || isValid(text)

/** Every setting there is, with its default and limits. A key missing here cannot be changed. */
export const SETTINGS: readonly SettingDefinition[] = [
  { key: 'conversation.reopen_hours', kind: 'integer', default: 24, min: 0, max: 8760 },
  { key: 'target.first_response_seconds', kind: 'integer', default: 30, min: 1, max: 604_800 },
  { key: 'target.resolution_percent', kind: 'integer', default: 80, min: 0, max: 100 },
  { key: 'moderation.block_unknown_wallets', kind: 'boolean', default: true },
  { key: 'moderation.alert_hits', kind: 'integer', default: 3, min: 1, max: 100 },
  { key: 'moderation.alert_minutes', kind: 'integer', default: 10, min: 1, max: 1440 },
  { key: 'conversation.auto_resolve_hours', kind: 'integer', default: 0, min: 0, max: 8760 },
  { key: 'transfer.reasons', kind: 'text', default: TRANSFER_REASONS, isValid: isReasonList },
  { key: 'transfer.hold_until_accepted', kind: 'boolean', default: true },
  { key: 'presence.away_reasons', kind: 'text', default: AWAY_REASONS, isValid: isReasonList },
  { key: 'routing.capacity', kind: 'integer', default: 10, min: 0, max: 1000 },
  { key: 'desk.business_hours', kind: 'text', default: '', isValid: isBusinessHours },
  { key: 'access.password_min_length', kind: 'integer', default: 10, min: 10, max: 64 },
  { key: 'access.password_refuse_common', kind: 'boolean', default: true },
  { key: 'access.lock_after', kind: 'integer', default: 5, min: 3, max: 20 },
  { key: 'access.two_factor_roles', kind: 'text', default: '', isValid: areRoles },
  { key: 'notification.name_customer', kind: 'boolean', default: false },
  { key: 'log.record_views', kind: 'boolean', default: true },
  { key: 'log.record_reads', kind: 'boolean', default: true },
  { key: 'privacy.due_days', kind: 'integer', default: 30, min: 1, max: 90 },
  { key: 'privacy.answer', kind: 'boolean', default: true },
  { key: 'privacy.notice', kind: 'text', default: '', isValid: text => text.length <= 3000 },
  { key: 'export.keep_hours', kind: 'integer', default: 72, min: 1, max: 8760 },
  { key: 'export.max_rows', kind: 'integer', default: 10_000_000, min: 1, max: 1_000_000_000 },
  { key: 'ledger.verify_hours', kind: 'integer', default: 24, min: 0, max: 8760 },
  { key: 'anchor.interval_minutes', kind: 'integer', default: 60, min: 1, max: 10_080 },
  { key: 'anchor.witnesses', kind: 'text', default: '', isValid: areWitnessLines },
  { key: 'anchor.tsa_url', kind: 'text', default: '', isValid: orEmpty(isWebAddress) },
  {
    key: 'anchor.tsa_ca',
    kind: 'text',
    default: '',
    isValid: orEmpty(text => /^\s*-----BEGIN CERTIFICATE-----/.test(text)),
  },
  {
    key: 'anchor.telegram_chat',
    kind: 'text',
    default: '',
    isValid: orEmpty(text => /^(@[A-Za-z][A-Za-z0-9_]{3,31}|-?\d{1,15})$/.test(text)),
  },
]

/** A leaf holds 4 KB; of a longer text the entry names before and after by their SHA-256. */
const RECORDED_BYTES = 1_200
const recorded = (value: SettingValue): SettingValue =>
  typeof value === 'string' && Buffer.byteLength(value) > RECORDED_BYTES
    ? `sha256:${sha256(value).toString('hex')}`
    : value

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
        ? typeof value === 'string' && value.isWellFormed() && (definition.isValid?.(value) ?? true)
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
    context.record(
      settingChanged,
      { key, from: recorded(before), to: recorded(value) },
      { subject: { id: key, name: key } },
    )
    return {}
  },
})
