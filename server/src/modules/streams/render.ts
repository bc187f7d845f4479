import type { Entry } from '@tracedesk/contracts'
import { hmac } from '../../kernel/secret.ts'
import { cefLine } from './cef.ts'
import { cloudEvent, cloudHeaders, type Origin } from './cloud-event.ts'
import { ocsfEvent } from './ocsf.ts'
import { signingKey } from './secrets.ts'
import type { Stream } from './store.ts'
import { syslogFrame, syslogMessage } from './syslog-message.ts'

const payloadOf = ({ payload }: Stream, entry: Entry, origin: Origin): unknown =>
  payload === 'ocsf' ? ocsfEvent(entry, origin) : entry

/** The payload as Standard Webhooks recommends it: what happened, when, and everything about it. */
const plainEvent = (stream: Stream, entry: Entry, origin: Origin): object =>
  stream.payload === 'ocsf'
    ? ocsfEvent(entry, origin)
    : { type: entry.event, timestamp: entry.at, data: entry }

/** One request of a webhook, without what says when it is made. */
export interface WebhookCall {
  /** The same whenever the same entries are sent: by this a receiver knows a repetition. */
  readonly id: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** A single entry goes by its own id; several by the stream and the positions of the first and the last. */
const callId = (stream: Stream, entries: readonly Entry[]): string => {
  const [first, last] = [entries[0], entries.at(-1)]
  return entries.length === 1 && first ? first.id : `${stream.id}.${first?.position}-${last?.position}`
}

/** Entries of one stream as one request: alone as itself, several as a JSON array. `entries` is not empty. */
export function webhookCall(stream: Stream, entries: readonly Entry[], origin: Origin): WebhookCall {
  const id = callId(stream, entries)
  const [first] = entries
  const isBatch = stream.batch > 1
  if (stream.envelope === 'cloudevents_binary' && first)
    return {
      id,
      headers: cloudHeaders(first, origin),
      body: Buffer.from(JSON.stringify(payloadOf(stream, first, origin))),
    }
  const isCloud = stream.envelope === 'cloudevents'
  const items = entries.map(entry =>
    isCloud ? cloudEvent(entry, origin, payloadOf(stream, entry, origin)) : plainEvent(stream, entry, origin),
  )
  const type = isCloud ? `application/cloudevents${isBatch ? '-batch' : ''}+json` : 'application/json'
  return {
    id,
    headers: { 'content-type': `${type}; charset=utf-8` },
    body: Buffer.from(JSON.stringify(isBatch ? items : items[0])),
  }
}

/**
 * The three headers of Standard Webhooks: HMAC-SHA-256 over `<id>.<timestamp>.<body>` with each secret in force, the
 * newest first. `nowMs` is the time of the attempt, in milliseconds since 1970.
 */
export function signatureHeaders(
  { secrets }: Stream,
  { id, body }: WebhookCall,
  nowMs: number,
): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000))
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body])
  const now = new Date(nowMs).toISOString()
  const signatures = secrets.keys
    .filter(({ until }) => until === null || until > now)
    .map(({ secret }) => `v1,${hmac(signingKey(secret), signed).toString('base64')}`)
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  }
}

/** Entries as what is written into one connection of syslog. */
export const syslogBytes = (stream: Stream, entries: readonly Entry[], origin: Origin): Buffer =>
  Buffer.concat(
    entries.map(entry => {
      const message =
        stream.payload === 'cef' ? cefLine(entry, origin) : JSON.stringify(payloadOf(stream, entry, origin))
      return syslogFrame(syslogMessage(entry, origin.log.split('/')[0]?.split(':')[0] ?? '', message))
    }),
  )
