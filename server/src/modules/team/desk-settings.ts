import type { ReadDb, Tx } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { type BusinessHours, parseBusinessHours } from './business-hours.ts'
import { parseReasons, type Reason } from './reason-list.ts'
import { readSetting } from './settings.ts'

type ListKey = 'transfer.reasons' | 'presence.away_reasons'

/** The reasons a workspace offers. */
export async function readReasons(db: ReadDb | Tx, workspaceId: string, key: ListKey): Promise<Reason[]> {
  return parseReasons(String(await readSetting(db, workspaceId, key))) ?? []
}

/** Throws `transfer.reason_unknown` or `presence.reason_unknown` for a code that is not in the list. */
export async function requireReason(
  db: ReadDb | Tx,
  workspaceId: string,
  key: ListKey,
  code: string,
): Promise<void> {
  if ((await readReasons(db, workspaceId, key)).some(reason => reason.code === code)) return
  throw new ConsoleError(key === 'transfer.reasons' ? 'transfer.reason_unknown' : 'presence.reason_unknown', {
    reasonCode: code,
  })
}

/** The business hours of a workspace's bots. */
export async function readBusinessHours(db: ReadDb | Tx, workspaceId: string): Promise<BusinessHours> {
  return parseBusinessHours(String(await readSetting(db, workspaceId, 'desk.business_hours'))) ?? {}
}
