import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { SimulatedBot } from '../src/demo/telegram/index.ts'
import { canBrowse } from './support/browser.ts'
import { axe, enter, openConsole, type TestConsole } from './support/console.ts'
import { createDesk, type Desk, until } from './support/desk.ts'
import type { Person } from './support/world.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

describe.skipIf(!canBrowse())('the inbox in a browser', () => {
  let desk: Desk
  let site: TestConsole
  let bot: SimulatedBot & { botId: string }
  let maya: Person
  let omar: Person
  let sales: string

  beforeAll(async () => {
    desk = await createDesk()
    desk.addGateway()
    bot = await desk.connect('Harbour Shop')
    await desk.owner.do('bot.set_routing', {
      botId: bot.botId as never,
      mode: 'manual',
      departmentId: null,
      fallbackDepartmentId: null,
    })
    sales = await desk.world.department('Sales')
    maya = await desk.world.person('Maya', 'supervisor', [sales])
    omar = await desk.world.person('Omar', 'agent', [sales])
    site = await openConsole(desk.world.node)
  })
  afterAll(async () => {
    await site?.end()
    await desk?.end()
  })

  async function customer(firstName: string, text: string, holder?: Person) {
    const { id, customer, who } = await desk.customer(bot, { firstName, text, ...(holder && { holder }) })
    return { id, say: (next: string) => who.say(bot, next), customerId: customer.id, who }
  }

  test('unread messages are counted until they are looked at, and the look is in the log', async () => {
    const { id, say } = await customer('Una', 'first', maya)
    const { page, context, errors } = await site.signIn(maya)
    await page.getByText('1 unread message').first().waitFor()
    say('second')
    await page.getByText('2 unread messages').first().waitFor()
    await page.getByText('Una').first().click()
    await page.getByRole('log').getByText('second').waitFor()
    await page.getByText('2 unread messages').first().waitFor({ state: 'detached' })
    const entries = await desk.world.entries({ event: 'message.read', conversation: id })
    expect(entries).toMatchObject([{ actor: { id: maya.id }, data: { count: 2 } }])
    expect(await axe(page)).toEqual([])
    expect(errors).toEqual([])
    await context.close()
  })

  test('a key that is pressed while the next conversation is on its way never meets the one before', async () => {
    const before = await customer('Vera', 'here first', maya)
    const next = await customer('Wilma', 'on its way', maya)
    const { page, context, errors } = await site.signIn(maya, { at: `/inbox/${before.id}` })
    await page.getByRole('log').getByText('here first').waitFor()
    let answer = () => {}
    const held = new Promise<void>(resolve => {
      answer = resolve
    })
    await page.route(/conversation\.(get|messages)\?.*/, async route => {
      if (route.request().url().includes(next.id)) await held
      await route.continue()
    })
    await page.getByText('Wilma').first().click()
    await page.keyboard.press('e')
    answer()
    await page.getByRole('log').getByText('on its way').waitFor()
    await page.getByRole('button', { name: 'Hand over', exact: true }).waitFor()
    const { conversation } = await maya.ask('conversation.get', { id: before.id as never })
    expect(conversation.status).toBe('in_progress')
    expect(errors).toEqual([])
    await context.close()
  })

  test('several conversations are chosen by key and changed at once; what was refused is named with its reason', async () => {
    const talks = [
      await customer('Anna', 'a', maya),
      await customer('Berta', 'b', maya),
      await customer('Clara', 'c', maya),
    ]
    const { page, context, errors } = await site.signIn(maya, { at: '/inbox?view=all&status=any' })
    await page.getByText('Clara').first().waitFor()
    for (const name of ['Anna', 'Berta', 'Clara'])
      await page.getByRole('checkbox', { name: `Choose the conversation with ${name}` }).check()
    await page.getByText('3 chosen').waitFor()
    expect(await axe(page)).toEqual([])
    // meanwhile somebody else was faster
    await desk.owner.do('conversation.change_status', {
      conversationId: talks[1]?.id as never,
      status: 'pending',
    })
    await page.getByRole('toolbar').getByRole('button', { name: 'Status' }).click()
    await page.getByRole('menuitem', { name: 'Pending' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('2 done').first().waitFor()
    await dialog.getByText('1 refused').first().waitFor()
    await dialog.getByText('conversation.unchanged').waitFor()
    expect(await axe(page)).toEqual([])
    for (const talk of talks)
      expect((await desk.owner.ask('conversation.get', { id: talk.id as never })).conversation.status).toBe(
        'pending',
      )
    const changed = await desk.world.entries({ event: 'conversation.status_changed', actor: maya.id })
    expect(changed.map(entry => entry.conversationId).sort()).toEqual([talks[0]?.id, talks[2]?.id].sort())
    expect(
      await desk.world.entries({ event: 'command.refused', actor: maya.id, subject: talks[1]?.id ?? '' }),
    ).toHaveLength(1)
    expect(errors).toEqual([])
    await context.close()
  })

  test('a view is saved under a name with its filter, and words are found in messages and notes', async () => {
    const { id } = await customer('Sina', '我的包裹在哪里', maya)
    await maya.do('note.add', { conversationId: id, text: 'parcel KX77 is lost' })
    const { page, context, errors } = await site.signIn(maya)
    await page.getByRole('button', { name: 'More views' }).click()
    await page.getByRole('menuitem', { name: 'Unread', exact: true }).click()
    await page.getByRole('button', { name: 'Take off Unread' }).waitFor()
    await page.getByRole('button', { name: 'More views' }).click()
    await page.getByRole('menuitem', { name: 'Save or manage views…' }).click()
    await page.getByRole('dialog').getByRole('textbox').fill('Not yet read')
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Not yet read', exact: true }).waitFor()
    expect(await axe(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.goto(`${site.url}/inbox`)
    await page.getByRole('button', { name: 'More views' }).click()
    await page.getByRole('menuitem', { name: 'Not yet read' }).click()
    await page.waitForURL(/unread=1/)
    await page.getByRole('button', { name: 'Take off Unread' }).click()
    await page.getByRole('button', { name: 'More views' }).click()
    await page.getByRole('menuitem', { name: 'Save or manage views…' }).click()
    await page.getByRole('button', { name: 'Set “Not yet read” to what the list shows now' }).click()
    await page.getByText('“Not yet read” shows this from now on').waitFor()
    const [changed] = await desk.world.entries({ event: 'inbox_view.changed', actor: maya.id })
    expect(changed).toBeDefined()
    await page.keyboard.press('Escape')
    for (const [words, found] of [
      ['包裹', '我的包裹在哪里'],
      ['kx77', 'parcel KX77 is lost'],
    ] as const) {
      await until(async () => (await maya.ask('conversation.search', { q: words })).items.length === 1)
      await page.getByRole('searchbox').fill(words)
      await page.getByRole('region', { name: 'In messages and notes' }).getByText(found).waitFor()
    }
    expect(await axe(page)).toEqual([])
    await page.getByRole('region', { name: 'In messages and notes' }).getByRole('link').click()
    await page.waitForURL(new RegExp(id))
    expect(errors).toEqual([])
    await context.close()
  })

  test('what is typed outlives a reload and a lost network, is sent once, and belongs to nobody else at this browser', async () => {
    const { id, who } = await customer('Dora', 'hello', omar)
    const { page, context } = await site.signIn(omar, { at: `/inbox/${id}` })
    await page.getByRole('textbox', { name: 'Your reply' }).fill('half a sentence')
    await page.reload()
    const field = page.getByRole('textbox', { name: 'Your reply' })
    await field.waitFor()
    expect(await field.inputValue()).toBe('half a sentence')
    await page.getByText('Draft:').first().waitFor()
    await context.setOffline(true)
    await field.press('Enter')
    // long enough for what a page fetches ahead: that it fails must not take the page away
    await page.waitForTimeout(2_000)
    await field.fill('and another')
    await context.setOffline(false)
    await until(async () => (await desk.texts(id)).includes('half a sentence'))
    await field.press('Enter')
    await until(() => who.received(bot).length === 2)
    await page.waitForTimeout(500)
    expect(who.received(bot).map(message => message.text)).toEqual(['half a sentence', 'and another'])
    expect(await desk.world.entries({ event: 'message.sent', conversation: id })).toHaveLength(2)
    // the server took it and the answer was lost: the page says so, asks again by itself, and nothing goes out twice
    let tries = 0
    await page.route('**/api/message.send', async route => {
      tries++
      if (tries === 1) await route.fetch()
      await (tries < 6 ? route.abort() : route.continue())
    })
    await field.fill('is anybody there')
    await field.press('Enter')
    await page.getByText('The server does not answer. Trying again…').waitFor()
    await page.getByText('Trying again…').waitFor({ state: 'detached' })
    await page.unroute('**/api/message.send')
    expect(await desk.world.entries({ event: 'message.sent', conversation: id })).toHaveLength(3)
    await field.fill('for my eyes')
    await page.getByRole('button', { name: /Signed in as/ }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.waitForURL(/sign-in/)
    await enter(page, desk.owner.email)
    await page.goto(`${site.url}/inbox/${id}`)
    await field.waitFor()
    expect(await field.inputValue()).toBe('')
    await context.close()
  })

  test('two who have one conversation open see each other, and who is writing; nobody else is told, nothing is recorded', async () => {
    const { id } = await customer('Edda', 'hello')
    const [his, hers] = [await site.signIn(omar), await site.signIn(maya)]
    await his.page.goto(`${site.url}/inbox/${id}`)
    await hers.page.goto(`${site.url}/inbox/${id}`)
    await his.page.getByText('Maya has this open too').waitFor()
    await hers.page.getByText('Omar has this open too').waitFor()
    const before = (await desk.world.entries({ conversation: id })).length
    await hers.page.getByRole('textbox', { name: 'Your reply' }).pressSequentially('I will')
    await his.page.getByText('Maya is writing').waitFor()
    expect(await axe(his.page)).toEqual([])
    await hers.page.goto(`${site.url}/inbox`)
    await his.page.getByText('Maya is writing').waitFor({ state: 'detached' })
    await his.page.getByText('Maya has this open too').waitFor({ state: 'detached' })
    expect((await desk.world.entries({ conversation: id })).length).toBe(before)
    await his.context.close()
    await hers.context.close()
  })

  test('a colleague who is called with @ finds it at the bell; a note is changed and taken away where it stands', async () => {
    // somebody whom nothing else has called: not even an earlier attempt of this test
    const name = `Oskar ${randomUUID().slice(0, 8)}`
    const oskar = await desk.world.person(name, 'agent', [sales])
    const { id } = await customer(name.replace('Oskar', 'Frida'), 'help')
    const [hers, his] = [await site.signIn(maya), await site.signIn(oskar)]
    await hers.page.goto(`${site.url}/inbox/${id}`)
    const field = hers.page.getByRole('textbox', { name: 'Note for colleagues' })
    await field.pressSequentially('@Osk')
    await hers.page.getByRole('option', { name }).waitFor()
    await field.press('Enter')
    await field.pressSequentially('please look')
    await hers.page.reload()
    expect(await field.inputValue()).toBe(`@${name} please look`)
    await hers.page.getByRole('button', { name: 'Add note' }).click()
    const bell = his.page.getByRole('button', { name: 'What waits for you: 1 new' })
    await bell.waitFor({ timeout: 20_000 })
    expect(await axe(his.page)).toEqual([])
    await bell.click()
    await his.page
      .getByRole('dialog')
      .getByRole('button', { name: /Maya calls you/ })
      .first()
      .click()
    await his.page.waitForURL(new RegExp(id))
    await his.page.getByRole('button', { name: 'What waits for you: 0 new' }).waitFor()

    await hers.page.getByRole('button', { name: 'Note by Maya' }).click()
    await hers.page.getByRole('menuitem', { name: 'Edit' }).click()
    await hers.page.getByRole('textbox', { name: 'Edit' }).fill('never mind')
    await hers.page.getByRole('button', { name: 'Save' }).click()
    await hers.page.getByRole('link', { name: /Version 2/ }).waitFor()
    expect(await axe(hers.page)).toEqual([])
    await hers.page.getByRole('button', { name: 'Note by Maya' }).click()
    await hers.page.getByRole('menuitem', { name: 'Remove' }).click()
    await hers.page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await his.page.getByText('never mind').waitFor({ state: 'detached' })
    const told = (await desk.world.entries({ event: 'note.*', conversation: id })).map(({ event }) => event)
    expect(told).toEqual(['note.added', 'note.edited', 'note.deleted'])
    for (const { context, errors } of [hers, his]) {
      expect(errors).toEqual([])
      await context.close()
    }
  })

  test('labels are kept, one of a set is asked for, and two accounts become one customer after a look at what changes', async () => {
    const old = await customer('Gustav', 'first account', maya)
    const now = await customer('Gus', 'second account', maya)
    const { page, context, errors } = await site.signIn(maya, { at: '/replies' })
    await page.getByRole('textbox', { name: 'New label' }).fill('billing')
    await page.getByRole('button', { name: 'Add label' }).click()
    const name = page.getByRole('textbox', { name: 'Name of billing' })
    await name.fill('Billing')
    await name.press('Enter')
    await page.getByRole('textbox', { name: 'Name of Billing' }).waitFor()
    await page.getByRole('button', { name: 'Add set' }).click()
    await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('Topic')
    await page.getByRole('dialog').getByRole('combobox', { name: 'Labels' }).click()
    await page.getByRole('option', { name: 'Billing' }).click()
    await page.keyboard.press('Tab')
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await page.getByText('Topic', { exact: true }).waitFor()
    expect(await axe(page)).toEqual([])

    await page.goto(`${site.url}/inbox/${now.id}`)
    await page.getByText('A label of “Topic” is missing.').waitFor()
    const said = (id: string, profile: object) =>
      maya.do('customer.update_profile', { customerId: id as never, ...profile })
    await said(old.customerId, { nickname: 'Gusti', remark: 'calls at night' })
    await said(now.customerId, { remark: 'pays late' })
    await page.getByRole('button', { name: 'Same person as…' }).click()
    await page.getByRole('searchbox', { name: 'Name of the other account' }).fill('Gustav')
    await page.getByRole('dialog').getByRole('button', { name: 'Gustav' }).click()
    await page.getByText('“Gustav” is shown as “Gus” everywhere.').waitFor()
    await page.getByText('Taken over, because “Gus” has none: Nickname (Gusti).').waitFor()
    await page.getByText('Remark: pays late (not calls at night)', { exact: false }).waitFor()
    expect(await axe(page)).toEqual([])
    await page.getByRole('button', { name: 'Join accounts' }).click()
    await page.getByRole('heading', { name: 'Other conversations' }).waitFor()
    const { conversation } = await maya.ask('conversation.get', { id: old.id })
    expect(conversation.customer.name).toBe('Gus')
    expect(errors).toEqual([])
    await context.close()
  })

  test('the palette does, goes and finds; Escape in a list closes the list and leaves the conversation open', async () => {
    const { id } = await customer('Hilda', 'a very special kettle', maya)
    await until(async () => (await maya.ask('conversation.search', { q: 'kettle' })).items.length === 1)
    const { page, context, errors } = await site.signIn(maya, { at: `/inbox/${id}` })
    await page.getByRole('button', { name: 'Add label' }).click()
    await page.getByPlaceholder('Find or create a label').waitFor()
    await page.keyboard.press('Escape')
    await page.getByPlaceholder('Find or create a label').waitFor({ state: 'hidden' })
    expect(page.url()).toContain(id)
    // at once: what is typed before the palette is there belongs to it, and `e`, `t` or `l` do nothing to the page
    await page.keyboard.press('Control+k')
    await page.keyboard.type('kettle')
    await page.getByRole('option', { name: /special kettle/ }).waitFor()
    expect(await axe(page)).toEqual([])
    await page.getByRole('combobox', { name: /Do, go to/ }).fill('pending')
    await page.getByRole('option', { name: 'Set to: Pending' }).click()
    await until(async () => (await maya.ask('conversation.get', { id })).conversation.status === 'pending')
    expect(errors).toEqual([])
    await context.close()
  })

  test('each bot has its hours on its card, and they are saved with what stood there before', async () => {
    const { page, context, errors } = await site.signIn(desk.owner, { at: '/bots' })
    await page.getByRole('button', { name: /Business hours/ }).click()
    await page.getByRole('dialog').getByRole('textbox', { name: 'Monday' }).fill('always')
    await page.getByText('Write it as 09:00-12:00, 13:00-17:00').waitFor()
    await page.getByRole('dialog').getByRole('textbox', { name: 'Monday' }).fill('9:00-12:00, 13:00-17:00')
    expect(await axe(page)).toEqual([])
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: 'Business hours: its own' }).waitFor()
    const [change] = await desk.world.entries({ event: 'setting.changed', subject: 'desk.business_hours' })
    expect(JSON.parse(String(change?.data.to))).toMatchObject({
      [bot.botId]: {
        week: {
          mon: [
            ['09:00', '12:00'],
            ['13:00', '17:00'],
          ],
        },
      },
    })
    await desk.owner.do('setting.change', { key: 'desk.business_hours', value: '' })
    expect(errors).toEqual([])
    await context.close()
  })
})
