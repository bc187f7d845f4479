import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ERROR_CODES } from '@tracedesk/contracts'
import {
  decodeEntryBundle,
  fromBase64,
  hashLeaf,
  readUnverifiedCheckpoint,
  rootOf,
  splitHashes,
  verifyConsistency,
  verifyNote,
  verifyTlogProof,
} from '@tracedesk/proof/node'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHttpServer } from '../src/edges/http/server.ts'
import { createWorld, PASSWORD, type World } from './support/world.ts'

let world: World
let server: FastifyInstance
let address: string

beforeAll(async () => {
  world = await createWorld()
  server = await createHttpServer(world.node, { publicUrl: undefined, webRoot: null })
  address = await server.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(async () => {
  await server.close()
  await world.end()
})

const bearer = () => ({ authorization: `Bearer ${world.owner.token}` })
const post = (name: string, payload: unknown, headers: Record<string, string> = bearer()) =>
  server.inject({
    method: 'POST',
    url: `/api/${name}`,
    headers: { 'content-type': 'application/json', ...headers },
    payload: payload as never,
  })
const get = (path: string, headers: Record<string, string> = bearer()) =>
  server.inject({ method: 'GET', url: path, headers })
const codeOf = (response: { json(): { error?: { code: string } } }) => response.json().error?.code

describe('signing in', () => {
  test('gives a token and a cookie the page’s scripts cannot read; signing out ends it', async () => {
    const answer = await post('session.sign_in', { email: 'owner@desk.example', password: PASSWORD }, {})
    expect(answer.statusCode).toBe(200)
    const cookie = answer.cookies.find(c => c.name === 'tracedesk_session')
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' })
    const headers = { cookie: `tracedesk_session=${cookie?.value}` }
    expect((await get('/api/session.me', headers)).json()).toMatchObject({
      agent: { role: 'owner' },
      scope: 'all',
    })
    expect((await post('session.sign_out', {}, headers)).statusCode).toBe(200)
    expect(codeOf(await get('/api/session.me', headers))).toBe('session.expired')
  })

  test('with a wrong password, an unknown address or a closed seat fails alike, and each failure is an entry with its cause', async () => {
    const gone = await world.person('Gone')
    await world.owner.do('agent.deactivate', { agentId: gone.id as never })
    for (const [email, cause] of [
      ['owner@desk.example', 'wrong_password'],
      ['nobody@desk.example', 'unknown_email'],
      [gone.email, 'inactive'],
    ] as const) {
      const answer = await post('session.sign_in', { email, password: 'not the password' }, {})
      expect([answer.statusCode, codeOf(answer)]).toEqual([401, 'session.wrong_credentials'])
      expect((await world.entries({ event: 'session.sign_in_failed' })).at(-1)).toMatchObject({
        outcome: 'refused',
        data: { cause },
        parts: { email: { state: 'open', value: email } },
      })
    }
  })

  test('locks a seat after five wrong passwords, also for the right one', async () => {
    const victim = await world.person('Victim')
    for (let i = 0; i < 5; i++)
      await post('session.sign_in', { email: victim.email, password: 'wrong wrong' }, {})
    const answer = await post('session.sign_in', { email: victim.email, password: PASSWORD }, {})
    expect([answer.statusCode, codeOf(answer)]).toEqual([429, 'session.locked'])
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
  })
})

describe('requests that are not as they should be', () => {
  test('each gets one clear code and changes nothing', async () => {
    const size = async () => (await world.owner.ask('conversation.list')).items.length
    const before = await size()
    const talk = await world.conversation()
    const raw = (payload: string | Buffer, headers: Record<string, string> = {}): InjectOptions => ({
      method: 'POST',
      url: '/api/message.send',
      headers: { 'content-type': 'application/json', ...bearer(), ...headers },
      payload,
    })
    const cases: [string, InjectOptions, number, keyof typeof ERROR_CODES][] = [
      ['no JSON', raw('{"conversationId":'), 400, 'input.invalid'],
      ['no object', raw('[]'), 400, 'input.invalid'],
      [
        'a key too many',
        raw(JSON.stringify({ conversationId: talk.id, text: 'x', extra: 1 })),
        400,
        'input.invalid',
      ],
      ['a prototype', raw('{"__proto__": {"x": 1}, "conversationId": "x"}'), 400, 'input.invalid'],
      ['another media type', raw('text=x', { 'content-type': 'text/plain' }), 400, 'input.invalid'],
      [
        'a text of 4,097 units',
        raw(JSON.stringify({ conversationId: talk.id, text: 'x'.repeat(4097) })),
        400,
        'input.invalid',
      ],
      ['a lone surrogate', raw(`{"conversationId":"${talk.id}","text":"a\\ud800b"}`), 400, 'input.invalid'],
      [
        'bytes that are no UTF-8',
        raw(
          Buffer.concat([
            Buffer.from(`{"conversationId":"${talk.id}","text":"`),
            Buffer.from([0xff, 0xc3, 0x28]),
            Buffer.from('"}'),
          ]),
        ),
        400,
        'input.invalid',
      ],
      [
        'UTF-16 bytes',
        raw(Buffer.from(`{"conversationId":"${talk.id}","text":"x"}`, 'utf16le')),
        400,
        'input.invalid',
      ],
      ['an empty body', raw(''), 400, 'input.invalid'],
      ['a blank text', raw(JSON.stringify({ conversationId: talk.id, text: ' \n ' })), 400, 'input.invalid'],
      [
        'a body of two megabytes',
        raw(JSON.stringify({ text: 'x'.repeat(2_000_000) })),
        413,
        'input.too_large',
      ],
      [
        'an id that is none',
        raw(JSON.stringify({ conversationId: "'; drop table agent; --", text: 'x' })),
        400,
        'input.invalid',
      ],
      [
        'an unknown conversation',
        raw(JSON.stringify({ conversationId: talk.customerId, text: 'x' })),
        404,
        'conversation.not_found',
      ],
      ['an id that is empty', raw(JSON.stringify({ conversationId: '', text: 'x' })), 400, 'input.invalid'],
      [
        'an unknown route',
        { method: 'POST', url: '/api/agent.become_owner', headers: bearer(), payload: {} },
        404,
        'input.unknown_route',
      ],
      [
        'an internal command',
        { method: 'POST', url: '/api/session.move', headers: bearer(), payload: {} },
        404,
        'input.unknown_route',
      ],
      ['no session', { method: 'POST', url: '/api/message.send', payload: {} }, 401, 'session.required'],
      [
        'a made-up session',
        { method: 'GET', url: '/api/session.me', headers: { authorization: 'Bearer nonsense' } },
        401,
        'session.expired',
      ],
      [
        'a made-up cursor',
        { method: 'GET', url: '/api/log.search?cursor=AAAA', headers: bearer() },
        400,
        'input.invalid',
      ],
      [
        'a page of a million',
        { method: 'GET', url: '/api/log.search?limit=1000000', headers: bearer() },
        400,
        'input.invalid',
      ],
      [
        'an idempotency key with a line break',
        {
          ...raw('{}'),
          headers: { ...bearer(), 'content-type': 'application/json', 'idempotency-key': 'a b' },
        },
        400,
        'input.invalid',
      ],
    ]
    for (const [what, request, status, code] of cases) {
      const answer = await server.inject(request)
      expect([answer.statusCode, codeOf(answer)], what).toEqual([status, code])
      expect(answer.json().error.requestId, what).toBe(answer.headers['x-request-id'])
    }
    expect(await size()).toBe(before + 1)
    expect((await world.owner.ask('conversation.messages', { id: talk.id as never })).items).toEqual([])
  })

  test('another site’s page cannot use the cookie: its origin is refused', async () => {
    const cookie = { cookie: `tracedesk_session=${world.owner.token}` }
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }])
      expect(codeOf(await post('label.create', { name: 'x' }, { ...cookie, ...headers }))).toBe(
        'session.origin_refused',
      )
    expect(
      (
        await post(
          'label.create',
          { name: 'mine' },
          { ...cookie, origin: 'http://localhost:80', host: 'localhost:80' },
        )
      ).statusCode,
    ).toBe(200)
  })

  test('every answer carries the headers that keep a browser safe', async () => {
    for (const path of ['/healthz', '/api/session.me', '/nowhere']) {
      const { headers } = await get(path)
      expect(headers['content-security-policy']).toContain("default-src 'self'")
      expect(headers['content-security-policy']).not.toContain('unsafe-eval')
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
      })
    }
  })

  test('a file of the console is sent packed to whoever takes that, and plain to others', async () => {
    const webRoot = mkdtempSync(join(tmpdir(), 'tracedesk-web-'))
    mkdirSync(join(webRoot, 'assets'))
    for (const [name, text] of Object.entries({
      'index.html': '<html>',
      'assets/a.js': '1',
      'assets/a.js.br': 'b',
    }))
      writeFileSync(join(webRoot, name), text)
    const other = await createHttpServer(world.node, { publicUrl: undefined, webRoot })
    const ask = (encoding: string) =>
      other.inject({ url: '/assets/a.js', headers: { 'accept-encoding': encoding } })
    expect(await ask('br, gzip')).toMatchObject({ body: 'b', headers: { 'content-encoding': 'br' } })
    const plain = await ask('identity')
    expect([plain.body, plain.headers['content-encoding']]).toEqual(['1', undefined])
    expect((await ask('br')).headers['content-type']).toMatch(/javascript/)
    await other.close()
    rmSync(webRoot, { recursive: true })
  })

  test('guessing passwords from one address is slowed down', async () => {
    const other = await createHttpServer(world.node, { publicUrl: undefined, webRoot: null })
    const codes: (string | undefined)[] = []
    for (let i = 0; i < 25; i++)
      codes.push(
        codeOf(
          await other.inject({
            method: 'POST',
            url: '/api/agent.accept_invitation',
            payload: { token: `guess ${i}`, password: 'long enough password' },
          }),
        ),
      )
    expect(codes.slice(0, 5)).toEqual(Array(5).fill('invitation.not_valid'))
    expect(codes.at(-1)).toBe('rate.limited')
    await other.close()
  })
})

