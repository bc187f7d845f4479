import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHttpServer } from '../src/edges/http/server.ts'
import type { TracedeskNode } from '../src/node.ts'
import { type IdentityProvider, PlainBrowser, startIdentityProvider } from './support/identity-provider.ts'
import { createWorld, PASSWORD, type World } from './support/world.ts'

let world: World
let node: TracedeskNode
let server: FastifyInstance
let url: string
let provider: IdentityProvider

beforeAll(async () => {
  world = await createWorld()
  node = world.addNode(world.dataDir, { allowPrivateTargets: true })
  server = await createHttpServer(node, { publicUrl: undefined, webRoot: null })
  url = await server.listen({ port: 0, host: '127.0.0.1' })
  provider = await startIdentityProvider(`${url}/api/oidc.callback`)
})
afterAll(async () => {
  await provider?.stop()
  await server?.close()
  await world?.end()
})

const last = async (event: string) => (await world.entries({ event })).at(-1)
const isBack = (to: URL) => to.origin === url && to.pathname !== '/api/oidc.callback'
const run = async (name: string, input: unknown) => {
  const command = node.commandsByName.get(name)
  if (!command) throw new Error(`no command ${name}`)
  return node.door.execute(command, await world.owner.caller(), input)
}
const configure = () =>
  run('oidc.configure', {
    issuer: provider.issuer,
    clientId: provider.clientId,
    clientSecret: provider.clientSecret,
    label: 'House account',
  })

test('a provider that does not answer is refused; one that does is recorded without its secret', async () => {
  await expect(
    run('oidc.configure', { issuer: 'http://127.0.0.1:9', clientId: 'x', label: 'x' }),
  ).rejects.toMatchObject({ code: 'oidc.unreachable' })
  await configure()
  const entry = await last('oidc.configured')
  expect(entry).toMatchObject({
    data: { from: null, to: { issuer: provider.issuer, label: 'House account' } },
  })
  const [row] = await world.asSuperuser<{ sealed_secret: Buffer }>('select sealed_secret from oidc_provider')
  expect(row?.sealed_secret.toString('latin1')).not.toContain(provider.clientSecret)
  expect(JSON.stringify(await world.owner.ask('oidc.get'))).not.toContain(provider.clientSecret)
  expect(JSON.stringify(await world.entries({ event: 'oidc.*' }))).not.toContain(provider.clientSecret)
  expect(await (await fetch(`${url}/api/oidc.offer`)).json()).toEqual({ label: 'House account' })
})

test('an invited address takes its seat by signing in there, and is known from then on', async () => {
  const { agent } = await world.owner.do('agent.invite', {
    name: 'Nora',
    email: 'nora@desk.example',
    role: 'agent',
  })
  provider.accounts.set('nora-at-home', { email: 'Nora@desk.example', email_verified: true })
  const browser = new PlainBrowser()
  const end = await browser.open(`${url}/api/oidc.start?to=/log`, 'nora-at-home', isBack)
  expect(end.pathname).toBe('/log')
  const me = await fetch(`${url}/api/session.me`, {
    headers: { cookie: `tracedesk_session=${browser.cookie(url, 'tracedesk_session')}` },
  })
  expect(await me.json()).toMatchObject({ agent: { id: agent.id, role: 'agent' } })
  expect(await last('agent.identity_linked')).toMatchObject({
    actor: { id: agent.id },
    data: { issuer: provider.issuer },
    parts: { identity: { state: 'open', value: 'nora-at-home' } },
  })
  expect(await last('agent.joined')).toMatchObject({ subject: { id: agent.id } })
  expect(await last('session.signed_in')).toMatchObject({ actor: { id: agent.id }, data: { method: 'oidc' } })
  // the address may change there: the account is who it was
  provider.accounts.set('nora-at-home', { email: 'else@elsewhere.example', email_verified: false })
  expect((await new PlainBrowser().open(`${url}/api/oidc.start`, 'nora-at-home', isBack)).pathname).toBe(
    '/inbox',
  )
  expect(await world.entries({ event: 'agent.identity_linked' })).toHaveLength(1)
})

test('nobody gets in whom nobody invited, whose address is not verified, or whose seat is closed', async () => {
  const refused = async (account: string) => {
    const browser = new PlainBrowser()
    const end = await browser.open(`${url}/api/oidc.start`, account, isBack)
    expect(`${end.pathname}${end.search}`).toBe('/sign-in?error=oidc.not_invited')
    expect(browser.cookie(url, 'tracedesk_session')).toBeUndefined()
    return (await last('session.sign_in_failed'))?.data.cause
  }
  provider.accounts.set('stranger', { email: 'stranger@desk.example', email_verified: true })
  expect(await refused('stranger')).toBe('unknown_email')
  provider.accounts.set('pretender', { email: 'owner@desk.example', email_verified: false })
  expect(await refused('pretender')).toBe('email_not_verified')
  const nora = (await world.owner.ask('agent.list')).items.find(one => one.name === 'Nora')
  await world.owner.do('agent.deactivate', { agentId: nora?.id as never })
  expect(await refused('nora-at-home')).toBe('inactive')
})

test('a way back that was not begun here, or in another browser, is refused', async () => {
  const at = async (browser: PlainBrowser, path: string) =>
    (await browser.open(`${url}${path}`, 'stranger', isBack)).search
  expect(await at(new PlainBrowser(), '/api/oidc.callback?code=x&state=y')).toBe('?error=oidc.refused')
  const victim = new PlainBrowser()
  const back = await new PlainBrowser().open(
    `${url}/api/oidc.start`,
    'stranger',
    to => to.pathname === '/api/oidc.callback',
  )
  // begins a journey of their own, and is given somebody else's end
  await victim.open(`${url}/api/oidc.start`, 'stranger', to => to.origin === provider.issuer)
  expect(await at(victim, `${back.pathname}${back.search}`)).toBe('?error=oidc.refused')
  const elsewhere = new PlainBrowser()
  provider.accounts.set('olga', { email: 'owner@desk.example', email_verified: true })
  const end = await elsewhere.open(`${url}/api/oidc.start?to=//evil.example`, 'olga', isBack)
  expect(end.href).toBe(`${url}/inbox`)
})

test('private addresses are asked only where they are allowed; removed, nothing is offered', async () => {
  await expect(
    world.owner.do('oidc.configure', { issuer: provider.issuer, clientId: 'x', label: 'x' }),
  ).rejects.toMatchObject({ code: 'oidc.unreachable' })
  await run('oidc.remove', {})
  expect(await (await fetch(`${url}/api/oidc.offer`)).json()).toEqual({ label: null })
  const end = await new PlainBrowser().open(`${url}/api/oidc.start`, 'olga', isBack)
  expect(end.search).toBe('?error=oidc.not_configured')
  expect(await last('oidc.removed')).toMatchObject({ data: { from: { label: 'House account' } } })
})

test('nobody depends on the provider alone: while it is set and does not answer, the owner’s password still opens the door', async () => {
  await configure()
  await provider.stop()
  const gone = await new PlainBrowser().open(`${url}/api/oidc.start`, 'olga', isBack)
  expect(gone.search).toBe('?error=oidc.unreachable')
  const signedIn = await fetch(`${url}/api/session.sign_in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: world.owner.email, password: PASSWORD }),
  })
  expect(signedIn.status).toBe(200)
  expect(await last('session.signed_in')).toMatchObject({
    actor: { id: world.owner.id },
    data: { method: 'password' },
  })
})
