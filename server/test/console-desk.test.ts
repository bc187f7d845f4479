import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { canBrowse } from './support/browser.ts'
import { axe, openConsole, type TestConsole, widthBeside } from './support/console.ts'
import { until } from './support/desk.ts'
import { checkReplay } from './support/replay.ts'
import { createWorld, type Person, type World } from './support/world.ts'

// browsers of several people: a busy machine takes its time
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

describe.skipIf(!canBrowse())('handing over in a browser', () => {
  let world: World
  let site: TestConsole
  let maya: Person
  let omar: Person
  let sales: string

  beforeAll(async () => {
    world = await createWorld()
    sales = await world.department('Sales')
    maya = await world.person('Maya')
    omar = await world.person('Omar', 'agent', [sales])
    site = await openConsole(world.node)
  })
  afterAll(async () => {
    await site?.end()
    await world?.end()
  })

  test('two clicks hand a conversation to a department where nobody is; who comes accepts it there', async () => {
    const talk = await world.conversation({ assignee: maya.id, name: 'Carla Customer' })
    const { page, context, errors } = await site.signIn(maya)
    await page.getByRole('button', { name: /I am: online/ }).waitFor()
    await page.getByText('Carla Customer').first().click()
    await page.getByRole('button', { name: 'Hand over', exact: true }).click()
    await page.getByRole('dialog').getByText('Sales').click()
    await page.getByText('Nobody there is online.', { exact: false }).waitFor()
    expect(await axe(page)).toEqual([])
    await page.getByRole('button', { name: 'End of shift' }).click()
    await page.getByText('Offered to Sales, not accepted yet.').waitFor()

    const his = await site.signIn(omar)
    await his.page.getByRole('button', { name: 'Offered to me' }).click()
    await his.page.getByText('Carla Customer').first().click()
    await his.page.getByText('Maya hands this conversation to you.').waitFor()
    expect(await axe(his.page)).toEqual([])
    await his.page.getByRole('button', { name: 'Accept' }).click()
    await page.getByText('does not exist, or is not yours', { exact: false }).waitFor()
    expect(await checkReplay(world, talk.id, { assigneeId: maya.id })).toMatchObject({ assigneeId: omar.id })
    expect([...errors, ...his.errors]).toEqual([])
    await context.close()
    await his.context.close()
  })

  test('presence, priority, pin and snooze are a menu away and stand in the log', async () => {
    const talk = await world.conversation({ assignee: maya.id, name: 'Dora' })
    const { page, context } = await site.signIn(maya)
    await page.getByText('Dora').first().click()
    for (const item of ['Urgent', 'Pin for me', 'Tomorrow morning']) {
      await page.getByRole('button', { name: 'Snooze, priority, pin' }).click()
      await page.getByRole('menuitem', { name: new RegExp(item, 'i') }).click()
    }
    await page.getByText(/or until the customer writes/).waitFor()
    expect(await axe(page)).toEqual([])
    await page.getByRole('button', { name: /I am:/ }).click()
    await page.getByRole('menuitem', { name: 'Lunch' }).click()
    await page.getByRole('button', { name: 'I am: Lunch. Change' }).waitFor()
    await page.getByRole('button', { name: 'Pinned' }).click()
    await page.getByText('Dora').first().waitFor()
    expect(await checkReplay(world, talk.id, { assigneeId: maya.id })).toMatchObject({
      priority: 'urgent',
      pinnedBy: [maya.id],
      snoozedUntil: expect.any(String),
    })
    expect((await world.entries({ event: 'presence.changed', actor: maya.id })).at(-1)).toMatchObject({
      data: { to: 'away', by: 'person' },
      reason: { code: 'lunch' },
    })
    await context.close()
  })

  test('how a bot’s conversations find somebody is a choice on its card', async () => {
    await world.conversation()
    const { page, context } = await site.signIn(world.owner, { at: '/bots' })
    await page.getByRole('combobox', { name: 'New conversations go to' }).first().waitFor()
    expect(await axe(page)).toEqual([])
    await page.getByRole('combobox', { name: 'New conversations go to' }).first().click()
    await page.getByRole('option', { name: 'by hand only' }).click()
    const [changed] = await until(async () => {
      const entries = await world.entries({ event: 'bot.routing_changed' })
      return entries.length > 0 && entries
    })
    expect(changed?.data).toMatchObject({ from: { mode: 'online_first' }, to: { mode: 'manual' } })
    await context.close()
  })

  test('the board shows who is there and who waits, in each language and on a phone, and each number opens what it counts', async () => {
    const talk = await world.conversation({ name: 'Wanda Waits' })
    await world.asSuperuser(
      "update conversation set waiting_since = now() - interval '1 hour' where conversation_id = $1",
      [talk.id],
    )
    for (const options of [
      {},
      { viewport: { width: 390, height: 844 }, locale: 'ru-RU', colorScheme: 'dark' as const },
      { locale: 'zh-CN' },
    ]) {
      const { page, context, errors } = await site.signIn(world.owner, { ...options, at: '/board' })
      await page.getByText('Wanda Waits').waitFor()
      expect(await axe(page)).toEqual([])
      expect(await widthBeside(page)).toBe(0)
      // a number opens exactly what it counts: each customer who waits, with the message since which they do
      const waiting = page.getByRole('main').locator('a[href*="/board/waiting"]')
      const counted = Number(await waiting.locator('b').textContent())
      await waiting.click()
      await page.waitForURL(/board\/waiting/)
      const rows = page.getByRole('main').getByRole('listitem')
      await rows.filter({ hasText: 'Wanda Waits' }).waitFor()
      expect(await rows.count()).toBe(counted)
      expect(await axe(page)).toEqual([])
      expect(await widthBeside(page)).toBe(0)
      expect(errors).toEqual([])
      await context.close()
    }
  })

  test('one conversation is continued in another of the same customer, after a look at what goes and what stays', async () => {
    const [from, into] = [
      await world.conversation({ assignee: maya.id, name: 'Emma' }),
      await world.conversation({ assignee: maya.id, name: 'Emma too' }),
    ]
    await world.asSuperuser(
      'update conversation c set customer_id = o.customer_id, bot_id = o.bot_id, chat_id = null from conversation o where c.conversation_id = $1 and o.conversation_id = $2',
      [into.id, from.id],
    )
    const { page, context, errors } = await site.signIn(maya, { at: `/inbox/${from.id}` })
    await page.getByRole('button', { name: 'Continue there' }).click()
    await page
      .getByRole('dialog')
      .getByText('Every message and entry, where it is.', { exact: false })
      .waitFor()
    expect(await axe(page)).toEqual([])
    await page.getByRole('dialog').getByRole('button', { name: 'Merge' }).click()
    await page.getByText('This conversation was merged into another one.').waitFor()
    await page.getByRole('link', { name: 'Go on there' }).click()
    await page.waitForURL(new RegExp(into.id))
    for (const [talk, side] of [
      [from, 'merged_away'],
      [into, 'kept'],
    ] as const)
      expect(
        (await world.entries({ event: 'conversation.merged', conversation: talk.id })).at(-1),
      ).toMatchObject({
        actor: { id: maya.id },
        data: { side },
      })
    expect(await checkReplay(world, from.id, { assigneeId: maya.id })).toMatchObject({ status: 'resolved' })
    expect(errors).toEqual([])
    await context.close()
  })
})
