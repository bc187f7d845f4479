import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { safeFetch } from './safe-fetch.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

async function serve(answer: Answer): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
const redirect =
  (location: string, status = 302): Answer =>
  (_request, response) => {
    response.writeHead(status, { location }).end()
  }
const echo: Answer = (request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () =>
    response.end(
      JSON.stringify({
        method: request.method,
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      }),
    ),
  )
}
const ask = { method: 'GET', timeoutMs: 2_000, maxBytes: 10_000, allowPrivate: true } as const
const read = (body: Buffer) => JSON.parse(body.toString())

test('private addresses are refused in every dress unless they are allowed', async () => {
  const url = await serve(echo)
  expect((await safeFetch(url, ask)).status).toBe(200)
  const port = new URL(url).port
  for (const host of [
    '127.0.0.1',
    'localhost',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '2130706433',
    '0x7f.1',
    '0.0.0.0',
  ])
    await expect(
      safeFetch(`http://${host}:${port}/`, { ...ask, allowPrivate: false }),
      host,
    ).rejects.toMatchObject({ failure: 'private_address' })
  for (const address of ['http://169.254.169.254/latest/meta-data', 'http://10.0.0.1/', 'http://[fd00::1]/'])
    await expect(safeFetch(address, { ...ask, allowPrivate: false }), address).rejects.toMatchObject({
      failure: 'private_address',
    })
})

test('a redirect is handed back unless it may be followed, and followed only so often', async () => {
  const end = await serve(echo)
  const middle = await serve(redirect(end))
  const start = await serve(redirect(middle))
  expect(await safeFetch(start, ask)).toMatchObject({ status: 302, url: start })
  expect(await safeFetch(start, { ...ask, redirects: 1 })).toMatchObject({ status: 302 })
  expect(await safeFetch(start, { ...ask, redirects: 2 })).toMatchObject({ status: 200, url: `${end}/` })
  const loop: string = await serve((request, response) =>
    redirect(`http://${request.headers.host}/`)(request, response),
  )
  expect((await safeFetch(loop, { ...ask, redirects: 5 })).status).toBe(302)
})

test('secrets stay with the host they were meant for; a POST goes on as GET, or whole where the answer says so', async () => {
  const end = await serve(echo)
  const post = { ...ask, method: 'POST', body: Buffer.from('words'), redirects: 1 } as const
  const headers = { authorization: 'Bearer secret', 'webhook-signature': 'v1,abc', accept: 'x/y' }
  const moved = read((await safeFetch(await serve(redirect(end, 303)), { ...post, headers })).body)
  expect(moved).toMatchObject({ method: 'GET', body: '', headers: { accept: 'x/y' } })
  const kept = read((await safeFetch(await serve(redirect(end, 307)), { ...post, headers })).body)
  expect(kept).toMatchObject({ method: 'POST', body: 'words' })
  for (const seen of [moved, kept]) {
    expect(seen.headers).not.toHaveProperty('authorization')
    expect(seen.headers).not.toHaveProperty('webhook-signature')
  }
})

test('nothing but http and https is asked, not even by a redirect', async () => {
  for (const url of ['file:///etc/passwd', 'ftp://example.org/', 'gopher://127.0.0.1/', 'nonsense'])
    await expect(safeFetch(url, ask), url).rejects.toMatchObject({ failure: 'unreachable' })
  const sly = await serve(redirect('file:///etc/passwd'))
  await expect(safeFetch(sly, { ...ask, redirects: 3 })).rejects.toMatchObject({ failure: 'unreachable' })
})
