import type { bundleEvidence } from '@tracedesk/contracts'
import type { z } from 'zod'
import type { ReadDb } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { instantFromRfc3339 } from '../../kernel/instant.ts'
import { findRange, type PositionRange } from './store.ts'

export type BundleInput = z.output<typeof bundleEvidence.input>

/** More entries than this are several bundles: a file has to stay one that a browser can open. */
const MAX_ENTRIES = 1_000_000

/**
 * The contiguous positions a bundle is about: those the times and the conversation find, no further than the positions
 * given, in a tree of `size` leaves. Throws ConsoleError `evidence.empty`, `evidence.too_large`.
 */
export async function chooseRange(
  db: ReadDb,
  workspaceId: string,
  input: BundleInput,
  size: number,
): Promise<PositionRange> {
  const found = await findRange(db, workspaceId, scopeOfInput(input))
  if (!found) throw new ConsoleError('evidence.empty')
  const from = Math.max(found.from, input.fromPosition ?? 0)
  const to = Math.min(found.to, input.toPosition ?? found.to, size - 1)
  if (from > to) throw new ConsoleError('evidence.empty')
  if (to - from >= MAX_ENTRIES)
    throw new ConsoleError('evidence.too_large', { entries: to - from + 1, atMost: MAX_ENTRIES })
  return { from, to }
}

/** What was asked for, as filter and as the manifest words it. */
export function scopeOfInput({ from, to, conversationId }: BundleInput): {
  conversationId?: string
  from?: string
  to?: string
} {
  return {
    ...(conversationId === undefined ? {} : { conversationId }),
    ...(from === undefined ? {} : { from: instantFromRfc3339(from) }),
    ...(to === undefined ? {} : { to: instantFromRfc3339(to) }),
  }
}
