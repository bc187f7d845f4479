import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import {
  type BundleEntry,
  openZip,
  readTrust,
  sourceOf,
  type TrustFile,
  verifyBundleFile,
} from '@tracedesk/proof/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHttpServer } from '../src/edges/http/server.ts'
import { createWorld, type Person, type TestConversation, type World } from './support/world.ts'

let world: World
let maya: Person
let otto: Person
let talk: TestConversation
let other: TestConversation
let trust: TrustFile

beforeAll(async () => {
  world = await createWorld()
  ;[maya, otto] = [await world.person('Maya'), await world.person('Otto', 'auditor')]
  ;[talk, other] = [
    await world.conversation({ assignee: maya.id }),
    await world.conversation({ assignee: maya.id }),
  ]
  for (const text of ['one 你好', 'two', 'three']) {
    await maya.do('message.send', { conversationId: talk.id as never, text })
    await maya.do('message.send', { conversationId: other.id as never, text: `foreign ${text}` })
  }
  await maya.do('note.add', { conversationId: talk.id as never, text: 'for my eyes only', scope: 'private' })
  await world.settle()
  const [signer] = await world.asSuperuser<{ vkey: string }>(
    'select vkey from log_signer where workspace_id = $1',
    [world.workspaceId],
  )
  trust = readTrust(signer?.vkey ?? '')
})
afterAll(() => world.end())

const fileOf = (id: string) => join(world.dataDir, 'bundles', world.workspaceId, `${id}.zip`)

/** Makes a bundle and verifies it as a stranger would. */
async function bundle(person: Person, input: Parameters<typeof person.do<'evidence.bundle'>>[1] = {}) {
  const made = (await person.do('evidence.bundle', input)).bundle
  const bytes = new Uint8Array(readFileSync(fileOf(made.id)))
  const entries: BundleEntry[] = []
  const names = new Map<string, string>()
  const report = await verifyBundleFile(sourceOf(bytes), trust, {
    onEntry: entry => entries.push(entry),
    onNames: found => {
      for (const { owner, name } of found.values()) names.set(owner, name)
    },
  })
  return { made, bytes, entries, names, report }
}

async function textOf(bytes: Uint8Array, name: string): Promise<string> {
  const member = (await openZip(sourceOf(bytes))).find(found => found.name === name)
  if (!member) throw new Error(`no ${name}`)
  const chunks: Uint8Array[] = []
  for await (const chunk of member.read()) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

const texts = (entries: readonly BundleEntry[]) =>
  entries.flatMap(({ parts }) => {
    const text = parts.get('text')
    return text?.state === 'open' ? [Buffer.from(text.bytes).toString('utf8')] : []
  })

describe('a bundle of the whole log', () => {
  test('verifies, names who acted, and is itself two entries', async () => {
    const { made, entries, names, report, bytes } = await bundle(world.owner)
    expect(report).toMatchObject({ verdict: 'ok', findings: [], closed: 0 })
    expect(entries.map(entry => entry.position)).toEqual(entries.map((_, at) => at))
    expect(names.get(`agent:${maya.id}`)).toBe('Maya')
    expect(texts(entries)).toEqual(expect.arrayContaining(['one 你好', 'foreign two']))
    expect(made.bytes).toBe(bytes.length)
    const about = await world.entries({ event: ['evidence.*'] })
    expect(about.slice(-2).map(entry => entry.event)).toEqual(['evidence.stated', 'evidence.bundled'])
    expect(about.at(-1)).toMatchObject({
      id: made.id,
      actor: { id: world.owner.id },
      data: { fromPosition: 0, toPosition: entries.length - 1, closed: 0, sha256: made.sha256 },
    })
    expect(report.record?.position).toBe(about.at(-2)?.position)
    expect(report.manifest).toMatchObject({
      workspace: { name: 'Test desk' },
      askedBy: { name: 'Olga Owner' },
    })
  })

  test('with any byte changed it no longer verifies, or unpacks to the very same bytes', async () => {
    const { bytes } = await bundle(world.owner, { toPosition: 6 })
    const names = (await openZip(sourceOf(bytes))).map(({ name }) => name)
    const unpack = (file: Uint8Array) => Promise.all(names.map(name => textOf(file, name)))
    const original = await unpack(bytes)
    let same = 0
    for (let at = 0; at < bytes.length; at += 37) {
      const forged = bytes.slice()
      forged[at] = (forged[at] ?? 0) ^ 0x40
      const { verdict } = await verifyBundleFile(sourceOf(forged), trust)
      if (verdict !== 'ok') continue
      // The last bits of a deflate stream mean nothing: filling differs, no member does.
      expect(await unpack(forged), `byte ${at}`).toEqual(original)
      same += 1
    }
    expect(same).toBeLessThan(names.length)
  })

  test('the statement speaks the reader’s language and the copy of the keys is no trust file', async () => {
    for (const [language, title] of [
      ['en', 'Statement of evidence'],
      ['zh', '证据声明'],
      ['ru', 'Заявление о доказательствах'],
    ] as const) {
      const { bytes, report } = await bundle(world.owner, { language, fromPosition: 2, toPosition: 4 })
      expect(report).toMatchObject({ verdict: 'ok', entries: 3 })
      expect(await textOf(bytes, 'statement.html')).toContain(title)
      const copy = await textOf(bytes, 'trust.json')
      expect(() => readTrust(copy)).toThrow('bad_trust')
    }
  })
})

describe('a bundle of one conversation', () => {
  test('closes everything else and holds no word of it', async () => {
    const { entries, report, bytes } = await bundle(world.owner, {
      conversationId: talk.id as never,
    })
    expect(report.verdict).toBe('ok')
    expect(report.closed).toBeGreaterThan(0)
    const open = entries.filter(entry => entry.leaf !== null)
    expect(new Set(open.map(entry => entry.leaf?.conversationId))).toEqual(new Set([talk.id]))
    expect(open.map(entry => entry.leaf?.counters.conversation)).toEqual(open.map((_, at) => at + 1))
    expect(texts(entries)).toEqual(['one 你好', 'two', 'three'])
    const closed = await textOf(bytes, 'entries.ndjson')
    expect(Buffer.from(closed).includes(Buffer.from(other.id))).toBe(false)
    const leaves = [...closed.matchAll(/"leaf":"([^"]+)"/g)].map(match =>
      Buffer.from(match[1] ?? '', 'base64').toString(),
    )
    expect(leaves.join('')).not.toContain(other.id)
  })

  test('keeps a private note and, for an auditor, every text withheld', async () => {
    const owners = await bundle(world.owner, { conversationId: talk.id as never })
    const note = owners.entries.find(entry => entry.leaf?.event === 'note.added')
    expect(note?.parts.get('text')).toEqual({ state: 'withheld' })
    const { entries, report, names } = await bundle(otto, { conversationId: talk.id as never })
    expect(report.verdict).toBe('ok')
    expect(texts(entries)).toEqual([])
    expect(names.get(`agent:${maya.id}`)).toBe('Maya')
  })

  test('says what was erased; what is lost without erasure is named', async () => {
    const third = await world.conversation({ assignee: maya.id })
    await maya.do('message.send', { conversationId: third.id as never, text: 'to be erased' })
    await world.settle()
    const owner = `customer:${third.customerId}`
    await world.asSuperuser('update subject_key set wrapped = null, erased_at = now() where owner = $1', [
      owner,
    ])
    world.node.keys.forget(world.workspaceId, owner)
    const erased = await bundle(world.owner, { conversationId: third.id as never })
    expect(erased.report.verdict).toBe('ok')
    expect(erased.entries.flatMap(entry => [...entry.parts.values()].map(part => part.state))).toContain(
      'erased',
    )
    const fourth = await world.conversation({ assignee: maya.id })
    await maya.do('message.send', { conversationId: fourth.id as never, text: 'to be lost' })
    await world.settle()
    await world.asSuperuser(
      "delete from log_part p using log_entry e where p.entry_id = e.entry_id and e.conversation_id = $1 and p.name = 'text'",
      [fourth.id],
    )
    const { report } = await bundle(world.owner, { conversationId: fourth.id as never })
    expect(report).toMatchObject({ verdict: 'part_missing', detail: 'text' })
    expect(report.position).not.toBeNull()
  })
})

