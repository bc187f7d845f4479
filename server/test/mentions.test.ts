import { join } from 'node:path'
import type { Entry } from '@tracedesk/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyLedger } from '../src/ledger/verify.ts'
import { createDesk, type Desk, until } from './support/desk.ts'
import { type Person, TEST_SECRET } from './support/world.ts'

let desk: Desk
let bot: Awaited<ReturnType<Desk['connect']>>
let admin: Person

beforeAll(async () => {
  desk = await createDesk()
  desk.addGateway()
  bot = await desk.connect()
  admin = await desk.world.person('Ada Admin', 'admin')
})
afterAll(() => desk.end())

/** A customer who wrote, and their conversation. */
async function meet(firstName: string, lastName = '') {
  const user = desk.telegram.createUser({ firstName, ...(lastName ? { lastName } : {}) })
  user.say(bot, `hello from ${user.id}`)
  return until(async () => {
    for (const talk of await desk.conversations())
      if ((await desk.texts(talk.id)).includes(`hello from ${user.id}`))
        return { id: talk.id, customerId: talk.customer.id }
    return false
  })
}

const note = async (conversationId: string, text: string): Promise<string> =>
  (await desk.owner.do('note.add', { conversationId, text } as never)).note.id

const textOf = async (noteId: string) =>
  (await desk.world.entries({ event: 'note.added' })).find(({ subject }) => subject.id === noteId)?.parts.text

async function erase(customerId: string): Promise<void> {
  const { request } = await desk.owner.do('privacy.open_request', {
    customerId,
    kind: 'erasure',
    channel: 'email',
  } as never)
  await desk.owner.do('privacy.request_erasure', { requestId: request.id })
  await admin.do('privacy.erase_subject', { requestId: request.id })
}

/** What was recorded of the words of colleagues about somebody, once everything has been looked through. */
const lookedThrough = (customerId: string): Promise<Entry[]> =>
  until(async () => {
    const entries = (await desk.world.entries({ event: 'privacy.mentions_erased' })).filter(
      ({ subject }) => subject.id === customerId,
    )
    return entries.at(-1)?.data.last === true && entries
  })

const sum = (entries: readonly Entry[], field: string) =>
  entries.reduce((total, { data }) => total + Number(data[field]), 0)

async function verify() {
  await desk.world.settle()
  const { databases } = desk.world.node
  const { workspaceId, dataDir } = desk.world
  const signerFolder = join(dataDir, 'signer')
  const parts = { databases, workspaceId, signerFolder, secret: TEST_SECRET, openParts: true }
  return verifyLedger(parts as never)
}

