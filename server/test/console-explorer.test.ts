import { randomUUID } from 'node:crypto'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { canBrowse } from './support/browser.ts'
import { axe, leave, openConsole, type TestConsole } from './support/console.ts'
import { createDesk, type Desk, until } from './support/desk.ts'
import type { Person } from './support/world.ts'

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 })

describe.skipIf(!canBrowse())('the explorer in a browser', () => {
  let desk: Desk
  let site: TestConsole
  let bot: Awaited<ReturnType<Desk['connect']>>
  let other: Awaited<ReturnType<Desk['connect']>>
  let maya: Person
  let anna: { who: ReturnType<Desk['telegram']['createUser']>; id: string; customerId: string }

  beforeAll(async () => {
    desk = await createDesk()
    desk.addGateway()
    bot = await desk.connect('Harbour')
    other = await desk.connect('Lighthouse')
    maya = await desk.world.person('Maya', 'admin')
    const who = desk.telegram.createUser({ firstName: 'Anna' })
    who.say(bot, 'Where is my refund?')
    const talk = await until(async () => (await desk.conversations())[0])
    anna = { who, id: talk.id, customerId: talk.customer.id }
    await maya.do('message.send', { conversationId: talk.id, text: 'The refund is on its way' })
    await desk.send(talk.id, 'And I say so too')
    who.say(other, 'Nobody here?')
    for (const [firstName, text] of [
      ['王小明', '我的包裹在哪里'],
      ['ليلى', 'أين طردي'],
      ['Ольга', 'Где моя посылка'],
    ] as const)
      desk.telegram.createUser({ firstName }).say(bot, text)
    await until(async () => (await desk.conversations()).length === 5)
    await desk.world.settle()
    const { node, workspaceId } = desk.world
    while ((await node.textIndex.indexOnce(workspaceId)) > 0);
    site = await openConsole(node)
  })
  afterAll(async () => {
    await site?.end()
    await desk?.end()
  })

  const rows = (page: Page) => page.locator('article').filter({ has: page.locator('[data-entry-row]') })
  const asked = (page: Page) => new URL(page.url()).searchParams

  test('words are found in Chinese, Arabic and Russian; all filters hold at once, and the facets say what else there is', async () => {
    const seat = await site.signIn(desk.owner, { at: '/log' })
    const { page } = seat
    for (const [word, text] of [
      ['包裹', '我的包裹在哪里'],
      ['طردي', 'أين طردي'],
      ['посылка', 'Где моя посылка'],
    ] as const) {
      await page.getByRole('searchbox', { name: 'Words in the entry' }).fill(word)
      await expect.poll(() => asked(page).get('q')).toBe(word)
      await expect.poll(() => rows(page).count()).toBe(1)
      await page.getByText(text).first().waitFor()
    }
    const all = new URLSearchParams({
      range: 'd1',
      event: 'message.sent',
      actor: maya.id,
      actorKind: 'agent',
      bot: bot.botId,
      customer: anna.customerId,
      conversation: anna.id,
      outcome: 'done',
      source: 'console',
      q: 'refund',
    })
    await page.goto(`${site.url}/log?${all}`)
    await page.getByText('The refund is on its way').first().waitFor()
    expect(await rows(page).count()).toBe(1)
    const panel = page.getByRole('complementary', { name: 'Breakdown' })
    await panel.getByText('1 entry', { exact: false }).first().waitFor()
    // beside Maya there is the owner, who wrote no such words
    await page.goto(`${site.url}/log?event=message.sent&conversation=${anna.id}`)
    await panel.getByRole('button', { name: /Maya/ }).or(panel.getByText('Maya')).first().click()
    await expect.poll(() => asked(page).getAll('actor')).toEqual([maya.id])
    await expect.poll(() => rows(page).count()).toBe(1)
    expect(await axe(page)).toEqual([])
    await leave(seat)
  })

  test('a span is brushed out of the density, by mouse and by keys', async () => {
    const seat = await site.signIn(desk.owner, { at: '/log?range=h1' })
    const { page } = seat
    const bars = page.getByRole('slider')
    await bars.waitFor()
    await bars.press('ArrowLeft')
    for (let i = 0; i < 3; i++) await bars.press('Shift+ArrowLeft')
    await bars.press('Enter')
    await expect.poll(() => asked(page).get('from')).not.toBeNull()
    expect(Date.parse(asked(page).get('from') ?? '')).toBeLessThan(Date.parse(asked(page).get('to') ?? ''))
    await page.goto(`${site.url}/log?range=h1&conversation=${anna.id}`)
    await bars.waitFor()
    const box = await bars.boundingBox()
    if (!box) throw new Error('the bars have no place')
    await page.mouse.move(box.x + box.width * 0.5, box.y + 10)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width - 2, box.y + 10, { steps: 5 })
    await page.mouse.up()
    await expect.poll(() => asked(page).get('to')).not.toBeNull()
    expect(Date.parse(asked(page).get('to') ?? '') - Date.parse(asked(page).get('from') ?? '')).toBeLessThan(
      40 * 60_000,
    )
    await page.getByText('And I say so too').first().waitFor()
    await leave(seat)
  })

  test('another zone shifts every time, and the address takes filter, zone and open entry to somebody else', async () => {
    const seat = await site.signIn(desk.owner)
    const { page } = seat
    const timeOf = async (at: Page) => (await at.locator('[data-entry-row] time').first().textContent()) ?? ''
    const query = `event=message.received&conversation=${anna.id}`
    await page.goto(`${site.url}/log?${query}`)
    await page.getByText('Where is my refund?').first().waitFor()
    const here = await timeOf(page)
    await page.goto(`${site.url}/log?${query}&zone=Asia/Shanghai`)
    await page.getByText('Where is my refund?').first().waitFor()
    const there = await timeOf(page)
    const hours = (Number(there.slice(0, 2)) - Number(here.slice(0, 2)) + 24) % 24
    expect([hours, there.slice(2)]).toEqual([8, here.slice(2)])
    await page.locator('[data-entry-row]').first().click()
    await page.getByRole('heading', { name: 'Proof' }).waitFor()
    const address = page.url()
    await leave(seat)
    const second = await site.signIn(maya, { timezoneId: 'America/New_York' })
    await second.page.goto(address)
    await second.page.getByRole('heading', { name: 'Proof' }).waitFor()
    expect(await timeOf(second.page)).toBe(there)
    expect(await rows(second.page).count()).toBe(1)
    await leave(second)
  })

  test('an entry leads to its conversation at that moment, to the customer across bots, and to everything its agent did', async () => {
    const seat = await site.signIn(desk.owner, { at: `/log?event=message.sent&actor=${maya.id}` })
    const { page } = seat
    await page.locator('[data-entry-row]').first().click()
    const trails = page.getByRole('navigation', { name: 'From here' })
    await trails.getByRole('link', { name: 'The conversation up to this moment' }).click()
    await page.getByText('Where is my refund?').first().waitFor()
    expect(await page.getByText('And I say so too').count(), 'what came later is not there').toBe(0)
    await trails.getByRole('link', { name: 'Everything about this customer' }).click()
    await page.getByText('Nobody here?').first().waitFor()
    await page.getByText('And I say so too').first().waitFor()
    await page.goto(`${site.url}/log?event=message.sent&actor=${maya.id}`)
    await page.locator('[data-entry-row]').first().click()
    await trails.getByRole('link', { name: 'Everything they did' }).click()
    await expect.poll(() => asked(page).getAll('actor')).toEqual([maya.id])
    expect(asked(page).get('event')).toBeNull()
    await leave(seat)
  })

  test('two entries stand side by side; a view gets a name for everybody; what happens appears by itself', async () => {
    const seat = await site.signIn(desk.owner, { at: `/log?event=message.sent&conversation=${anna.id}` })
    const { page } = seat
    await page.locator('[data-entry-row]').nth(0).click()
    await page.getByRole('button', { name: 'Compare', exact: true }).click()
    await page.locator('[data-entry-row]').nth(1).click()
    const compared = page.getByRole('dialog', { name: 'Two entries compared' })
    await compared.getByText(/\d+ fields? differs?/).waitFor()
    // what was written differs and is told by its name; who wrote to whom does not, and stands aside
    await compared.getByRole('row', { name: /^Text/ }).getByText('And I say so too').waitFor()
    await compared.getByText('The same in both').waitFor()
    expect(await compared.getByRole('row', { name: /^Event/ }).count()).toBe(0)
    await compared.getByText('The refund is on its way').first().waitFor()
    expect(await axe(page)).toEqual([])
    await page.goto(`${site.url}/log?event=message.*&bot=${bot.botId}`)
    await page.getByRole('button', { name: 'Saved views' }).click()
    await page.getByText('Save and manage…').click()
    await page.getByRole('textbox', { name: 'Save what is shown as' }).fill('Harbour talk')
    await page
      .getByRole('checkbox', { name: 'For everybody' })
      .or(page.getByLabel('For everybody'))
      .first()
      .check()
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await until(async () =>
      (await maya.ask('log_view.list', {})).items.some(view => view.name === 'Harbour talk'),
    )
    const second = await site.signIn(maya, { at: '/log' })
    await second.page.getByRole('button', { name: 'Saved views' }).click()
    await second.page.getByRole('menuitem', { name: 'Harbour talk' }).click()
    await expect.poll(() => asked(second.page).get('bot')).toBe(bot.botId)
    await second.page.getByRole('button', { name: 'Live', exact: true }).click()
    await second.page.getByText('Showing entries as they happen').waitFor()
    anna.who.say(bot, 'I am back, live')
    await second.page.getByText('I am back, live').first().waitFor()
    await leave(seat)
    await leave(second)
  })

  test('whoever asked to see what is withheld sees it on the page that is open, as soon as somebody agrees', async () => {
    const name = `Otto ${randomUUID().slice(0, 8)}`
    const otto = await desk.world.person(name, 'auditor')
    await desk.owner.do('setting.change', { key: 'reveal.second_person', value: true })
    onTestFinished(async () => {
      await desk.owner.do('setting.change', { key: 'reveal.second_person', value: false })
    })
    const { items } = await otto.ask('log.search', { conversation: anna.id, event: 'message.received' })
    const asker = await site.signIn(otto, { at: `/log?conversation=${anna.id}&entry=${items.at(-1)?.id}` })
    const agreer = await site.signIn(desk.owner)
    const [{ page }, { page: other }] = [asker, agreer]
    await page.getByRole('button', { name: 'Reveal…' }).click()
    await page.getByRole('dialog').getByRole('textbox').fill('Complaint 12')
    await page.getByRole('dialog').getByRole('button', { name: 'Reveal this entry' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await page.getByText('Where is my refund?').count()).toBe(0)
    // whether a page was loaded anew, the page itself does not forget
    await page.evaluate('window.stayed = true')

    await other.getByRole('button', { name: /^Alerts/ }).click()
    const asked = other.getByRole('listitem').filter({ hasText: name })
    await asked.getByText('Complaint 12').waitFor()
    await asked.getByRole('button', { name: 'Agree' }).click()
    await page.getByText('Where is my refund?').first().waitFor()
    expect(await page.evaluate('window.stayed')).toBe(true)
    // only what was asked for
    expect(await page.getByText('The refund is on its way').count()).toBe(0)
    for (const seat of [asker, agreer]) await leave(seat)
  })
})