test('the same Idempotency-Key over HTTP answers the same and changes once; the kept answer shows no secret', async () => {
  const headers = { ...bearer(), 'idempotency-key': 'invite-1' }
  const input = { name: 'Twice', email: 'twice@desk.example', role: 'agent' }
  const [first, second] = [
    await post('agent.invite', input, headers),
    await post('agent.invite', input, headers),
  ]
  expect(second.json()).toEqual(first.json())
  expect(
    (await world.entries({ event: 'agent.invited' })).filter(
      e => e.subject.name?.state === 'open' && e.subject.name.value === 'Twice',
    ).length,
  ).toBe(1)
  const [kept] = await world.asSuperuser<{ answer: Buffer }>(
    "select answer from idempotency where key = 'invite-1'",
  )
  expect(kept?.answer.includes(first.json().invitation.token)).toBe(false)
})

test('a program’s token works with its role’s rights until it is revoked', async () => {
  const { apiToken } = (await post('api_token.create', { name: 'audit', role: 'auditor' })).json()
  const headers = { authorization: `Bearer ${apiToken.token}` }
  expect((await get('/api/log.search', headers)).statusCode).toBe(200)
  expect(codeOf(await post('label.create', { name: 'no' }, headers))).toBe('permission.denied')
  expect((await world.entries({ event: 'permission.refused' })).at(-1)).toMatchObject({
    actor: { kind: 'api_token', id: apiToken.id },
    via: { source: 'api' },
  })
  await post('api_token.revoke', { apiTokenId: apiToken.id })
  expect(codeOf(await get('/api/log.search', headers))).toBe('session.expired')
})

