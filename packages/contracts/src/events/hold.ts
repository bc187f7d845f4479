import { z } from 'zod'
import { defineEvent } from '../event.ts'

export const HoldKind = z.enum(['customer', 'conversation', 'range'])
export type HoldKind = z.infer<typeof HoldKind>
/** Why something is held; the words beside it are a part of the entry. */
export const HoldCause = z.enum(['dispute', 'legal', 'authority', 'inquiry'])
export type HoldCause = z.infer<typeof HoldCause>

const covered = {
  kind: HoldKind,
  cause: HoldCause,
  /** The span of a hold on a range; null where it is open, or where the hold is on somebody or something. */
  fromAt: z.string().nullable(),
  toAt: z.string().nullable(),
}
/** From here on nothing the hold covers may be destroyed, by retention or on request. */
export const holdPlaced = defineEvent({
  name: 'hold.placed',
  version: 1,
  subject: 'hold',
  reach: 'administration',
  data: z.strictObject(covered),
  parts: { reasonText: 'actor' },
})
/** What only this hold covered may be destroyed again. */
export const holdReleased = defineEvent({
  name: 'hold.released',
  version: 1,
  subject: 'hold',
  reach: 'administration',
  data: z.strictObject({ ...covered, placedAt: z.string() }),
  parts: { reasonText: 'actor' },
})
