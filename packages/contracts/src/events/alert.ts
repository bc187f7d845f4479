import { z } from 'zod'
import { defineEvent } from '../event.ts'

export const AlertChannel = z.enum(['email', 'telegram', 'webhook'])
export type AlertChannel = z.infer<typeof AlertChannel>

/** Somebody took note of an alert. */
export const alertAcknowledged = defineEvent({
  name: 'alert.acknowledged',
  version: 1,
  subject: 'alert',
  reach: 'work',
  data: z.strictObject({ entryId: z.string(), alert: z.string() }),
})
/** An alert left the desk by a channel, and whoever is there took it. */
export const alertDelivered = defineEvent({
  name: 'alert.delivered',
  version: 1,
  subject: 'alert',
  reach: 'administration',
  data: z.strictObject({ entryId: z.string(), channel: AlertChannel, attempts: z.int() }),
})
/** An alert could not be delivered and is not tried again. */
export const alertDeliveryFailed = defineEvent({
  name: 'alert.delivery_failed',
  version: 1,
  subject: 'alert',
  reach: 'administration',
  outcome: 'failed',
  data: z.strictObject({
    entryId: z.string(),
    channel: AlertChannel,
    attempts: z.int(),
    problem: z.string(),
  }),
})
