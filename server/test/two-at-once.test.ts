import type { CommandInput, CommandName } from '@tracedesk/contracts'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { TracedeskNode } from '../src/node.ts'
import { createDesk, type Desk, until } from './support/desk.ts'
import { checkReplay } from './support/replay.ts'
import type { Person } from './support/world.ts'

vi.setConfig({ testTimeout: 60_000 })

let desk: Desk
let other: TracedeskNode
let sales: string
let people: Person[]

beforeAll(async () => {
  desk = await createDesk()
  sales = await desk.world.department('Sales')
  people = await Promise.all(['Maya', 'Omar', 'Sue'].map(name => desk.world.person(name, 'agent', [sales])))
  other = desk.world.addNode()
})
afterAll(() => desk.end())

type Attempt = [person: Person, name: CommandName, input: object]

/** Runs commands all at once, every second one on another node; says of each whether it was done or why not. */
async function allAtOnce(attempts: readonly Attempt[]): Promise<string[]> {
  const callers = await Promise.all(attempts.map(([person]) => person.caller()))
  return Promise.all(
    attempts.map(async ([, name, input], i) => {
      const node = i % 2 ? other : desk.world.node
      const command = node.commandsByName.get(name)
      const caller = callers[i]
      if (!command || !caller) throw new Error(`no command ${name}`)
      return node.door.execute(command, caller, input).then(
        () => 'done',
        (error: { code?: string }) => error.code ?? String(error),
      )
    }),
  )
}

/** Done attempts and refusals that the log tells of, by people, about a conversation. */
async function toldOf(id: string) {
  const told = await desk.world.entries({ conversation: id })
  const positions = told.map(({ position }) => position ?? 0)
  expect(positions, 'by time and by position it is one order').toEqual(positions.toSorted((a, b) => a - b))
  const entries = told.filter(entry => entry.actor.kind === 'agent' && entry.event !== 'message.read')
  return {
    entries,
    refused: entries.filter(entry => entry.event === 'command.refused').length,
    done: entries.filter(entry => entry.outcome === 'done'),
  }
}
const as = <N extends CommandName>(person: Person, name: N, input: CommandInput<N>): Attempt => [
  person,
  name,
  input as object,
]

interface Talk {
  readonly id: never
  readonly messageId: never
}

/** A conversation nobody holds, with an answer of Maya's that Telegram took. */
async function talkWithAnswer(): Promise<Talk> {
  const { id } = await desk.world.conversation({ department: sales })
  const [maya] = people as [Person]
  const sent = await maya.do('message.send', { conversationId: id as never, text: 'an answer' })
  await desk.world.asSuperuser(
    "update message set state = 'delivered', telegram_message_id = 1 where message_id = $1",
    [sent.message.id],
  )
  return { id: id as never, messageId: sent.message.id as never }
}