describe('who may', () => {
  test('an agent is refused, and the refusal is in the log', async () => {
    await expect(maya.do('evidence.bundle', {})).rejects.toMatchObject({ code: 'permission.denied' })
    const [refusal] = (await world.entries({ event: ['permission.refused'] })).slice(-1)
    expect(refusal).toMatchObject({ actor: { id: maya.id }, data: { name: 'evidence.bundle' } })
  })

  test('a range without entries is refused and leaves no file behind', async () => {
    const folder = join(world.dataDir, 'bundles', world.workspaceId)
    const before = readdirSync(folder)
    await expect(world.owner.do('evidence.bundle', { to: '1999-01-01T00:00:00Z' })).rejects.toMatchObject({
      code: 'evidence.empty',
    })
    expect(readdirSync(folder)).toEqual(before)
  })

  test('only who made a bundle downloads it, as a file, recorded', async () => {
    const { made, bytes } = await bundle(world.owner, { toPosition: 3 })
    const server = await createHttpServer(world.node, { publicUrl: undefined, webRoot: null })
    const get = (token: string | null, id: string) =>
      server.inject({
        url: `/api/evidence.download?id=${id}`,
        ...(token ? { headers: { authorization: `Bearer ${token}` } } : {}),
      })
    const answer = await get(world.owner.token, made.id)
    expect(answer.statusCode).toBe(200)
    expect(answer.headers).toMatchObject({
      'content-type': 'application/zip',
      'content-disposition': `attachment; filename="tracedesk-evidence-${made.id}.zip"`,
      'content-length': String(statSync(fileOf(made.id)).size),
    })
    expect(new Uint8Array(answer.rawPayload)).toEqual(bytes)
    expect((await get(otto.token, made.id)).json().error.code).toBe('evidence.not_found')
    expect((await get(maya.token, made.id)).statusCode).toBe(403)
    expect((await get(null, made.id)).statusCode).toBe(401)
    for (const id of ['', '..', '../../secret', `${made.id}/..`])
      expect((await get(world.owner.token, encodeURIComponent(id))).statusCode).toBe(400)
    await server.close()
    const [last] = (await world.entries({ event: ['evidence.downloaded'] })).slice(-1)
    expect(last).toMatchObject({
      actor: { id: world.owner.id },
      data: { sha256: made.sha256, bytes: made.bytes },
    })
  })
})
