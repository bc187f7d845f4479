import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld, type Person, type World } from './support/world.ts'

let world: World
let ann: Person
let otto: Person
beforeAll(async () => {
  world = await createWorld()
  ann = await world.person('Ann', 'agent')
  otto = await world.person('Otto', 'auditor')
})
afterAll(() => world?.end())

const WORDS = 'Zarathustra'
const asked = { event: ['message.*', 'note.added'], outcome: 'refused', range: 'd7', q: WORDS } as const

test('a saved view belongs to whoever made it until it is offered to everybody, and every step is an entry', async () => {
  const { logView } = await ann.do('log_view.create', {
    name: 'Odd ones',
    filter: asked as never,
  })
  const seen = async (person: Person) => (await person.ask('log_view.list')).items
  expect(await seen(ann)).toMatchObject([
    {
      id: logView.id,
      name: 'Odd ones',
      filter: { event: ['message.*', 'note.added'], outcome: ['refused'], range: ['d7'], q: [WORDS] },
      shared: false,
      owner: { id: ann.id },
    },
  ])
  expect(await seen(otto)).toEqual([])
  const facts = { logViewId: logView.id, name: 'Odd ones', shared: true }
  await ann.do('log_view.update', { ...facts, filter: { conversation: logView.id as string } })
  expect(await seen(otto)).toMatchObject([{ filter: { conversation: [logView.id] }, owner: { name: 'Ann' } }])
  for (const attempt of [
    () => otto.do('log_view.update', { ...facts, filter: {} }),
    () => otto.do('log_view.delete', { logViewId: logView.id }),
  ])
    await expect(attempt()).rejects.toMatchObject({ code: 'log_view.not_found' })
  await ann.do('log_view.delete', { logViewId: logView.id })
  expect(await seen(ann)).toEqual([])
  expect(await world.entries({ event: 'log_view.*', actor: ann.id })).toMatchObject([
    {
      event: 'log_view.created',
      subject: { kind: 'log_view', id: logView.id },
      data: { filter: { event: ['message.*', 'note.added'] }, shared: false },
      parts: { name: { value: 'Odd ones' }, q: { value: WORDS } },
    },
    {
      event: 'log_view.updated',
      data: { filterBefore: { outcome: ['refused'] }, sharedBefore: false, shared: true },
      parts: { nameBefore: { value: 'Odd ones' }, qBefore: { value: WORDS } },
    },
    { event: 'log_view.deleted', data: { shared: true } },
  ])
})

test('name and words of a view lie sealed, and two ranges at once are refused', async () => {
  await otto.do('log_view.create', { name: 'About Ilse Kowalska', filter: { q: WORDS } })
  const rows = await world.asSuperuser<{ text: string }>(
    "select encode(sealed, 'escape') as text from log_view",
  )
  expect(rows).toHaveLength(1)
  expect(rows[0]?.text).not.toMatch(/Ilse|Zarathustra/)
  const both = { range: 'd7', from: '2026-01-01T00:00:00Z' } as const
  await expect(otto.do('log_view.create', { name: 'x', filter: both })).rejects.toMatchObject({
    code: 'input.invalid',
  })
})

test('fifty views are enough for one person', async () => {
  for (let i = 0; i < 50; i++) await ann.do('log_view.create', { name: `View ${i}`, filter: {} })
  await expect(ann.do('log_view.create', { name: 'One more', filter: {} })).rejects.toMatchObject({
    code: 'log_view.too_many',
  })
})