describe('the ledger over HTTP', () => {
  test('everything a stranger fetches fits together: note, key, leaves, tiles, inclusion and consistency', async () => {
    for (let i = 0; i < 300; i++) await world.owner.do('label.create', { name: `label ${i}` })
    await world.settle()
    const vkey = (await get('/api/ledger.vkey')).body.trim()
    const note = (await get('/api/ledger.checkpoint')).body
    const { origin, size } = readUnverifiedCheckpoint(note)
    expect((await verifyNote(note, [vkey])).verdict).toBe('ok')
    const { workspaceId } = world
    const tile = async (path: string) =>
      Uint8Array.from((await get(`/log/${workspaceId}/1/${path}`)).rawPayload)
    expect((await get(`/log/${workspaceId}/1/checkpoint`)).body).toBe(note)
    const leaves = [
      ...decodeEntryBundle(await tile('tile/entries/000'), 256),
      ...decodeEntryBundle(await tile(`tile/entries/001.p/${size - 256}`), size - 256),
    ]
    expect(rootOf(leaves.map(hashLeaf))).toEqual(Uint8Array.from(readUnverifiedCheckpoint(note).root))
    expect(splitHashes(await tile('tile/0/000')).map(hash => Buffer.from(hash).toString('hex'))).toEqual(
      leaves.slice(0, 256).map(leaf => Buffer.from(hashLeaf(leaf)).toString('hex')),
    )
    expect((await tile('tile/1/000.p/1')).length).toBe(32)
    for (const position of [0, 1, 255, 256, size - 1]) {
      const leaf = (await get(`/api/ledger.leaf?position=${position}`)).rawPayload
      expect(Buffer.from(leaves[position] ?? []).equals(leaf)).toBe(true)
      const proof = (await get(`/api/ledger.inclusion?position=${position}`)).body
      expect(
        (await verifyTlogProof(proof, Uint8Array.from(leaf), { origin, trustedVkeys: [vkey] })).verdict,
      ).toBe('ok')
    }
    for (const from of [1, 5, 256, 300]) {
      const proof = (await get(`/api/ledger.consistency?from=${from}&to=${size}`)).body
        .split('\n')
        .filter(Boolean)
        .map(fromBase64)
      expect(
        verifyConsistency(
          {
            from,
            to: size,
            fromRoot: rootOf(leaves.slice(0, from).map(hashLeaf)),
            toRoot: readUnverifiedCheckpoint(note).root,
          },
          proof,
        ),
      ).toBe('ok')
    }
  })

  test('who reads leaves is on record: the first read before its answer, what followed as one entry, refusals too', async () => {
    const auditor = await world.person('Reads All', 'auditor')
    const nosy = await world.person('Nosy')
    const paths = [0, 1, 2].map(position => `/api/ledger.leaf?position=${position}`)
    for (const path of [...paths, `/log/${world.workspaceId}/1/tile/entries/000.p/4`])
      expect((await get(path, { authorization: `Bearer ${auditor.token}` })).statusCode).toBe(200)
    const views = async () =>
      (await world.entries({ actor: auditor.id })).filter(({ event }) => event === 'log.viewed')
    await world.settle()
    expect((await views()).map(({ data }) => [data.query, data.filter, data.count])).toEqual([
      ['ledger.leaf', { position: ['0-0'] }, 1],
      ['ledger.entries', { position: ['0-3'] }, 4],
    ])
    expect(
      (await get(`/log/${world.workspaceId}/1/checkpoint`, { authorization: `Bearer ${nosy.token}` }))
        .statusCode,
    ).toBe(403)
    await world.settle()
    expect((await world.entries({ actor: nosy.id })).at(-1)).toMatchObject({
      event: 'permission.refused',
      data: { name: 'log.checkpoint', permission: 'log.view' },
    })
  })
  test('an agent gets leaves in scope only, and no tiles; nobody gets another workspace’s log', async () => {
    const ann = await world.person('Ann')
    const headers = { authorization: `Bearer ${ann.token}` }
    expect(codeOf(await get('/api/ledger.leaf?position=0', headers))).toBe('entry.not_found')
    expect(codeOf(await get('/api/ledger.inclusion?position=0', headers))).toBe('entry.not_found')
    expect(codeOf(await get(`/log/${world.workspaceId}/1/tile/entries/000`, headers))).toBe(
      'permission.denied',
    )
    expect(codeOf(await get('/log/01a2067b-44bb-7077-82d3-6deb5c78565a/1/checkpoint'))).toBe(
      'input.unknown_route',
    )
    for (const path of [
      'tile/0/999',
      'tile/0/../../../etc/passwd',
      'tile/9/000',
      'tile/entries/000.p/999',
      'tile/0/00x',
    ])
      expect((await get(`/log/${world.workspaceId}/1/${path}`)).statusCode, path).toBe(404)
    expect(codeOf(await get('/api/ledger.leaf?position=-1'))).toBe('input.invalid')
  })
})

