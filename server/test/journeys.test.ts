import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { canBrowse } from './support/browser.ts'
import { axe, leave, MOVING, openConsole, type TestConsole } from './support/console.ts'
import { createDesk, type Desk, until } from './support/desk.ts'
import { Hand, measureJourneys } from './support/hand.ts'
import type { Person } from './support/world.ts'

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 })

/**
 * How many clicks and presses each journey of the desk may take; words that are typed do not count. The first two are
 * counted from sign-in, the others from the open conversation.
 */
const take = measureJourneys({
  answerTheLongestWaiting: 2,
  handOverWithReason: 2,
  answer: 1,
  answerByKeysFromSignIn: 4,
  cannedReply: 2,
  note: 2,
  privateNote: 3,
  label: 2,
  takeFromQueue: 1,
  assignToColleague: 2,
  resolve: 1,
  undo: 1,
  snooze: 2,
  pin: 2,
  priority: 2,
  findWords: 2,
  reachByPalette: 2,
  editLast: 2,
  answerAMessage: 2,
  resolveThree: 5,
  away: 2,
  fromRedNumber: 1,
})

describe.skipIf(!canBrowse())('the way to', () => {
  let desk: Desk
  let site: TestConsole
  let bot: Awaited<ReturnType<Desk['connect']>>
  let maya: Person
  let omar: Person

  beforeAll(async () => {
    desk = await createDesk()
    desk.addGateway()
    bot = await desk.connect('Harbour Shop')
    const routing = { mode: 'manual' as const, departmentId: null, fallbackDepartmentId: null }
    await desk.owner.do('bot.set_routing', { botId: bot.botId as never, ...routing })
    await desk.world.department('Sales')
    maya = await desk.world.person('Maya')
    omar = await desk.world.person('Omar')
    await desk.owner.do('label.create', { name: 'Refund' })
    const reply = { title: 'Welcome', shortcut: 'hi', text: 'Welcome, {{customer.name}}!' }
    await desk.owner.do('canned_reply.create', { ...reply, folder: null, departmentId: null })
    site = await openConsole(desk.world.node)
  })
  afterAll(async () => {
    await site?.end()
    await desk?.end()
  })

  const customer = (firstName: string, text: string, holder?: Person) =>
    desk.customer(bot, { firstName, text, ...(holder && { holder }) })

  /** A conversation of Maya's, open before her. */
  async function before(name: string, text = 'Hello?') {
    const talk = await customer(name, text, maya)
    const seat = await site.signIn(maya, { ...MOVING, at: `/inbox/${talk.id}` })
    await seat.page.getByRole('textbox', { name: 'Your reply' }).waitFor()
    return { ...seat, talk, hand: new Hand(seat.page) }
  }

  test('whoever waits longest is answered in two from sign-in, be they one’s own or in the queue', async () => {
    const first = await customer('Anton', 'I was here first')
    const berta = await customer('Berta', 'I came later', maya)
    const seat = await site.signIn(maya)
    const { page } = seat
    const hand = new Hand(page)
    await take('answerTheLongestWaiting', hand, async () => {
      await hand.click(page.getByRole('link', { name: /^Answer Anton, waiting/ }))
      await hand.type('At once')
      await hand.press('Enter')
      expect((await first.who.waitForReply(bot, { timeoutMs: 10_000 })).text).toBe('At once')
    })
    await page.goto(`${site.url}/inbox`)
    await page.getByRole('link', { name: /^Answer Berta, waiting/ }).waitFor()
    expect(await axe(page)).toEqual([])
    await page.goto(`${site.url}/inbox`)
    const fromList = new Hand(page)
    const reached = await take('answerTheLongestWaiting', fromList, async () => {
      await fromList.click(page.getByRole('list', { name: 'Conversations' }).getByText('Berta'))
      await fromList.type('And you')
      await fromList.press('Enter')
      return until(
        async () => (await desk.world.entries({ event: 'message.sent', conversation: berta.id }))[0],
      )
    })
    expect(reached.actor.id).toBe(maya.id)
    await leave(seat)
  })

  test('keys alone answer the first of the list in four', async () => {
    const talk = await customer('Cyril', 'By keys, please', maya)
    const seat = await site.signIn(maya)
    const { page } = seat
    await page.getByText('Cyril').first().waitFor()
    const before = (await desk.entries('message.sent')).length
    const hand = new Hand(page)
    await take('answerByKeysFromSignIn', hand, async () => {
      await hand.press('j')
      await hand.press('Enter')
      await page.getByRole('textbox', { name: 'Your reply' }).waitFor()
      await hand.press('r')
      await hand.type('By keys')
      await hand.press('Enter')
      await until(async () => (await desk.entries('message.sent')).length > before)
    })
    await desk.owner.do('conversation.change_status', { conversationId: talk.id, status: 'resolved' })
    await leave(seat)
  })

  test('hand over with a reason is two from sign-in and two from the open conversation, to anybody there', async () => {
    const talk = await customer('Dora', 'Somebody else, please', maya)
    const seat = await site.signIn(maya)
    const { page } = seat
    const hand = new Hand(page)
    await take('handOverWithReason', hand, async () => {
      await hand.point(page.getByRole('list', { name: 'Conversations' }).getByText('Dora'))
      await hand.click(page.getByRole('button', { name: 'Hand over the conversation with Dora' }))
      await hand.point(page.getByRole('dialog').getByText('Sales'))
      await page.getByText('Nobody there is online.', { exact: false }).waitFor()
      expect(await axe(page)).toEqual([])
      await hand.click(page.getByRole('button', { name: 'Escalation: hand over to Sales' }))
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    })
    const [given] = await desk.world.entries({ event: 'conversation.transferred', conversation: talk.id })
    expect(given).toMatchObject({ actor: { id: maya.id }, reason: { code: 'escalation' } })
    await leave(seat)

    const open = await before('Dorothea')
    await take('handOverWithReason', open.hand, async () => {
      await open.hand.press('t')
      await open.hand.point(open.page.getByRole('dialog').getByText('Omar'))
      await open.hand.click(open.page.getByRole('button', { name: 'Other language: hand over to Omar' }))
      await until(
        async () =>
          (await desk.world.entries({ event: 'conversation.transferred', conversation: open.talk.id }))
            .length,
      )
    })
    await leave(open)
  })

  test('a reply, a canned reply, an answer to one message and the mending of the last are one or two', async () => {
    const seat = await before('Edda')
    const { page, hand, talk } = seat
    const field = page.getByRole('textbox', { name: 'Your reply' })
    await page.keyboard.press('r')
    await take('answer', hand, async () => {
      await hand.type('Good morning')
      await hand.press('Enter')
    })
    await until(() => talk.who.received(bot).length === 1)
    await take('cannedReply', hand, async () => {
      await hand.type('/hi')
      await page.getByRole('option', { name: /Welcome/ }).waitFor()
      await hand.press('Enter')
      await expect.poll(() => field.inputValue()).toBe('Welcome, Edda!')
      await hand.press('Enter')
    })
    await until(() => talk.who.received(bot).length === 2)
    await take('answerAMessage', hand, async () => {
      const asked = page.getByRole('article').filter({ hasText: 'Hello?' })
      await hand.point(asked)
      await hand.click(asked.getByRole('button', { name: 'Reply' }))
      await hand.type('To this')
      await hand.press('Enter')
    })
    const answer = await until(() => talk.who.received(bot)[2])
    expect(answer.reply_to_message?.text).toBe('Hello?')
    await page.getByRole('article').filter({ hasText: 'To this' }).locator('[data-state=delivered]').waitFor()
    await take('editLast', hand, async () => {
      await hand.press('ArrowUp')
      await page.getByRole('textbox', { name: 'Editing a message' }).waitFor()
      await hand.type(' one')
      await hand.press('Enter')
      await until(() => talk.who.received(bot).some(({ text }) => text === 'To this one'))
    })
    await leave(seat)
  })

  test('a note for the team or for oneself and a label are two or three', async () => {
    const seat = await before('Frieda')
    const { page, hand, talk } = seat
    const notes = () => desk.world.entries({ event: 'note.added', conversation: talk.id })
    await take('note', hand, async () => {
      await hand.press('n')
      await hand.type('called the carrier')
      await hand.press('Control+Enter')
      await page.getByRole('complementary').getByText('called the carrier').waitFor()
    })
    await take('privateNote', hand, async () => {
      await hand.click(page.getByRole('textbox', { name: 'Note for colleagues' }))
      await hand.type('be patient')
      await hand.click(page.getByRole('checkbox', { name: 'Only for me' }))
      await hand.click(page.getByRole('button', { name: 'Add note' }))
      await until(async () => (await notes()).length === 2)
    })
    const scopes = (await notes()).map(({ data }) => data.scope)
    expect(scopes).toEqual(['team', 'private'])
    await take('label', hand, async () => {
      await hand.click(page.getByRole('button', { name: 'Add label' }))
      await hand.click(page.getByRole('option', { name: 'Refund' }))
      await page.getByRole('button', { name: 'Remove label Refund' }).waitFor()
    })
    const add = desk.world.entries({ event: 'customer.label_added', customer: talk.customer.id })
    expect(await add).toHaveLength(1)
    await leave(seat)
  })

  test('take, assign, set the state, put aside, pin and prefer are one or two, and each is undone in one', async () => {
    const seat = await before('Gerda')
    const { page, hand, talk } = seat
    const now = async () => (await maya.ask('conversation.get', { id: talk.id })).conversation
    const menu = page.getByRole('button', { name: 'Snooze, priority, pin' })
    await page.getByRole('heading', { name: 'Gerda' }).click()
    await take('resolve', hand, async () => {
      await hand.press('e')
      await until(async () => (await now()).status === 'resolved')
    })
    await take('undo', hand, async () => {
      await page.getByRole('button', { name: 'Undo' }).waitFor()
      await hand.press('z')
      await until(async () => (await now()).status === 'in_progress')
    })
    await page.getByRole('textbox', { name: 'Your reply' }).waitFor()
    await take('snooze', hand, async () => {
      await hand.click(menu)
      await hand.click(page.getByRole('menuitem', { name: /One hour/ }))
      await until(async () => (await now()).snoozedUntil)
    })
    await take('undo', hand, async () => {
      await hand.click(page.getByRole('button', { name: 'Undo' }))
      await until(async () => (await now()).snoozedUntil === null)
    })
    await take('priority', hand, async () => {
      await hand.click(menu)
      await hand.click(page.getByRole('menuitem', { name: 'Urgent' }))
      await until(async () => (await now()).priority === 'urgent')
    })
    await take('pin', hand, async () => {
      await hand.click(menu)
      await hand.click(page.getByRole('menuitem', { name: 'Pin for me' }))
      await until(async () => (await now()).pinned.own)
    })
    await page.getByRole('alert').getByText('Pinned', { exact: true }).waitFor()
    expect(await axe(page)).toEqual([])
    await take('undo', hand, async () => {
      await hand.click(page.getByRole('button', { name: 'Undo' }))
      await until(async () => !(await now()).pinned.own)
    })
    const told = (await desk.world.entries({ conversation: talk.id, actor: maya.id })).map(
      ({ event }) => event,
    )
    expect(told.filter(event => /snoozed|woken|pinned/.test(event)).length).toBeGreaterThanOrEqual(4)
    await take('assignToColleague', hand, async () => {
      await hand.click(page.getByRole('combobox', { name: 'Assigned to' }))
      await hand.click(page.getByRole('option', { name: 'Omar' }))
      await until(
        async () => (await desk.conversations()).find(({ id }) => id === talk.id)?.assignee?.id === omar.id,
      )
    })
    await leave(seat)
    const queued = await customer('Gunda', 'anybody')
    const other = await site.signIn(omar, { at: `/inbox/${queued.id}` })
    const his = new Hand(other.page)
    await other.page.getByRole('button', { name: 'Assign to me' }).waitFor()
    await take('takeFromQueue', his, async () => {
      await his.press('a')
      await until(
        async () => (await desk.conversations()).find(({ id }) => id === queued.id)?.assignee?.id === omar.id,
      )
    })
    await leave(other)
  })

  test('words are found in two, by the list and by the palette', async () => {
    const talk = await customer('Hilda', 'about my porcelain teapot', maya)
    await until(async () => (await maya.ask('conversation.search', { q: 'teapot' })).items.length === 1)
    const seat = await site.signIn(maya)
    const { page } = seat
    await page.getByText('Hilda').first().waitFor()
    const hand = new Hand(page)
    await take('findWords', hand, async () => {
      await hand.press('/')
      await hand.type('teapot')
      await hand.click(page.getByRole('region', { name: 'In messages and notes' }).getByRole('link'))
      await page.waitForURL(new RegExp(talk.id))
      await page.getByRole('log').getByText('porcelain teapot').waitFor()
    })
    await page.goto(`${site.url}/inbox`)
    await page.getByText('Hilda').first().waitFor()
    await take('reachByPalette', hand, async () => {
      await hand.press('Control+k')
      await hand.type('teapot')
      await page.getByRole('option', { name: /porcelain teapot/ }).waitFor()
      await hand.press('Enter')
      await page.waitForURL(new RegExp(talk.id))
    })
    await leave(seat)
  })

  test('three conversations are resolved together in five, and had back by one', async () => {
    const talks = [
      await customer('Ida', '1', maya),
      await customer('Inge', '2', maya),
      await customer('Ines', '3', maya),
    ]
    const seat = await site.signIn(maya)
    const { page } = seat
    await page.getByText('Ines').first().waitFor()
    const hand = new Hand(page)
    const states = async () => {
      const all = await desk.conversations()
      return talks.map(({ id }) => all.find(each => each.id === id)?.status)
    }
    await take('resolveThree', hand, async () => {
      for (const name of ['Ida', 'Inge', 'Ines'])
        await hand.click(page.getByRole('checkbox', { name: `Choose the conversation with ${name}` }))
      await hand.click(page.getByRole('toolbar').getByRole('button', { name: 'Status' }))
      await hand.click(page.getByRole('menuitem', { name: 'Resolved' }))
      await until(async () => (await states()).every(status => status === 'resolved'))
    })
    await take('undo', hand, async () => {
      await hand.click(page.getByRole('button', { name: 'Undo' }))
      await until(async () => (await states()).every(status => status === 'in_progress'))
    })
    await take('away', hand, async () => {
      await hand.click(page.getByRole('button', { name: /^I am:/ }))
      await hand.click(page.getByRole('menuitem', { name: 'Lunch' }))
      await page.getByRole('button', { name: 'I am: Lunch. Change' }).waitFor()
    })
    await leave(seat)
  })

  test('from a red number of the board it is one to the conversations, longest waiting first', async () => {
    const [late, later] = [await customer('Jara', 'first', omar), await customer('Jonas', 'second', omar)]
    for (const [talk, hours] of [
      [late, 3],
      [later, 2],
    ] as const)
      await desk.world.asSuperuser(
        "update conversation set waiting_since = now() - $2 * interval '1 hour' where conversation_id = $1",
        [talk.id, hours],
      )
    const seat = await site.signIn(desk.owner, { at: '/board' })
    const { page } = seat
    const red = page.getByRole('link', { name: /Waiting longer than/ })
    await expect.poll(() => red.getAttribute('data-bad')).toBe('true')
    expect(await axe(page)).toEqual([])
    const hand = new Hand(page)
    await take('fromRedNumber', hand, async () => {
      await hand.click(red)
      await page.getByRole('list', { name: 'Conversations' }).getByText('Jara').waitFor()
    })
    const rows = await page.getByRole('list', { name: 'Conversations' }).getByRole('link').allTextContents()
    expect(rows[0]).toContain('Jara')
    expect(rows[1]).toContain('Jonas')
    await leave(seat)
  })
})
