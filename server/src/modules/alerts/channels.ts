import type { AlertChannel } from '@tracedesk/contracts'
import type { Leaf } from '@tracedesk/proof/node'
import nodemailer from 'nodemailer'
import type { ReadDb } from '../../db/database.ts'
import { resolvePublic } from '../../kernel/outside.ts'
import { safeFetch } from '../../kernel/safe-fetch.ts'
import { hmac, type InstallationSecret } from '../../kernel/secret.ts'
import { readSecretSetting, readSetting } from '../team/index.ts'

/** Sends a file with a caption into a Telegram chat by a connected bot of the workspace. */
export type SendDocument = (
  workspaceId: string,
  chat: string,
  file: { readonly name: string; readonly content: Buffer; readonly caption: string },
) => Promise<unknown>

export interface ChannelPort {
  readonly db: ReadDb
  readonly secret: InstallationSecret
  /** Mail servers and webhooks may have private addresses. */
  readonly allowPrivate: boolean
  readonly sendDocument: SendDocument
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 15_000

/** What an alert says outside the console: facts and ids, no names and no words of anybody. */
export function describeAlert(leaf: Leaf): { subject: string; text: string; body: object } {
  const { alert, hits, minutes, agentId } = leaf.data as {
    alert: string
    hits: number
    minutes: number
    agentId: string | null
  }
  const subject = `Tracedesk alert: ${alert.replaceAll('_', ' ')}`
  const text = [
    subject,
    `At: ${leaf.at}`,
    ...(agentId ? [`Agent: ${agentId}`] : []),
    ...(minutes > 0 ? [`${hits} within ${minutes} minutes`] : []),
    `Entry: ${leaf.id}`,
  ].join('\n')
  return {
    subject,
    text,
    body: { type: 'alert.raised', timestamp: leaf.at, data: { entryId: leaf.id, ...leaf.data } },
  }
}

/** Delivers an alert by one channel. Throws when nobody took it; what is thrown carries no password. */
export async function deliver(
  port: ChannelPort,
  workspaceId: string,
  channel: AlertChannel,
  leaf: Leaf,
): Promise<void> {
  const text = async (key: string) => String((await readSetting(port.db, workspaceId, key)) ?? '')
  if (channel === 'email') return sendMail(port, workspaceId, leaf, text)
  if (channel === 'webhook') return callWebhook(port, workspaceId, leaf, await text('alert.webhook_url'))
  const said = describeAlert(leaf)
  await port.sendDocument(workspaceId, await text('alert.telegram_chat'), {
    name: `alert-${leaf.id}.json`,
    content: Buffer.from(JSON.stringify(said.body, null, 2)),
    caption: said.text,
  })
}

async function sendMail(
  port: ChannelPort,
  workspaceId: string,
  leaf: Leaf,
  text: (key: string) => Promise<string>,
): Promise<void> {
  const [host, security, user, to] = [
    await text('smtp.host'),
    await text('smtp.security'),
    await text('smtp.user'),
    await text('alert.email_to'),
  ]
  const password = await readSecretSetting(port.db, workspaceId, 'smtp.password', port.secret)
  // the connection goes to the address that was judged; the certificate is checked against the name
  const address = port.allowPrivate ? host : await resolvePublic(host)
  const transport = nodemailer.createTransport({
    host: address,
    port: Number(await readSetting(port.db, workspaceId, 'smtp.port')),
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    tls: { servername: host },
    connectionTimeout: port.timeoutMs ?? TIMEOUT_MS,
    greetingTimeout: port.timeoutMs ?? TIMEOUT_MS,
    socketTimeout: port.timeoutMs ?? TIMEOUT_MS,
    ...(user ? { auth: { user, pass: password } } : {}),
  })
  const said = describeAlert(leaf)
  const from = (await text('smtp.from')) || user || to.split(',')[0]?.trim()
  try {
    await transport.sendMail({
      from,
      to,
      subject: said.subject,
      text: said.text,
      messageId: `<${leaf.id}@tracedesk>`,
      disableUrlAccess: true,
      disableFileAccess: true,
    })
  } finally {
    transport.close()
  }
}

/** Standard Webhooks: id, time and an HMAC over both and the body, so that the receiver knows who called and when. */
async function callWebhook(port: ChannelPort, workspaceId: string, leaf: Leaf, url: string): Promise<void> {
  const body = Buffer.from(JSON.stringify(describeAlert(leaf).body))
  const timestamp = String(Math.floor(Date.now() / 1000))
  const secret = await readSecretSetting(port.db, workspaceId, 'alert.webhook_secret', port.secret)
  const signature = hmac(Buffer.from(secret), `${leaf.id}.${timestamp}.${body.toString()}`).toString('base64')
  const answer = await safeFetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': leaf.id,
      'webhook-timestamp': timestamp,
      ...(secret ? { 'webhook-signature': `v1,${signature}` } : {}),
    },
    body,
    timeoutMs: port.timeoutMs ?? TIMEOUT_MS,
    maxBytes: 100_000,
    allowPrivate: port.allowPrivate,
  })
  if (answer.status < 200 || answer.status > 299) throw new Error(`the webhook answered ${answer.status}`)
}