describe('the socket', () => {
  const open = async (token: string, since: number | null) => {
    const socket = new WebSocket(`${address.replace('http', 'ws')}/api/socket`, {
      headers: { cookie: `tracedesk_session=${token}` },
    } as never)
    const pushes: {
      type: string
      position: number
      items?: { event: string; conversationId: string | null }[]
    }[] = []
    socket.onmessage = ({ data }) => pushes.push(JSON.parse(data as string))
    await new Promise((resolve, reject) => {
      socket.onopen = resolve
      socket.onerror = reject
    })
    socket.send(JSON.stringify({ since }))
    const until = async (what: () => boolean) => {
      const end = Date.now() + 5_000
      while (!what()) {
        if (Date.now() > end) throw new Error(`waited in vain; heard ${JSON.stringify(pushes)}`)
        await new Promise(resolve => setTimeout(resolve, 10))
      }
    }
    return { socket, pushes, until }
  }

  test('tells a second browser within a moment, whoever may know, and nobody else', async () => {
    const [ann, bob] = [await world.person('Anna'), await world.person('Bobo')]
    const talk = await world.conversation({ assignee: ann.id })
    const [hers, his] = [await open(ann.token, null), await open(bob.token, null)]
    await hers.until(() => hers.pushes.length > 0)
    await his.until(() => his.pushes.length > 0)
    await world.owner.do('message.send', { conversationId: talk.id as never, text: 'psst' })
    await hers.until(() =>
      hers.pushes.some(push =>
        push.items?.some(item => item.event === 'message.sent' && item.conversationId === talk.id),
      ),
    )
    await his.until(() => his.pushes.some(push => push.type === 'changed'))
    expect(
      his.pushes.flatMap(push => push.items ?? []).filter(item => item.conversationId === talk.id),
    ).toEqual([])
    expect(JSON.stringify(hers.pushes)).not.toContain('psst')
    hers.socket.close()
    his.socket.close()
  })

  test('gives a client that was away what it missed since its position', async () => {
    await world.settle()
    const { size } = await world.owner.ask('ledger.state')
    const { label } = await world.owner.do('label.create', { name: 'while you were away' })
    await world.settle()
    const back = await open(world.owner.token, size)
    await back.until(() => JSON.stringify(back.pushes).includes(label.id))
    back.socket.close()
  })

  test('does not open without a session, nor for another site', async () => {
    for (const headers of [
      {},
      { cookie: `tracedesk_session=${world.owner.token}`, origin: 'https://evil.example' },
    ]) {
      const socket = new WebSocket(`${address.replace('http', 'ws')}/api/socket`, { headers } as never)
      const code = await new Promise(resolve => {
        socket.onclose = event => resolve(event.code)
      })
      expect(code).toBe(4401)
    }
  })
})

test('the OpenAPI document names every command and query, and nothing internal', async () => {
  const document = (await get('/api/openapi.json')).json()
  expect(
    document.paths['/api/message.send'].post.requestBody.content['application/json'].schema.properties.text,
  ).toMatchObject({ type: 'string', maxLength: 4096 })
  expect(document.paths['/api/log.search'].get.parameters.map((p: { name: string }) => p.name)).toContain(
    'event',
  )
  expect(Object.keys(document.paths)).not.toContain('/api/session.move')
  expect((await get('/api/docs')).body).toContain('/api/conversation.assign')
})
