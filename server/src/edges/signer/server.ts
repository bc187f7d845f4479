import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import type { Logger } from '../../kernel/log.ts'
import { newToken, sameBytes, sha256 } from '../../kernel/secret.ts'
import { StartError } from '../../kernel/start-error.ts'
import type { HeadSigner } from '../../ledger/head-signer.ts'
import { type SignerPath, SignerRequests, signerTarget } from '../../ledger/remote-signer.ts'
import { SignerRefusalError } from '../../ledger/signer.ts'

const MOST_BYTES = 10_000

export interface SignerServer {
  close(): Promise<void>
}

/**
 * Serves a signer to the application on this machine. `listen` is `unix:/path` (made with mode 0660) or
 * `http://127.0.0.1:port`; every request carries the shared `secret`. Throws StartError when the place is taken.
 */
export async function serveSigner(parts: {
  signer: HeadSigner
  listen: string
  secret: string
  log: Logger
}): Promise<SignerServer> {
  const expected = sha256(`Bearer ${parts.secret}`)
  const server = createServer((request, response) => {
    void answer(parts.signer, expected, request)
      .catch(error => {
        parts.log.error({ err: error as Error }, 'the signer could not answer')
        return { status: 500, body: {} }
      })
      .then(({ status, body }) => send(response, status, body))
  })
  await listenAt(server, parts.listen)
  return {
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeIdleConnections()
      }),
  }
}

async function answer(
  signer: HeadSigner,
  expected: Buffer,
  request: IncomingMessage,
): Promise<{ status: number; body: unknown }> {
  if (request.method === 'GET' && request.url === '/healthz') return { status: 200, body: { ok: true } }
  if (!sameBytes(sha256(request.headers.authorization ?? ''), expected)) return { status: 401, body: {} }
  const path = request.url as SignerPath
  const schema = request.method === 'POST' && Object.hasOwn(SignerRequests, path) && SignerRequests[path]
  if (!schema) return { status: 404, body: {} }
  const parsed = schema.safeParse(await readJson(request))
  if (!parsed.success) return { status: 400, body: {} }
  try {
    return { status: 200, body: await perform(signer, path, parsed.data) }
  } catch (error) {
    if (!(error instanceof SignerRefusalError)) throw error
    return { status: 409, body: { refusal: error.refusal, message: error.message } }
  }
}

async function perform(
  signer: HeadSigner,
  path: SignerPath,
  input: { workspaceId: string; epoch?: number; origin?: string },
): Promise<unknown> {
  const { workspaceId, epoch = 0, origin = '' } = input
  if (path === '/create-key') return { vkey: await signer.createKey(workspaceId, epoch, origin) }
  if (path === '/sign') return { head: await signer.sign(workspaceId) }
  if (path === '/recall') return { epochs: await signer.recall(workspaceId) }
  return { offer: await signer.offerNextKey(workspaceId) }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MOST_BYTES) return undefined
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    return undefined // no schema takes it: the answer is 400
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function listenAt(server: Server, listen: string): Promise<void> {
  const target = signerTarget(listen)
  const path = target.socketPath
  if (path) await clearSocket(path, listen)
  // The socket is born with the mode that the mask leaves: strangers cannot connect, not even for a moment.
  const mask = process.umask(0o117)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      const done = () => resolve()
      if (path) server.listen({ path }, done)
      else server.listen({ host: target.host ?? '127.0.0.1', port: Number(target.port) }, done)
    })
  } catch (error) {
    throw new StartError(
      'port.taken',
      `The signer cannot listen at ${listen}: ${(error as Error).message}.`,
      { cause: error },
    )
  } finally {
    process.umask(mask)
  }
}

/** A socket file that nobody answers at was left by a signer that died. */
async function clearSocket(path: string, listen: string): Promise<void> {
  if (!existsSync(path)) return
  const alive = await new Promise<boolean>(resolve => {
    const probe = connect(path, () => resolve(true)).on('error', () => resolve(false))
    probe.on('connect', () => probe.destroy())
  })
  if (alive) throw new StartError('port.taken', `Another signer listens at ${listen}.`)
  rmSync(path)
}

/** The shared secret in `file`; made (mode 0600) when it is not there. */
export function ensureSignerSecret(file: string): string {
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `${newToken()}\n`, { mode: 0o600, flag: 'wx' })
  }
  return readFileSync(file, 'utf8').trim()
}

/** One process a folder: two would each sign by a memory of their own. Returns what gives it back. */
export function lockSignerFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, 'signer.pid')
  if (existsSync(file) && isAlive(Number(readFileSync(file, 'utf8'))))
    throw new StartError(
      'data_dir.in_use',
      `Another signer (process ${readFileSync(file, 'utf8')}) uses ${folder}.`,
    )
  writeFileSync(file, String(process.pid), { mode: 0o600 })
  return () => rmSync(file, { force: true })
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0 || pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
