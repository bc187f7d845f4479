/** How long the gateway waits for what. Tests shorten it. All but `pollSeconds` in milliseconds. */
export interface GatewayTiming {
  /** A node that does not renew its lease on a bot loses it after this; renewed three times in it. */
  readonly leaseMs: number
  /** How long Telegram holds a poll that has nothing to say. */
  readonly pollSeconds: number
  /** First pause after a failure; doubles up to `retryMaxMs`. */
  readonly retryMs: number
  readonly retryMaxMs: number
  /** A message that could not be sent for so long is given up. */
  readonly giveUpMs: number
  /** So long nobody else must have polled with our token before a conflict counts as over. */
  readonly conflictQuietMs: number
  /** By then every update of a webhook has come, even one that had to be tried again. */
  readonly settledMs: number
  /** How often Telegram is asked how a bot's webhook does. */
  readonly webhookCheckMs: number
  /** What nobody announced is found this often. */
  readonly sweepMs: number
}

export const GATEWAY_TIMING: GatewayTiming = {
  leaseMs: 15_000,
  pollSeconds: 25,
  retryMs: 1_000,
  retryMaxMs: 60_000,
  giveUpMs: 3_600_000,
  conflictQuietMs: 30_000,
  settledMs: 300_000,
  webhookCheckMs: 60_000,
  sweepMs: 1_000,
}
