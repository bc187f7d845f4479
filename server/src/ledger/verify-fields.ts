import { instantFromMillis } from '../kernel/instant.ts'
import { ENTRY_COLUMNS } from './append.ts'
import type { CopiedRow } from './verify-copy.ts'

/** The fields of a row under verification, in the order they are copied. `position` is null for a pending row. */
export const ROW_FIELDS = ['position', ...ENTRY_COLUMNS] as const
export type Field = (typeof ROW_FIELDS)[number]
/** The place of each field in a copied row. */
export const F = Object.fromEntries(ROW_FIELDS.map((name, i) => [name, i])) as Record<Field, number>

const EPOCH_2000_MS = Date.UTC(2000, 0, 1)

/** A row's columns in the shapes `projectLeaf` gives. */
export function readRow({ bytes, at, length }: CopiedRow): Record<Field, unknown> {
  const text = (field: number) =>
    bytes.toString('utf8', at[field], (at[field] as number) + (length[field] as number))
  const uuidAt = (from: number) => {
    const hex = bytes.toString('hex', from, from + 16)
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
  }
  const uuid = (field: number) => (length[field] === -1 ? null : uuidAt(at[field] as number))
  const uuids = (field: number) =>
    Array.from(
      { length: (length[field] as number) <= 12 ? 0 : bytes.readInt32BE((at[field] as number) + 12) },
      (_, i) => uuidAt((at[field] as number) + 24 + i * 20),
    )
  const instant = (field: number) => {
    const micros = bytes.readBigInt64BE(at[field])
    const ms = micros / 1000n - (micros % 1000n < 0n ? 1n : 0n)
    const rest = micros - ms * 1000n
    if (Math.abs(Number(ms)) > 8e15) return 'infinity' // beyond what a Date holds
    return instantFromMillis(Number(ms) + EPOCH_2000_MS).replace('000Z', `${String(rest).padStart(3, '0')}Z`)
  }
  return {
    position: length[F.position] === -1 ? null : Number(bytes.readBigInt64BE(at[F.position])),
    entry_id: uuid(F.entry_id),
    at: instant(F.at),
    recorded_at: instant(F.recorded_at),
    event: text(F.event),
    version: bytes.readInt16BE(at[F.version]),
    outcome: text(F.outcome),
    reach: text(F.reach),
    actor_kind: text(F.actor_kind),
    actor_id: uuid(F.actor_id),
    subject_kind: text(F.subject_kind),
    subject_id: text(F.subject_id),
    conversation_id: uuid(F.conversation_id),
    customer_id: uuid(F.customer_id),
    bot_id: uuid(F.bot_id),
    agent_ids: uuids(F.agent_ids),
    department_ids: uuids(F.department_ids),
    source: text(F.source),
    leaf: bytes.subarray(at[F.leaf], (at[F.leaf] as number) + (length[F.leaf] as number)),
  }
}