describe('several people at the same conversation in the same moment', () => {
  test('who takes it first has it; everybody who came too late is told so, and all of it is one story', async () => {
    const talk = await desk.world.conversation({ department: sales })
    const id = talk.id as never
    const attempts = Array.from({ length: 12 }, (_, i) => {
      const person = people[i % 3] as Person
      return as(person, 'conversation.assign', { conversationId: id, agentId: person.id as never })
    })
    const outcomes = await allAtOnce(attempts)
    const { done, refused } = await toldOf(talk.id)
    expect(outcomes.every(outcome => ['done', 'conversation.unchanged'].includes(outcome))).toBe(true)
    expect(done).toHaveLength(outcomes.filter(outcome => outcome === 'done').length)
    expect(refused).toBe(outcomes.filter(outcome => outcome !== 'done').length)
    // each hand-over begins where the one before ended
    const holders = done.map(entry => entry.data as { from: string | null; to: string | null })
    expect(holders.map(({ from }) => from)).toEqual([null, ...holders.slice(0, -1).map(({ to }) => to)])
    await checkReplay(desk.world, talk.id, { departmentId: sales })
  })

  test('assigning, handing over, resolving, putting aside and noting cross each other without a word lost', async () => {
    const talk = await desk.world.conversation({ department: sales })
    const id = talk.id as never
    const [maya, omar, sue] = people as [Person, Person, Person]
    const transfer = { conversationId: id, toAgentId: sue.id as never, reasonCode: 'skill' }
    const attempts: Attempt[] = [1, 2, 3].flatMap(round => [
      as(maya, 'conversation.assign', { conversationId: id, agentId: maya.id as never }),
      as(omar, 'conversation.transfer', transfer),
      as(sue, 'conversation.change_status', { conversationId: id, status: 'resolved' }),
      as(maya, 'conversation.change_status', { conversationId: id, status: 'in_progress' }),
      as(omar, 'conversation.set_priority', { conversationId: id, priority: round % 2 ? 'high' : 'low' }),
      as(sue, 'conversation.pin', { conversationId: id, scope: 'shared' }),
      as(maya, 'note.add', { conversationId: id, text: `note ${round}` }),
      as(omar, 'conversation.assign', { conversationId: id, agentId: null }),
    ])
    const outcomes = await allAtOnce(attempts)
    const known = ['done', 'conversation.unchanged', 'conversation.resolved', 'conversation.not_found']
    expect(outcomes.filter(outcome => !known.includes(outcome))).toEqual([])
    const { entries, done, refused } = await toldOf(talk.id)
    expect([done.length, refused]).toEqual([
      outcomes.filter(outcome => outcome === 'done').length,
      outcomes.filter(outcome => outcome !== 'done').length,
    ])
    expect(entries.filter(entry => entry.event === 'note.added')).toHaveLength(3)
    await checkReplay(desk.world, talk.id, { departmentId: sales })
  })

  /** What two people may want at once: each as the two of them would ask for it. */
  const wishes = {
    assign: (person: Person, { id }: Talk) =>
      as(person, 'conversation.assign', { conversationId: id, agentId: person.id as never }),
    transfer: (person: Person, { id }: Talk) =>
      as(person, 'conversation.transfer', {
        conversationId: id,
        toAgentId: people.find(each => each !== person)?.id as never,
        reasonCode: 'skill',
      }),
    resolve: (person: Person, { id }: Talk) =>
      as(person, 'conversation.change_status', { conversationId: id, status: 'resolved' }),
    edit: (person: Person, { messageId }: Talk) =>
      as(person, 'message.edit', { messageId, text: `corrected by ${person.email}` }),
  }
  type Wish = keyof typeof wishes
  const names = Object.keys(wishes) as Wish[]
  const pairs = names.flatMap((one, i) => names.slice(i).map(other => [one, other] as const))

  test.each(pairs)('%s and %s, by two people at once, are one story', async (one, other) => {
    const talk = await talkWithAnswer()
    const [maya, omar] = people as [Person, Person]
    const before = (await desk.world.entries()).length
    // both ways round, so that neither is first by habit
    const outcomes = [
      ...(await allAtOnce([wishes[one](maya, talk), wishes[other](omar, talk)])),
      ...(await allAtOnce([wishes[other](omar, talk), wishes[one](maya, talk)])),
    ]
    const known = ['done', 'conversation.unchanged', 'conversation.resolved', 'message.not_yours']
    expect(outcomes.filter(outcome => !known.includes(outcome))).toEqual([])
    const left = (await desk.world.entries()).slice(before).filter(({ actor }) => actor.kind === 'agent')
    const told = left.filter(({ outcome }) => outcome === 'done')
    const inOrder = told.map(({ event }) => event.split('.')[1])
    expect([told.length, left.length], inOrder.join()).toEqual([
      outcomes.filter(outcome => outcome === 'done').length,
      outcomes.length,
    ])
    const versions = told.flatMap(({ event, data }) => (event === 'message.edited' ? [data.version] : []))
    expect(versions).toEqual(versions.map((_, i) => i + 2))
    await checkReplay(desk.world, talk.id, { departmentId: sales })
  })

  test('who began first and was overtaken comes again, so that times tell the same order as positions', async () => {
    const talk = await desk.world.conversation({ department: sales })
    const conversationId = talk.id as never
    const [maya, omar] = people as [Person, Person, Person]
    const { door, commandsByName } = desk.world.node
    const command = commandsByName.get('note.add')
    if (!command) throw new Error('no note.add')
    let begun = 0
    const slow: typeof command = {
      ...command,
      handle: async (...given) => {
        if (begun++ === 0) await omar.do('conversation.assign', { conversationId, agentId: omar.id as never })
        return command.handle(...given)
      },
    }
    await door.execute(slow, await maya.caller(), { conversationId, text: 'begun first' })
    expect(begun).toBe(2)
    const { entries } = await toldOf(talk.id)
    expect(entries.map(({ event }) => event)).toEqual(['conversation.assigned', 'note.added'])
    await checkReplay(desk.world, talk.id, { departmentId: sales })
  })

  test('a database clock that was put back stops no conversation', async () => {
    const talk = await desk.world.conversation({ department: sales })
    const note = { conversationId: talk.id as never, text: 'before' }
    await desk.owner.do('note.add', note)
    const ahead = "update log_counter set last_at = now() + interval '1 hour' where chain_id = $1"
    await desk.world.asSuperuser(ahead, [talk.id])
    await desk.owner.do('note.add', { ...note, text: 'after' })
    await desk.owner
      .do('conversation.assign', { conversationId: talk.id as never, agentId: null })
      .catch(() => {})
    expect((await toldOf(talk.id)).entries.map(({ event }) => event)).toEqual([
      'note.added',
      'note.added',
      'command.refused',
    ])
  })

  test('of two who edit the same note, or the same canned reply, none overwrites what they have not seen', async () => {
    const talk = await desk.world.conversation({ department: sales })
    const [maya] = people as [Person, Person, Person]
    const { note } = await maya.do('note.add', { conversationId: talk.id as never, text: 'first' })
    const edits = ['one', 'two', 'three', 'four'].map(text =>
      as(maya, 'note.edit', { noteId: note.id, text }),
    )
    expect(await allAtOnce(edits)).toEqual(['done', 'done', 'done', 'done'])
    const versions = (await desk.world.entries({ event: 'note.edited', subject: note.id }))
      .map(({ id, data }) => ({ id, ...(data as { version: number; previous: string }) }))
      .sort((a, b) => a.version - b.version)
    expect(versions.map(({ version }) => version)).toEqual([2, 3, 4, 5])
    // each names the one it replaced: nothing is skipped, nothing is told twice
    expect(versions.slice(1).map(({ previous }) => previous)).toEqual(
      versions.slice(0, -1).map(({ id }) => id),
    )

    const facts = { folder: null, shortcut: null, departmentId: null }
    const { cannedReply } = await desk.owner.do('canned_reply.create', { title: 'A', text: 'a', ...facts })
    const outcomes = await allAtOnce(
      ['b', 'c', 'd'].map(text =>
        as(desk.owner, 'canned_reply.update', {
          cannedReplyId: cannedReply.id,
          version: 1,
          title: 'A',
          text,
          ...facts,
        }),
      ),
    )
    expect(outcomes.toSorted()).toEqual(['done', 'version.outdated', 'version.outdated'])
  })
})

