import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { TelegramClient, TelegramRefusal } from './client.ts'
import { NoAnswer, Transport } from './transport.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

const TO_ONE = { chatId: 1, topicId: 0, business: '', replyTo: null, entities: [], files: [], content: null }
const TOKEN = '123456789:AAaaBBbbCCccDDddEEeeFFffGGggHHhhIIi'
const QUICK = { connectMs: 300, timeoutMs: 300 }

async function listen(server: Server): Promise<string> {
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function failure(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => null,
    (error: unknown) => error,
  )
}

test('a refused connection is known to have sent nothing', async () => {
  const error = await failure(new Transport('http://127.0.0.1:1').post('http://127.0.0.1:1/', '{}', QUICK))
  expect(error).toMatchObject({ name: 'NoAnswer', sent: false, code: 'ECONNREFUSED' })
})

test('a connection that breaks after the request may have been heard', async () => {
  const root = await listen(createServer((request, response) => request.on('data', () => response.destroy())))
  const error = await failure(new Transport(root).post(root, '{}', QUICK))
  expect(error).toMatchObject({ name: 'NoAnswer', sent: true })
})

test('an answer that breaks off in the middle is no answer', async () => {
  const root = await listen(
    createServer((_, response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('{"ok":')
      setTimeout(() => response.destroy(), 20)
    }),
  )
  expect(await failure(new Transport(root).post(root, '{}', QUICK))).toMatchObject({ sent: true })
})

test('a server that never answers is given up in time', async () => {
  const root = await listen(createServer(() => {}))
  const error = await failure(new Transport(root).post(root, '{}', QUICK))
  expect(error).toMatchObject({ sent: true, code: 'ETIMEDOUT' })
})

test('what goes wrong never carries the token or the text', async () => {
  const bodies = [
    '<html>502</html>',
    'not json',
    '{"ok":false,"error_code":400,"description":"Bad Request: TOKEN is wrong"}'.replace('TOKEN', TOKEN),
  ]
  for (const [i, body] of bodies.entries()) {
    const root = await listen(
      createServer((_, response) => response.writeHead(i === 0 ? 502 : 200).end(body)),
    )
    const client = new TelegramClient(TOKEN, root, new Transport(root))
    const error = await failure(client.send({ ...TO_ONE, text: 'MY WORDS' }))
    const seen = JSON.stringify([
      error,
      Object.entries(error as object),
      String(error),
      (error as Error).stack,
    ])
    expect(error instanceof NoAnswer || error instanceof TelegramRefusal).toBe(true)
    expect((error as Error).cause).toBeUndefined()
    expect(seen).not.toContain(TOKEN)
    expect(seen).not.toContain('MY WORDS')
  }
})