describe('after an erasure, what colleagues wrote', () => {
  test('stays where a hold covers it, and goes when the hold is released', async () => {
    const vera = await meet('Vera', 'Holdova')
    const otto = await meet('Otto', 'Other')
    const kept = await note(otto.id, 'brother of Vera Holdova')
    const { hold } = await desk.owner.do('hold.place', {
      customerId: otto.customerId,
      cause: 'legal',
      reason: 'a lawsuit',
    } as never)
    await erase(vera.customerId)
    const first = await lookedThrough(vera.customerId)
    expect([sum(first, 'parts'), sum(first, 'held')]).toEqual([0, 1])
    expect(first.flatMap(({ data }) => data.holds)).toEqual([hold.id])
    expect(await textOf(kept)).toMatchObject({ state: 'open' })
    await desk.owner.do('hold.release', { holdId: hold.id, reason: 'settled' })
    await desk.world.node.mentionKeeper.workOnce()
    const all = await lookedThrough(vera.customerId)
    expect([sum(all, 'parts'), sum(all, 'held')]).toEqual([1, 1])
    const by = all.find(({ data }) => data.parts === 1)?.id
    expect(await textOf(kept)).toEqual({ state: 'erased', by })
    expect(await desk.world.asSuperuser('select 1 from mention_search')).toEqual([])
    expect(await verify()).toMatchObject({ verdict: 'ok', findings: [] })
  })

  test('about others who are called the same stays, and so do common first names', async () => {
    await desk.world.person('Ivy Colleague')
    const [one, other, ivy] = [
      await meet('Pavel', 'Same'),
      await meet('Pavel', 'Same'),
      await meet('Ivy', 'Colleague'),
    ]
    const third = await meet('Tess', 'Third')
    const namesake = await note(other.id, 'Pavel Same rang')
    const named = await note(third.id, 'knows Pavel Same')
    const ofColleague = await note(third.id, 'Ivy Colleague will call back')
    const firstName = await note(third.id, 'Pavel of billing knows')
    for (const { customerId } of [one, ivy]) await erase(customerId)
    for (const { customerId } of [one, ivy]) await lookedThrough(customerId)
    expect(await textOf(named)).toMatchObject({ state: 'erased' })
    for (const id of [namesake, ofColleague, firstName])
      expect(await textOf(id)).toMatchObject({ state: 'open' })
  })

  test('goes by former names, username, Telegram number and fields as well', async () => {
    const user = desk.telegram.createUser({ firstName: 'Bella', username: 'bella_b_1' })
    user.say(bot, 'hello from Bella')
    const bella = await until(async () =>
      (await desk.conversations()).find(({ customer }) => customer.name === 'Bella'),
    )
    const customerId = bella.customer.id as never
    const { field } = await desk.owner.do('field.define', { key: 'phone', name: 'Phone', kind: 'text' })
    for (const value of ['+7 999 123-45-67', 'b.once@mail.example', null])
      await desk.owner.do('customer.set_field', { customerId, fieldId: field.id, value })
    for (const nickname of ['Bella Once', null])
      await desk.owner.do('customer.update_profile', { customerId, nickname, remark: 'friendly and tall' })
    const tina = await meet('Tina', 'Two')
    const about = { customerId: tina.customerId as never }
    await desk.owner.do('customer.update_profile', {
      ...about,
      nickname: null,
      remark: 'knew Bella Once well',
    })
    const remarkOf = async () =>
      (await desk.owner.ask('customer.get', { id: about.customerId })).customer.remark
    expect(await remarkOf()).toMatchObject({ value: 'knew Bella Once well' })
    const named = [
      'bella once lent her the card',
      'see @Bella_B_1',
      `same as ${user.id}`,
      'rang from 8 (999) 1234567',
      'B.Once@mail.example bounced',
      'BELLA',
    ]
    const others = ['friendly and tall', 'Bella of billing', 'order 1999123456']
    const [gone, kept]: string[][] = [[], []]
    for (const text of named) gone?.push(await note(tina.id, text))
    for (const text of others) kept?.push(await note(tina.id, text))
    await erase(bella.customer.id)
    const looked = await lookedThrough(bella.customer.id)
    expect([sum(looked, 'parts'), sum(looked, 'remarks')]).toEqual([named.length + 1, 1])
    expect(await remarkOf()).toBeNull()
    for (const id of gone ?? []) expect(await textOf(id)).toMatchObject({ state: 'erased' })
    for (const id of kept ?? []) expect(await textOf(id)).toMatchObject({ state: 'open' })
  })

  test('is looked through by another node where the one that erased stopped', async () => {
    const { world } = desk
    const nora = await meet('Nora', 'Nodeless')
    const tom = await meet('Tom', 'Told')
    const told = await note(tom.id, 'sent by Nora Nodeless')
    const second = world.addNode(world.dataDir)
    await world.node.mentionKeeper.stop()
    await erase(nora.customerId)
    await world.settle()
    expect(await textOf(told)).toMatchObject({ state: 'open' })
    await second.mentionKeeper.workOnce()
    expect(sum(await lookedThrough(nora.customerId), 'parts')).toBe(1)
    expect(await textOf(told)).toMatchObject({ state: 'erased' })
  })

  test('and is put back afterwards is found by verification', async () => {
    const { world } = desk
    const [row] = await world.asSuperuser<{ id: string }>(
      "select e.entry_id as id from log_entry e where event = 'note.added' and exists (select from log_part p where p.entry_id = e.entry_id) limit 1",
    )
    const [gone] = (await world.entries({ event: 'note.added' })).filter(
      ({ parts }) => parts.text?.state === 'erased',
    )
    await world.asSuperuser(
      `insert into log_part select workspace_id, $1, name, (select at from log_entry where entry_id = $1), owner, sealed
       from log_part where entry_id = $2 and name = 'text'`,
      [gone?.id, row?.id],
    )
    const { findings } = await verify()
    expect(findings.filter(({ entryId }) => entryId === gone?.id)).not.toEqual([])
    await world.asSuperuser('delete from log_part where entry_id = $1', [gone?.id])
    expect(await verify()).toMatchObject({ verdict: 'ok' })
    await world.asSuperuser(
      "update log_purge set positions = set_byte(positions, 8191, 1) where part = 'text'",
    )
    expect((await verify()).findings.map(({ verdict }) => verdict)).toContain('purge_unrecorded')
  })
})
