import { readFileSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ProofError, parseTrustFile, type TrustFile } from '@tracedesk/proof/node'
import type { Logger } from '../../kernel/log.ts'
import { StartError } from '../../kernel/start-error.ts'
import type { Witness } from './witness.ts'

/** A note of a log with many cosignatures and a proof of 63 hashes is about 20 KB. */
const MOST_BYTES = 100_000

export interface WitnessServer {
  /** Where it listens: the submission and monitoring prefix. */
  readonly url: string
  close(): Promise<void>
}

/** Serves a witness over HTTP (c2sp.org/tlog-witness). Throws StartError when the address cannot be had. */
export async function serveWitness(parts: {
  witness: Witness
  host: string
  port: number
  log: Logger
}): Promise<WitnessServer> {
  const server = createServer((request, response) => {
    void handle(parts.witness, request, response).catch(error => {
      parts.log.error({ err: error as Error }, 'the witness could not answer')
      response.writeHead(500).end()
    })
  })
  server.requestTimeout = 30_000
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host: parts.host, port: parts.port }, resolve)
    })
  } catch (error) {
    throw new StartError('port.taken', `The witness cannot listen: ${(error as Error).message}.`, {
      cause: error,
    })
  }
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${parts.host.includes(':') ? `[${parts.host}]` : parts.host}:${port}`,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function handle(witness: Witness, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url = '' } = request
  if (method === 'POST' && url === '/add-checkpoint') {
    const body = await readBody(request)
    if (body === null) return void response.writeHead(413).end()
    const { status, body: text, type } = await witness.addCheckpoint(body)
    return void response.writeHead(status, { 'content-type': type }).end(text)
  }
  const asked = /^\/([0-9a-f]{64})\/checkpoint$/.exec(url)
  const note = method === 'GET' && asked?.[1] ? witness.latest(asked[1]) : null
  if (note !== null)
    return void response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(note)
  if (method === 'GET' && url === '/vkey') return void response.end(`${witness.vkey}\n`)
  response.writeHead(404).end()
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  // What is too long is read to its end all the same: a connection cut in the middle would hide the answer.
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes <= MOST_BYTES) chunks.push(chunk)
  }
  if (bytes > MOST_BYTES) return null
  return Buffer.concat(chunks).toString('utf8')
}

/**
 * Reads the logs a witness serves from a file: one trust file, or a JSON list of them. Read anew when the file changed,
 * so that a rotated key needs no restart. Throws StartError now, and later keeps what it had when the file is broken.
 */
export function watchTrust(file: string, log: Logger): () => readonly TrustFile[] {
  let read = readTrust(file)
  let readAt = statSync(file).mtimeMs
  return () => {
    try {
      const { mtimeMs } = statSync(file)
      if (mtimeMs !== readAt) {
        read = readTrust(file)
        readAt = mtimeMs
      }
    } catch (error) {
      log.error({ err: error as Error }, 'the trust file cannot be read; the one before stays in force')
    }
    return read
  }
}

function readTrust(file: string): readonly TrustFile[] {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'))
    const logs = Array.isArray(content) ? content : [content]
    return logs.map(one => parseTrustFile(JSON.stringify(one)))
  } catch (error) {
    const why =
      error instanceof ProofError || error instanceof SyntaxError ? 'is no trust file' : 'cannot be read'
    throw new StartError('config.not_valid', `${file} ${why}: ${(error as Error).message}`, { cause: error })
  }
}
