import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { ApiError, api } from '../src/shared/api.ts'

let server: Server | undefined
const realFetch = globalThis.fetch
afterEach(() => {
  globalThis.fetch = realFetch
  server?.closeAllConnections()
  server?.close()
  vi.useRealTimers()
})

/** A real HTTP server; the page's relative addresses are sent to it. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse, call: number) => void) {
  let call = 0
  const seen: { path: string; key: string | undefined }[] = []
  server = createServer((request, response) => {
    const key = request.headers['idempotency-key']
    seen.push({ path: request.url ?? '', key: typeof key === 'string' ? key : undefined })
    answer(request, response, call++)
  })
  await new Promise<void>(resolve => server?.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  globalThis.fetch = (path, init) => realFetch(new URL(String(path), `http://127.0.0.1:${port}`), init)
  return seen
}
const json = (response: ServerResponse, status: number, body: unknown) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))

test('a command whose answer was lost is tried again under the same key, and answers once', async () => {
  const seen = await serve((request, response, call) =>
    call === 0 ? request.socket.destroy() : json(response, 200, { note: { id: 'n' } }),
  )
  await expect(api.command('note.add', { conversationId: 'c', text: 'x' })).resolves.toEqual({
    note: { id: 'n' },
  })
  expect(seen).toHaveLength(2)
  expect(seen[0]?.key).toMatch(/^[0-9a-f-]{36}$/)
  expect(seen[1]?.key).toBe(seen[0]?.key)
})

test('a command that was decided against is not tried again', async () => {
  const error = { code: 'conversation.resolved', message: 'no', details: { a: 1 }, requestId: 'r1' }
  const seen = await serve((_, response) => json(response, 409, { error }))
  const failure = await api.command('note.add', { conversationId: 'c', text: 'x' }).catch(each => each)
  expect(failure).toBeInstanceOf(ApiError)
  expect(failure).toMatchObject({
    code: 'conversation.resolved',
    status: 409,
    requestId: 'r1',
    details: { a: 1 },
  })
  expect(seen).toHaveLength(1)
})

test('two commands never share a key', async () => {
  const seen = await serve((_, response) => json(response, 200, {}))
  await api.command('session.sign_out', {})
  await api.command('session.sign_out', {})
  expect(new Set(seen.map(({ key }) => key)).size).toBe(2)
})

test('an answer of a proxy that is not ours counts as not reached', async () => {
  await serve((_, response) => response.writeHead(502).end('<html>Bad gateway</html>'))
  await expect(api.query('session.me', {})).rejects.toMatchObject({ code: 'client.unreachable' })
})

test('several values repeat the parameter, absent ones are left out', async () => {
  const seen = await serve((_, response) => json(response, 200, { items: [], nextCursor: null }))
  await api.query('log.search', {
    event: ['message.*', 'note.added'],
    q: 'a b',
    from: undefined as never,
    limit: 50,
  })
  expect(seen[0]?.path).toBe('/api/log.search?event=message.*&event=note.added&q=a+b&limit=50')
})