test('after a long time without Telegram, what waited too long is shown as not sent, and the rest goes out once, in order', async () => {
  desk.addGateway({ timing: { giveUpMs: 1_500 } })
  const bot = await desk.connect()
  const carla = desk.telegram.createUser({ firstName: 'Carla' })
  carla.say(bot, 'hello?')
  const talk = await until(async () =>
    (await desk.conversations()).find(each => each.customer.name === 'Carla'),
  )
  desk.telegram.offline = true
  const early = ['one', 'two', 'three']
  for (const text of early) await desk.send(talk.id, text)
  const stateOf = async (text: string) =>
    (await desk.messages(talk.id)).find(each => each.text?.state === 'open' && each.text.value === text)
      ?.state
  await until(async () => (await stateOf('three')) === 'unreachable', 30_000)
  const late = ['four', 'five', 'six']
  for (const text of late) await desk.send(talk.id, text)
  desk.telegram.offline = false
  await until(async () => (await stateOf('six')) === 'delivered', 30_000)
  expect(carla.received(bot).map(message => message.text)).toEqual(late)
  const told = await desk.world.entries({
    conversation: talk.id,
    event: ['message.unreachable', 'message.delivered'],
  })
  expect(told.map(({ event, data }) => [event, data.cause])).toEqual([
    ...early.map(() => ['message.unreachable', 'not_sent']),
    ...late.map(() => ['message.delivered', undefined]),
  ])
  expect(await desk.world.entries({ conversation: talk.id, event: 'message.sent' })).toHaveLength(6)
})
