import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readTrust, sourceOf, verifyBundleFile } from '@tracedesk/proof/node'
import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { canBrowse } from './support/browser.ts'
import { axe, leave, MOVING, openConsole, type Seat, type TestConsole } from './support/console.ts'
import { createDesk, type Desk, until } from './support/desk.ts'
import { Hand, measureJourneys } from './support/hand.ts'
import type { Person } from './support/world.ts'

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 })

/**
 * How many clicks and presses each journey may take from sign-in; words that are typed do not count. Exporting begins
 * with what is seen: it is counted from there.
 */
const take = measureJourneys({
  didAnybodyAnswer: 4,
  exportWhatISee: 2,
  changesOfASetting: 3,
  changesOfALabel: 3,
  erase: 4,
  eraseAsTheSecond: 3,
  handOutPackage: 5,
  handOutWhatTheBotWasAsked: 2,
  proveAnEntry: 3,
  fromComplaintToAnswer: 5,
  reportOfACase: 1,
})

describe.skipIf(!canBrowse())('the way to', () => {
  let desk: Desk
  let site: TestConsole
  let bot: Awaited<ReturnType<Desk['connect']>>
  let admin: Person
  let gwen: Person

  beforeAll(async () => {
    desk = await createDesk()
    desk.addGateway()
    bot = await desk.connect('Harbour Shop')
    admin = await desk.world.person('Ada Admin', 'admin')
    gwen = await desk.world.person('Gwen Agent')
    site = await openConsole(desk.world.node)
  })
  afterAll(async () => {
    await site?.end()
    await desk?.end()
  })

  /** Somebody who has just signed in, and sees where they are. */
  async function arrive(person: Person): Promise<Seat> {
    const seat = await site.signIn(person, MOVING)
    await seat.page
      .getByRole('list', { name: 'Conversations' })
      .or(seat.page.getByText('Choose a conversation'))
      .first()
      .waitFor()
    return seat
  }
  const inRail = ({ page }: Seat, name: string): Locator =>
    page.getByRole('navigation').getByRole('link', { name, exact: true }).first()

  const customer = (firstName: string, text: string) => desk.customer(bot, { firstName, text })

  test('whether anybody answered a customer in an hour of a day is known in four, with the evidence on the screen', async () => {
    const anna = await customer('Anna Petrova', 'Is anybody there?')
    await desk.send(anna.id, 'Here I am, Anna')
    await customer('Boris', 'Something else')
    await desk.world.settle()
    const now = new Date()
    const day = new Intl.DateTimeFormat('en-US', { month: 'long', day: 'numeric', timeZone: 'UTC' }).format(
      now,
    )
    const hour = now.getUTCHours()
    const seat = await arrive(desk.owner)
    const { page } = seat
    const hand = new Hand(page)
    await take('didAnybodyAnswer', hand, async () => {
      await hand.press('Control+k')
      await hand.type(`Anna ${day} ${hour}:00-${hour + 1}:00`)
      await page.getByRole('option', { name: /^Log: Anna Petrova/ }).waitFor()
      await hand.press('Enter')
      await page.getByText('Here I am, Anna').waitFor()
    })
    expect(await page.getByText('Something else').count()).toBe(0)
    const address = new URL(page.url()).searchParams
    expect(address.get('customer')).toBe(anna.customer.id)
    expect(Date.parse(address.get('to') ?? '') - Date.parse(address.get('from') ?? '')).toBe(3_600_000)
    // the same hour of the day before: nobody wrote, and it is said
    const before = new Hand(page)
    await take('didAnybodyAnswer', before, async () => {
      await before.press('Control+k')
      await before.type(`Anna yesterday ${hour}:00`)
      await page.getByRole('option', { name: /^Log: Anna Petrova/ }).waitFor()
      await before.press('Enter')
      await page.getByText('No entries').first().waitFor()
    })
    expect(await axe(page)).toEqual([])
    await leave(seat)
  })

  test('export what is on the screen is two', async () => {
    const anna = await customer('Exa', 'to be exported')
    const known = new Set((await desk.entries('export.*')).map(({ id }) => id))
    const exported = async (event: string) => (await desk.entries(event)).filter(({ id }) => !known.has(id))
    const seat = await arrive(desk.owner)
    const { page } = seat
    await page.goto(`${site.url}/log?customer=${anna.customer.id}&event=message.received`)
    await page.getByText('to be exported').waitFor()
    const hand = new Hand(page)
    await take('exportWhatISee', hand, async () => {
      await hand.click(page.getByRole('button', { name: 'Export', exact: true }))
      await hand.click(page.getByRole('menuitem', { name: 'CSV' }).first())
      await until(async () => (await exported('export.completed')).length > 0)
    })
    expect((await exported('export.requested'))[0]?.data).toMatchObject({
      format: 'csv',
      filter: { customer: [anna.customer.id], event: ['message.received'] },
    })
    expect((await exported('export.completed'))[0]?.data).toMatchObject({ rows: 1 })
    await leave(seat)
  })

  test('all changes of a setting and of a label, with before and after, are three', async () => {
    await desk.owner.do('setting.change', { key: 'conversation.reopen_hours', value: 31 })
    await desk.owner.do('setting.change', { key: 'conversation.reopen_hours', value: 47 })
    const { label } = (await desk.owner.do('label.create', { name: 'Refnud' })) as { label: { id: string } }
    await desk.owner.do('label.rename', { labelId: label.id as never, name: 'Refund' })
    await desk.world.settle()
    const seat = await arrive(desk.owner)
    const { page } = seat
    const hand = new Hand(page)
    await take('changesOfASetting', hand, async () => {
      await hand.click(inRail(seat, 'Settings'))
      const row = page.locator('form').filter({ hasText: 'reopens a resolved conversation' })
      await hand.click(row.getByRole('link', { name: 'Changes to this setting' }))
      await page.getByText('47').first().waitFor()
    })
    for (const text of ['24', '31', '47']) expect(await page.getByText(text).count()).toBeGreaterThan(0)
    await page.goto(`${site.url}/inbox`)
    const other = new Hand(page)
    await take('changesOfALabel', other, async () => {
      await other.click(inRail(seat, 'Replies'))
      await other.click(page.getByRole('link', { name: 'History of Refund' }))
      await page.getByText('Refnud').first().waitFor()
    })
    await leave(seat)
  })

  test('prove an entry to an outsider is three, with the file in hand', async () => {
    await customer('Petra', 'prove this')
    await desk.world.settle()
    const seat = await arrive(desk.owner)
    const { page } = seat
    const hand = new Hand(page)
    const downloading = page.waitForEvent('download')
    await take('proveAnEntry', hand, async () => {
      await hand.click(inRail(seat, 'Log'))
      await hand.click(page.locator('[data-entry-row]').filter({ hasText: 'Received' }).first())
      await hand.click(page.getByRole('button', { name: 'Evidence of this entry' }))
      await downloading
    })
    const file = new Uint8Array(readFileSync(await (await downloading).path()))
    const [signer] = await desk.world.asSuperuser<{ vkey: string }>('select vkey from log_signer')
    const report = await verifyBundleFile(sourceOf(file), readTrust(signer?.vkey ?? ''))
    expect(report.verdict).toBe('ok')
    await leave(seat)
  })

  test('from a complaint to what the log says of it is five, and its report on paper one more', async () => {
    const talk = await customer('Clara Complains', 'nobody ever answers me')
    await desk.send(talk.id, 'But I did, Clara')
    const seat = await arrive(desk.owner)
    const { page } = seat
    const hand = new Hand(page)
    await take('fromComplaintToAnswer', hand, async () => {
      await hand.press('Control+k')
      await hand.type('Clara')
      await page.getByRole('option', { name: /^Clara Complains/ }).waitFor()
      await hand.press('Enter')
      await hand.click(page.getByRole('button', { name: 'Open a dispute' }).first())
      await page.getByRole('dialog').waitFor()
      await hand.type('Says that nobody answered')
      await hand.press('Enter')
      await page.getByRole('heading', { name: 'Says that nobody answered' }).waitFor()
      await hand.click(page.getByRole('button', { name: 'Check', exact: true }))
      const refuted = page.getByRole('alert').filter({ hasText: 'never replied: contradicted' })
      await refuted.getByText('But I did, Clara', { exact: false }).waitFor()
    })
    const downloading = page.waitForEvent('download')
    await take('reportOfACase', hand, async () => {
      await hand.click(page.getByRole('link', { name: 'Report (PDF)' }))
      await downloading
    })
    const pdf = readFileSync(await (await downloading).path())
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
    // the hold that keeps it says why in words, and leads to the case
    await page.goto(`${site.url}/holds`)
    await page.getByRole('link', { name: 'The dispute' }).click()
    await page.getByRole('heading', { name: 'Says that nobody answered' }).waitFor()
    await leave(seat)
  })

  test('everything held about a customer is in their hands in five from a complaint, in two from a request at the bot', async () => {
    // nobody of this name is there from an earlier try
    const name = `Пётр ${randomUUID().slice(0, 8)}`
    const talk = await desk.customer(bot, { firstName: name, text: 'что вы храните?', languageCode: 'ru' })
    const seat = await arrive(desk.owner)
    const { page } = seat
    const row = page.getByRole('row').filter({ hasText: name })
    const inRussian = row.getByRole('button', { name: 'Make the package in Russian' })
    const hand = new Hand(page)
    const first = page.waitForEvent('download')
    await take('handOutPackage', hand, async () => {
      await hand.press('Control+k')
      await hand.type(name)
      await page.getByRole('option', { name: new RegExp(`^${name}`) }).waitFor()
      await hand.press('Enter')
      await hand.click(page.getByRole('link', { name: 'Privacy…' }))
      await hand.click(page.getByRole('radio', { name: 'a copy of the data' }))
      await hand.click(page.getByRole('button', { name: 'Note it and make the package' }))
      await first
    })
    expect(
      readFileSync(await (await first).path())
        .subarray(0, 2)
        .toString(),
    ).toBe('PK')
    await row.getByRole('button', { name: 'Close…' }).click()
    await page.getByRole('menuitem', { name: 'fulfilled' }).click()
    await row.waitFor({ state: 'detached' })
    // what is asked at the bot stands on the open page by itself
    talk.who.say(bot, '/privacy export')
    await inRussian.waitFor()
    await page.goto(`${site.url}/inbox`)
    const second = page.waitForEvent('download')
    const other = new Hand(page)
    await take('handOutWhatTheBotWasAsked', other, async () => {
      await other.click(inRail(seat, 'Privacy'))
      await other.click(inRussian)
      await second
    })
    expect(await axe(page)).toEqual([])
    const made = await desk.world.entries({
      event: 'privacy.subject_exported',
      customer: talk.customer.id as never,
    })
    expect(made.map(({ data }) => data.language)).toEqual(['ru', 'ru'])
    await row.getByRole('link', { name }).click()
    await page.getByText('что вы храните?').first().waitFor()
    // who answered there is said: no person, and not just anybody
    await page.getByRole('log').getByText('Rule: Answers questions about data').first().waitFor()
    await leave(seat)
  })

  test('erase a customer is four for the first person and three for the second', async () => {
    const talk = await customer('Erik Erased', 'forget me')
    const erased = () =>
      desk.world.entries({ event: 'privacy.subject_erased', subject: talk.customer.id as never })
    const colleague = await arrive(gwen)
    await colleague.page.goto(`${colleague.page.url().replace(/inbox.*/, '')}inbox/${talk.id}`)
    await colleague.page.getByRole('textbox', { name: 'Reply' }).fill('Dear Erik')
    const keptBy = () =>
      colleague.page.evaluate(
        (id: string) => Object.keys(localStorage).filter(name => name.endsWith(id)),
        talk.id,
      )
    const [draft = ''] = await until(async () => ((await keptBy()).length > 0 ? keptBy() : null))
    const seat = await arrive(desk.owner)
    const { page } = seat
    const hand = new Hand(page)
    await take('erase', hand, async () => {
      await hand.press('Control+k')
      await hand.type('Erik')
      await page.getByRole('option', { name: /^Erik Erased/ }).waitFor()
      await hand.press('Enter')
      await hand.click(page.getByRole('link', { name: 'Privacy…' }))
      await page.getByText('Goes once a second person agrees', { exact: false }).waitFor()
      expect(await axe(page)).toEqual([])
      await hand.click(page.getByRole('button', { name: 'Note it and ask for the erasure' }))
      await page.getByText('Waits for a second person').waitFor()
    })
    expect(await erased()).toEqual([])
    await leave(seat)
    const second = await arrive(admin)
    const other = new Hand(second.page)
    await take('eraseAsTheSecond', other, async () => {
      await other.click(inRail(second, 'Privacy'))
      await other.click(second.page.getByRole('button', { name: 'Erase…' }))
      await other.click(second.page.getByRole('dialog').getByRole('button', { name: 'Erase…' }))
      await until(async () => (await erased()).length === 1)
    })
    expect((await erased())[0]).toMatchObject({
      actor: { id: admin.id },
      data: { secondPerson: true },
    })
    await leave(second)
    // what a colleague had begun to write goes from the page that is open, and from a browser that comes back
    await until(async () => (await keptBy().catch(() => [draft])).length === 0)
    await colleague.page.getByText('forget me').waitFor({ state: 'detached' })
    await colleague.page.evaluate((name: string) => localStorage.setItem(name, 'Dear Erik'), draft)
    await colleague.page.reload()
    await colleague.page.getByRole('navigation').first().waitFor()
    expect(await keptBy()).toEqual([])
    await leave(colleague)
  })
})
