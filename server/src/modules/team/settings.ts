import { changeSetting, RoleKey, settingChanged } from '@tracedesk/contracts'
import { ProofError, parseVkey } from '@tracedesk/proof/node'
import { defineCommandHandler } from '../../command/define.ts'
import type { ReadDb, Tx } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { hmac, type InstallationSecret, seal, sha256, unseal } from '../../kernel/secret.ts'
import { isBusinessHours } from './business-hours.ts'
import { AWAY_REASONS, isReasonList, TRANSFER_REASONS } from './reason-list.ts'
import { rolesIn } from './standing.ts'

export type SettingValue = boolean | number | string | null

export interface SettingDefinition {
  readonly key: string
  /** A `secret` is sealed when it is stored, and never shown again: reading gives whether it is set. */
  readonly kind: 'boolean' | 'integer' | 'text' | 'secret'
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

const isChat = (text: string): boolean => /^(@[A-Za-z][A-Za-z0-9_]{3,31}|-?\d{1,15})$/.test(text)

const areAddresses = (text: string): boolean =>
  text.length <= 2_000 && text.split(',').every(each => /^[^\s@<>,]+@[^\s@<>,]+$/.test(each.trim()))

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
  { key: 'retention.every_days', kind: 'integer', default: 0, min: 0, max: 366 },
  { key: 'export.keep_hours', kind: 'integer', default: 72, min: 1, max: 8760 },
  { key: 'export.max_rows', kind: 'integer', default: 10_000_000, min: 1, max: 1_000_000_000 },
  { key: 'reveal.minutes', kind: 'integer', default: 30, min: 1, max: 1440 },
  { key: 'reveal.second_person', kind: 'boolean', default: false },
  { key: 'alert.reveal_count', kind: 'integer', default: 10, min: 0, max: 10_000 },
  { key: 'alert.reveal_minutes', kind: 'integer', default: 60, min: 1, max: 10_080 },
  { key: 'alert.export_count', kind: 'integer', default: 5, min: 0, max: 10_000 },
  { key: 'alert.export_minutes', kind: 'integer', default: 60, min: 1, max: 10_080 },
  { key: 'alert.export_rows', kind: 'integer', default: 100_000, min: 0, max: 1_000_000_000 },
  { key: 'alert.deletion_count', kind: 'integer', default: 10, min: 0, max: 10_000 },
  { key: 'alert.deletion_minutes', kind: 'integer', default: 10, min: 1, max: 10_080 },
  { key: 'alert.hours', kind: 'text', default: '', isValid: isBusinessHours },
  { key: 'alert.token_change', kind: 'boolean', default: true },
  { key: 'alert.transfer_unattended', kind: 'boolean', default: true },
  { key: 'alert.anchor_overdue_minutes', kind: 'integer', default: 180, min: 0, max: 100_000 },
  { key: 'alert.email_to', kind: 'text', default: '', isValid: text => text === '' || areAddresses(text) },
  { key: 'alert.telegram_chat', kind: 'text', default: '', isValid: orEmpty(isChat) },
  { key: 'alert.webhook_url', kind: 'text', default: '', isValid: orEmpty(isWebAddress) },
  { key: 'alert.webhook_secret', kind: 'secret', default: '' },
  { key: 'smtp.host', kind: 'text', default: '', isValid: text => /^[\w.:-]{0,253}$/.test(text) },
  { key: 'smtp.port', kind: 'integer', default: 587, min: 1, max: 65_535 },
  {
    key: 'smtp.security',
    kind: 'text',
    default: 'starttls',
    isValid: text => /^(starttls|tls|none)$/.test(text),
  },
  { key: 'smtp.user', kind: 'text', default: '', isValid: text => text.length <= 254 },
  { key: 'smtp.password', kind: 'secret', default: '' },
  { key: 'smtp.from', kind: 'text', default: '', isValid: text => text === '' || areAddresses(text) },
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
      : definition.kind === 'text' || definition.kind === 'secret'
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

const sealContext = (workspaceId: string, key: string): string => `${workspaceId}/setting/${key}`

/** How a secret stands in the log and on screens: that it is set, and by its fingerprint which. */
const fingerprintOf = (secret: InstallationSecret, value: string): string =>
  value === '' ? '' : `set ${hmac(secret.key('setting'), value).toString('hex').slice(0, 12)}`

/** A secret setting in plain, for whoever uses it; empty when it is not set. */
export async function readSecretSetting(
  db: ReadDb | Tx,
  workspaceId: string,
  key: string,
  secret: InstallationSecret,
): Promise<string> {
  const sealed = await readSetting(db, workspaceId, key)
  if (typeof sealed !== 'string' || sealed === '') return ''
  return unseal(secret.key('setting'), Buffer.from(sealed, 'base64'), sealContext(workspaceId, key)).toString(
    'utf8',
  )
}

/** `setting.change`; secrets are sealed with the installation's key before they are stored. */
export const createChangeSetting = (secret: InstallationSecret) =>
  defineCommandHandler(changeSetting, {
    handle: async (context, { key, value }) => {
      const definition = definitionOf(key)
      check(definition, value)
      const { tx, workspaceId } = context
      const isSecret = definition.kind === 'secret'
      const before = isSecret
        ? fingerprintOf(secret, await readSecretSetting(tx, workspaceId, key, secret))
        : await readSetting(tx, workspaceId, key)
      const stored =
        isSecret && typeof value === 'string' && value !== ''
          ? seal(secret.key('setting'), Buffer.from(value), sealContext(workspaceId, key)).toString('base64')
          : value
      await tx
        .insertInto('setting')
        .values({ workspace_id: workspaceId, key, value: JSON.stringify(stored) })
        .onConflict(conflict =>
          conflict.columns(['workspace_id', 'key']).doUpdateSet({ value: JSON.stringify(stored) }),
        )
        .execute()
      const after = isSecret ? fingerprintOf(secret, String(value ?? '')) : value
      context.record(
        settingChanged,
        { key, from: recorded(before), to: recorded(after) },
        { subject: { id: key, name: key } },
      )
      return {}
    },
  })
