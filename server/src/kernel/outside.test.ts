import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { askOutside, isPrivateAddress } from './outside.ts'

const server = createServer((request, response) => {
  if (request.url === '/slow') return
  if (request.url === '/long') return void response.end('x'.repeat(5_000))
  if (request.url === '/cut') {
    response.writeHead(200, { 'content-length': '100' }).write('half')
    return void setTimeout(() => response.destroy(), 20)
  }
  if (request.url === '/away') return void response.writeHead(302, { location: '/' }).end()
  request.pipe(response)
})
let root: string
beforeAll(async () => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const ask = (url: string, allowPrivate = true) =>
  askOutside(url, {
    method: 'POST',
    body: Buffer.from('hello'),
    timeoutMs: 300,
    maxBytes: 1_000,
    allowPrivate,
  })

test('an address that answers is asked once, and a redirect is not followed', async () => {
  expect((await ask(`${root}/`)).body.toString()).toBe('hello')
  expect((await ask(`${root}/away`)).status).toBe(302)
})

test('private addresses are refused unless allowed, as numbers, in disguise and by name', async () => {
  const port = root.split(':')[2]
  for (const host of [
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f.1',
    'localhost',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '0.0.0.0',
  ])
    await expect(ask(`http://${host}:${port}/`, false), host).rejects.toMatchObject({
      failure: 'private_address',
    })
  for (const address of [
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    'fd00::1',
    'fe80::1',
    '::ffff:10.0.0.1',
    '64:ff9b::7f00:1',
    'nonsense',
  ])
    expect(isPrivateAddress(address), address).toBe(true)
  for (const address of ['8.8.8.8', '172.32.0.1', '2606:4700::1111', '::ffff:8.8.8.8'])
    expect(isPrivateAddress(address), address).toBe(false)
})

test('what is slow, long, cut, closed or no web address is a named failure', async () => {
  await expect(ask(`${root}/slow`)).rejects.toMatchObject({ failure: 'timed_out' })
  await expect(ask(`${root}/long`)).rejects.toMatchObject({ failure: 'answer_too_long' })
  await expect(ask(`${root}/cut`)).rejects.toMatchObject({ failure: 'unreachable' })
  await expect(ask('http://127.0.0.1:1/')).rejects.toMatchObject({ failure: 'unreachable' })
  await expect(ask('file:///etc/passwd')).rejects.toMatchObject({ failure: 'unreachable' })
})
