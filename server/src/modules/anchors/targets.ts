import type { AnchorKind } from '@tracedesk/contracts'
import { parseVkey } from '@tracedesk/proof/node'
import type { ReadDb } from '../../db/database.ts'
import { askOutside } from '../../kernel/outside.ts'
import { makeTimestampRequest, verifyTimestampAnswer } from '../../ledger/timestamp.ts'
import { hashReader } from '../../ledger/tree-store.ts'
import { AnchorError, asAnchor, askWitness } from '../../ledger/witness-client.ts'
import { readSetting, readWitnessLines } from '../team/index.ts'

/** A signed head that is to be confirmed. */
export interface Head {
  readonly workspaceId: string
  readonly epoch: number
  readonly size: number
  readonly note: string
}

/** Sends a file into a Telegram chat by a connected bot of the workspace. Throws AnchorError. */
export type SendDocument = (
  workspaceId: string,
  chat: string,
  file: { readonly name: string; readonly content: Buffer; readonly caption: string },
) => Promise<{ readonly botId: string; readonly messageId: number }>

export interface AnchorPort {
  readonly db: ReadDb
  readonly allowPrivate: boolean
  readonly timeoutMs: number
  readonly sendDocument: SendDocument
  /** Aborted when the node stops. */
  readonly signal?: AbortSignal
}

/** A token with a chain of certificates is about 5 KB. */
const MOST_TOKEN_BYTES = 100_000

/** One configured anchor: asked with a head, it gives the proof to keep or throws AnchorError. */
export interface AnchorTarget {
  readonly kind: AnchorKind
  readonly name: string
  confirm(head: Head, knownSize: number): Promise<Buffer>
}

/** The anchors a workspace has configured. */
export async function configuredAnchors(port: AnchorPort, workspaceId: string): Promise<AnchorTarget[]> {
  const text = async (key: string) => String((await readSetting(port.db, workspaceId, key)) ?? '')
  const witnesses = readWitnessLines(await text('anchor.witnesses')).map(target => witness(port, target))
  const [tsaUrl, tsaCa] = [await text('anchor.tsa_url'), await text('anchor.tsa_ca')]
  const chat = await text('anchor.telegram_chat')
  return [
    ...witnesses,
    ...(tsaUrl ? [timestamp(port, tsaUrl, tsaCa)] : []),
    ...(chat ? [telegram(port, chat)] : []),
  ]
}

function witness(port: AnchorPort, target: { url: string; vkey: string }): AnchorTarget {
  return {
    kind: 'witness',
    name: parseVkey(target.vkey).name,
    confirm: async ({ workspaceId, size, note }, knownSize) => {
      const { db, timeoutMs, allowPrivate, signal } = port
      const hashes = hashReader(db, workspaceId, size)
      const asked = { size, note, knownSize, hashes, timeoutMs, allowPrivate, signal }
      const { line } = await askWitness(target, asked)
      return Buffer.from(line, 'utf8')
    },
  }
}

function timestamp(port: AnchorPort, url: string, roots: string): AnchorTarget {
  return {
    kind: 'timestamp',
    name: new URL(url).host,
    confirm: async ({ note }) => {
      const content = Buffer.from(note, 'utf8')
      const { der, nonce } = await makeTimestampRequest(content)
      const answer = await asAnchor(
        askOutside(url, {
          method: 'POST',
          headers: { 'content-type': 'application/timestamp-query' },
          body: der,
          timeoutMs: port.timeoutMs,
          maxBytes: MOST_TOKEN_BYTES,
          allowPrivate: port.allowPrivate,
          signal: port.signal,
        }),
      )
      if (answer.status !== 200)
        throw new AnchorError('http_error', `the timestamp authority answered ${answer.status}`)
      const judged = await verifyTimestampAnswer(answer.body, { content, nonce, roots, now: new Date() })
      if (judged.verdict !== 'ok') throw new AnchorError(judged.verdict, judged.detail)
      return judged.token
    },
  }
}

function telegram(port: AnchorPort, chat: string): AnchorTarget {
  return {
    kind: 'telegram',
    name: chat,
    confirm: async ({ workspaceId, epoch, size, note }) => {
      const sent = await port.sendDocument(workspaceId, chat, {
        name: `ledger-${epoch}-${size}.note.txt`,
        content: Buffer.from(note, 'utf8'),
        caption: note.split('\n').slice(0, 3).join('\n'),
      })
      return Buffer.from(JSON.stringify({ chat, ...sent }), 'utf8')
    },
  }
}

/** For a node without a gateway. */
export const noTelegram: SendDocument = () =>
  Promise.reject(new AnchorError('no_bot', 'this node has no gateway'))
