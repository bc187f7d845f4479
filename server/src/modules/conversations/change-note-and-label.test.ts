import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorld, type Person, type World } from '../../../test/support/world.ts'

const NAUGHTY = join(import.meta.dirname, '../../../../../shared/data/text/blns.json')
if (!existsSync(NAUGHTY)) process.stderr.write('SKIPPED: ../shared/data is absent\n')

let world: World
let ann: Person
let bob: Person
let sue: Person
beforeAll(async () => {
  world = await createWorld()
  ann = await world.person('Ann')
  bob = await world.person('Bob')
  sue = await world.person('Sue', 'supervisor')
})
afterAll(() => world.end())

const notesOf = async (person: Person, id: string) =>
  (await person.ask('conversation.get', { id: id as never })).notes

describe('notes', () => {
  test('are edited version by version, and every version stays readable in the log', async () => {
    const talk = await world.conversation()
    const { note } = await ann.do('note.add', { conversationId: talk.id as never, text: 'first' })
    expect(await ann.do('note.edit', { noteId: note.id, text: 'second' })).toEqual({
      note: { id: note.id, version: 2 },
    })
    await ann.do('note.edit', { noteId: note.id, text: 'third' })
    expect(await notesOf(bob, talk.id)).toMatchObject([{ version: 3, text: { value: 'third' } }])
    await ann.do('note.delete', { noteId: note.id })
    expect(await notesOf(bob, talk.id)).toEqual([])
    const story = await world.entries({ subject: note.id })
    expect(story.map(entry => [entry.event, entry.parts.text])).toEqual([
      ['note.added', { state: 'open', value: 'first' }],
      ['note.edited', { state: 'open', value: 'second' }],
      ['note.edited', { state: 'open', value: 'third' }],
      ['note.deleted', undefined],
    ])
    // each change names the entry that holds the words before it
    expect(story.slice(1).map(entry => entry.data.previous)).toEqual(story.slice(0, 3).map(entry => entry.id))
  })

  test('are edited by their author only, and taken away by their author or a supervisor', async () => {
    const talk = await world.conversation()
    const { note } = await ann.do('note.add', { conversationId: talk.id as never, text: 'mine' })
    const about = { noteId: note.id }
    await expect(bob.do('note.edit', { ...about, text: 'x' })).rejects.toMatchObject({
      code: 'note.not_yours',
    })
    await expect(sue.do('note.edit', { ...about, text: 'x' })).rejects.toMatchObject({
      code: 'note.not_yours',
    })
    await expect(bob.do('note.delete', about)).rejects.toMatchObject({ code: 'note.not_yours' })
    await sue.do('note.delete', about)
    await expect(ann.do('note.edit', { ...about, text: 'x' })).rejects.toMatchObject({
      code: 'note.not_found',
    })
  })

  test('that are private stay their author’s in every version, and nobody else finds them', async () => {
    const talk = await world.conversation()
    const { note } = await ann.do('note.add', {
      conversationId: talk.id as never,
      text: 'secret',
      scope: 'private',
    })
    await ann.do('note.edit', { noteId: note.id, text: 'still secret' })
    for (const person of [bob, sue, world.owner])
      await expect(person.do('note.delete', { noteId: note.id })).rejects.toMatchObject({
        code: 'note.not_found',
      })
    const edited = (await world.entries({ subject: note.id, event: 'note.edited' }))[0]
    expect(edited?.parts.text).toEqual({ state: 'withheld' })
    await expect(
      ann.do('note.add', {
        conversationId: talk.id as never,
        text: 'x',
        scope: 'private',
        mentions: [bob.id as never],
      }),
    ).rejects.toMatchObject({ code: 'input.invalid' })
  })

  test('call colleagues, who then have the note in their own log; strangers cannot be called', async () => {
    const talk = await world.conversation({ assignee: ann.id })
    const { note } = await ann.do('note.add', {
      conversationId: talk.id as never,
      text: 'look, @Bob',
      mentions: [bob.id as never],
    })
    await world.settle()
    expect(
      (await bob.ask('log.search', { event: 'note.added' })).items.map(item => item.subject.id),
    ).toContain(note.id)
    expect(await notesOf(ann, talk.id)).toMatchObject([{ mentions: [bob.id] }])
    await expect(
      ann.do('note.edit', { noteId: note.id, text: 'x', mentions: [talk.id as never] }),
    ).rejects.toMatchObject({ code: 'agent.not_found' })
    await expect(bob.do('note.edit', { noteId: note.id, text: 'x' })).rejects.toMatchObject({
      code: 'conversation.not_found',
    })
  })
})

describe('labels', () => {
  test('are renamed, coloured and removed with before and after', async () => {
    const talk = await world.conversation()
    const { label } = await sue.do('label.create', { name: 'vip', colour: '#112233' })
    const about = { labelId: label.id }
    await ann.do('customer.add_label', { customerId: talk.customerId as never, ...about })
    await sue.do('label.rename', { ...about, name: 'VIP' })
    await sue.do('label.change_colour', { ...about, colour: '#445566' })
    await expect(sue.do('label.rename', { ...about, name: 'VIP' })).rejects.toMatchObject({
      code: 'conversation.unchanged',
    })
    await sue.do('label.create', { name: 'other' })
    await expect(sue.do('label.rename', { ...about, name: 'OTHER' })).rejects.toMatchObject({
      code: 'label.name_taken',
    })
    await expect(ann.do('label.delete', about)).rejects.toMatchObject({ code: 'permission.denied' })
    await sue.do('label.delete', about)
    const done = (await world.entries({ subject: label.id })).filter(entry => entry.outcome === 'done')
    expect(done.map(entry => [entry.event, entry.data])).toEqual([
      ['label.created', { name: 'vip', colour: '#112233' }],
      ['label.renamed', { from: 'vip', to: 'VIP' }],
      ['label.colour_changed', { from: '#112233', to: '#445566' }],
      ['label.deleted', { name: 'VIP', colour: '#445566', customers: 1 }],
    ])
    const { conversation } = await ann.ask('conversation.get', { id: talk.id as never })
    expect(conversation.labels).toEqual([])
    await expect(sue.do('label.delete', about)).rejects.toMatchObject({ code: 'label.not_found' })
  })

  test.skipIf(!existsSync(NAUGHTY))(
    'take hostile names as words, or refuse them as not well formed',
    async () => {
      const names = (JSON.parse(readFileSync(NAUGHTY, 'utf8')) as string[]).filter(name => name.length <= 40)
      const { label } = await sue.do('label.create', { name: 'to be renamed' })
      let taken = 0
      for (const name of names.slice(0, 120)) {
        const outcome = await sue.do('label.rename', { labelId: label.id, name }).then(
          () => 'done',
          error => error.code as string,
        )
        expect(['done', 'input.invalid', 'conversation.unchanged', 'label.name_taken'], name).toContain(
          outcome,
        )
        if (outcome !== 'done') continue
        taken++
        const listed = (await ann.ask('label.list')).items.find(item => item.id === label.id)
        expect(listed?.name).toBe(name.trim())
      }
      expect(taken).toBeGreaterThan(80)
    },
  )
})
