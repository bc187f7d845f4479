import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isHeld } from '../src/modules/holds/index.ts'
import { canBrowse } from './support/browser.ts'
import { axe, openConsole, type TestConsole, widthBeside } from './support/console.ts'
import { createDesk, type Desk, until } from './support/desk.ts'
import type { Person } from './support/world.ts'

const TRACEDESK = fileURLToPath(new URL('../../bin/tracedesk', import.meta.url))
const run = promisify(execFile)

describe.skipIf(!canBrowse())('a dispute in a browser', { timeout: 90_000 }, () => {
  let desk: Desk
  let site: TestConsole
  let sofia: Person
  let maya: Person
  let talk: { id: string; customerId: string }

  beforeAll(async () => {
    desk = await createDesk()
    desk.addGateway()
    const bot = await desk.connect('Harbour')
    const orders = await desk.world.department('Orders')
    maya = await desk.world.person('Maya', 'agent', [orders])
    sofia = await desk.world.person('Sofia', 'supervisor', [orders])
    await desk.owner.do('department.set_lead', {
      departmentId: orders as never,
      agentId: sofia.id as never,
      lead: true,
    })
    const carla = desk.telegram.createUser({ firstName: 'Carla' })
    await carla.say(bot, 'Where is my refund? 退款在哪里')
    await maya.do('presence.change', { state: 'online' })
    const known = await until(async () => (await desk.conversations())[0])
    await desk.owner.do('conversation.transfer', {
      conversationId: known.id,
      toDepartmentId: orders as never,
      reasonCode: 'skill',
    })
    await maya.do('conversation.assign', { conversationId: known.id, agentId: maya.id as never })
    talk = { id: known.id, customerId: known.customer.id }
    await maya.ask('conversation.messages', { id: known.id })
    await maya.do('message.send', { conversationId: known.id, text: 'It is on its way, I looked it up.' })
    await carla.waitForReply(bot)
    await until(async () => (await desk.entries('message.delivered')).length === 1)
    site = await openConsole(desk.world.node)
  })
  afterAll(async () => {
    await site?.end()
    await desk?.end()
  })

  async function expectClean(page: Page): Promise<void> {
    expect(await axe(page)).toEqual([])
    expect(await widthBeside(page)).toBe(0)
  }

  /** Fills the dialog that opens a case, and waits for the case. Returns its id. */
  async function fillAndOpen(page: Page, title: string): Promise<string> {
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('The complaint in one line').fill(title)
    await dialog.getByLabel('In their words (optional)').fill('I wrote, and nobody answered.')
    await dialog.getByRole('button', { name: 'Open a dispute' }).click()
    await page.waitForURL(/disputes\/[0-9a-f-]{36}/)
    await page.getByRole('heading', { name: title }).waitFor()
    return page.url().slice(-36)
  }

  async function check(page: Page, claim: string, words?: string) {
    await page.getByLabel('What is claimed?').selectOption({ label: claim })
    if (words) await page.getByLabel('Words or phrases, one a line').fill(words)
    await page.getByRole('button', { name: 'Check' }).click()
  }

  test('from a conversation to a decision, and to a bundle that the command line verifies', async () => {
    const { page, context, errors } = await site.signIn(sofia, { at: `/inbox/${talk.id}` })
    await page.getByRole('button', { name: 'Open a dispute' }).click()
    await page.getByText('Everything of this customer').waitFor()
    await expectClean(page)
    const id = await fillAndOpen(page, 'Nobody answered Carla')
    await page.getByText('Held: nothing of it can be deleted').waitFor()
    const { world } = desk
    expect(await isHeld(world.node.databases.read, world.workspaceId, { conversationId: talk.id })).toBe(true)

    // the story: one order, what was said beside what became of it
    const story = page.getByRole('region', { name: 'What happened, oldest first' })
    await story.getByText('Where is my refund?', { exact: false }).waitFor()
    const rows = await story.getByRole('article').allInnerTexts()
    const place = (words: string) => rows.findIndex(row => row.includes(words))
    expect(place('Where is my refund?')).toBeGreaterThan(-1)
    expect(place('on its way')).toBeGreaterThan(place('Where is my refund?'))
    expect(place('Telegram accepted')).toBeGreaterThan(place('on its way'))
    const clocks = rows.map(row => /\d\d:\d\d:\d\d/.exec(row)?.[0] ?? '')
    expect(clocks).toEqual(clocks.toSorted())

    // replayed, each bubble says whose it is
    await page.getByRole('button', { name: 'Replay' }).click()
    await page.getByRole('slider').focus()
    await page.keyboard.press('End')
    const bubbles = page.getByRole('list').getByRole('listitem')
    await bubbles.filter({ hasText: 'Where is my refund?' }).filter({ hasText: 'Carla' }).waitFor()
    await bubbles.filter({ hasText: 'on its way' }).filter({ hasText: 'Maya' }).waitFor()
    await expectClean(page)
    await page.getByRole('button', { name: 'Leave replay' }).click()

    // refuted by evidence, which shows what was said and not only that something was
    await check(page, 'never replied')
    const refuted = page.getByRole('alert').filter({ hasText: 'never replied: contradicted' })
    await refuted.getByText('I looked it up.', { exact: false }).waitFor()
    await refuted.getByText('Telegram accepted', { exact: false }).waitFor()

    // nothing found, and what that rests on, without another click
    await check(page, 'promised something', 'double the money back')
    const absent = page.getByRole('alert').filter({ hasText: 'searched whole, nothing found' })
    await absent.getByText('Everything was searched').waitFor()
    await absent.getByText(/Texts read 1, withheld 0, erased 0, missing 0/).waitFor()
    await absent.getByText(/Counter of a conversation: 1 to (\d+), \1 there/).waitFor()
    await absent.getByText('Out of your sight: 0').waitFor()

    await page.getByLabel('Write into the case file').fill('Maya answered within the minute.')
    await page.getByRole('button', { name: 'Add' }).last().click()
    await page.getByText('Maya answered within the minute.').waitFor()
    await page.getByLabel('Ask somebody to take part').selectOption({ label: 'Maya' })
    await page.getByRole('button', { name: 'Add' }).first().click()
    await page.getByRole('button', { name: 'Maya no longer takes part' }).waitFor()

    await page.getByRole('button', { name: 'Decide' }).click()
    await page.getByRole('dialog').getByText('dismissed').click()
    await page.getByRole('dialog').getByLabel('Reason').fill('The answer is on record.')
    await page.getByRole('dialog').getByRole('button', { name: 'Decide' }).click()
    await page.getByText('decided · dismissed').waitFor()
    await expectClean(page)

    const downloading = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Bundle of evidence' }).click()
    const bundle = join(world.dataDir, 'case.zip')
    await (await downloading).saveAs(bundle)
    const [signer] = await world.asSuperuser<{ vkey: string }>('select vkey from log_signer')
    const args = ['verify', '--from', bundle, '--vkey', signer?.vkey ?? '', '--json']
    const { stdout } = await run(process.execPath, [TRACEDESK, ...args])
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'ok', signedBy: [signer?.vkey] })

    const file = await world.entries({ subject: id as never })
    expect(file.map(entry => entry.event)).toEqual([
      'dispute.opened',
      'dispute.claim_checked',
      'dispute.claim_checked',
      'dispute.annotated',
      'dispute.participant_added',
      'dispute.decided',
      'dispute.bundled',
    ])
    expect(errors).toEqual([])
    await context.close()
  })

  test('from a customer, within times', async () => {
    const { page, context, errors } = await site.signIn(desk.owner, { at: `/inbox/${talk.id}` })
    await page.getByRole('button', { name: 'Dispute with this customer…' }).click()
    await page.getByRole('dialog').getByLabel('From (optional)').fill('2026-03-10T14:00')
    const id = await fillAndOpen(page, 'Everything of Carla')
    const { dispute } = await desk.owner.ask('dispute.get', { id: id as never })
    expect(dispute).toMatchObject({
      kind: 'customer',
      customerId: talk.customerId,
      conversationId: null,
      from: '2026-03-10T14:00:00.000000Z',
      to: null,
    })
    expect(errors).toEqual([])
    await context.close()
  })

  test('from the list of cases, about a customer who is named there', async () => {
    const { page, context, errors } = await site.signIn(desk.owner, { at: '/disputes' })
    await page.getByRole('button', { name: 'New dispute' }).first().click()
    const dialog = page.getByRole('dialog')
    const who = dialog.getByRole('combobox', { name: 'Which customer?' })
    await who.fill('Carla')
    await page.getByRole('option', { name: /^Carla/ }).click()
    await expectClean(page)
    const id = await fillAndOpen(page, 'Carla on the phone')
    const { dispute } = await desk.owner.ask('dispute.get', { id: id as never })
    expect(dispute).toMatchObject({ kind: 'customer', customerId: talk.customerId, from: null, to: null })
    // each moment of the story leads to its entry
    await page
      .getByRole('article')
      .filter({ hasText: 'Where is my refund?' })
      .getByRole('link', { name: /Entry/ })
      .first()
      .click()
    await page
      .getByRole('complementary', { name: 'Entry' })
      .getByText('message.received', { exact: false })
      .waitFor()
    expect(errors).toEqual([])
    await context.close()
  })

  test('from the times that are on the screen of the log', async () => {
    const { page, context, errors } = await site.signIn(desk.owner)
    const [from, to] = ['2026-03-10T14:00:00.000Z', '2026-03-10T15:00:00.000Z']
    await page.goto(`${site.url}/log?from=${from}&to=${to}`)
    await page.getByRole('button', { name: 'Open a dispute' }).click()
    const id = await fillAndOpen(page, 'Between two and three')
    const { dispute } = await desk.owner.ask('dispute.get', { id: id as never })
    expect(dispute).toMatchObject({ kind: 'range', customerId: null, from: '2026-03-10T14:00:00.000000Z' })
    await page.getByText('Nothing within your sight').waitFor()
    // an hour nobody wrote in: nothing is claimed to be there, and it was looked everywhere
    await check(page, 'never replied')
    await page.getByText('never replied: searched whole, nothing found').waitFor()
    await expectClean(page)
    expect(errors).toEqual([])
    await context.close()
  })

  test('who takes part sees the file and not the ways to judge; who does not sees neither; who may not is told so', async () => {
    const open = (title: string) => desk.owner.do('dispute.open', { conversationId: talk.id as never, title })
    const [mine, other] = [(await open('Maya takes part')).dispute.id, (await open('Not hers')).dispute.id]
    await desk.owner.do('dispute.add_participant', {
      disputeId: mine,
      agentId: maya.id as never,
      role: 'concerned',
    })
    const { page, context } = await site.signIn(maya, { at: `/disputes/${mine}` })
    await page.getByRole('heading', { name: 'Maya takes part' }).waitFor()
    expect(await page.getByRole('button', { name: /Check|Decide|Bundle/ }).count()).toBe(0)
    await page.goto(`${site.url}/disputes/${other}`)
    await page.getByText('There is no such dispute, or it is not yours to see.').waitFor()
    expect(await page.getByText('Not hers').count()).toBe(0)
    await context.close()

    const { role } = await desk.owner.do('role.create', {
      name: 'Desk only',
      scope: 'own',
      permissions: ['conversation.view', 'team.view'],
    } as never)
    const dora = await desk.world.person('Dora', role as never)
    const hers = await site.signIn(dora, { at: '/disputes' })
    await hers.page.getByText('Not for your role').waitFor()
    await hers.context.close()
  })

  test('in Chinese, in Russian and in the dark, on a phone and on a desk', async () => {
    const id = (
      await desk.owner.do('dispute.open', {
        conversationId: talk.id as never,
        title: 'A long complaint '.repeat(6),
      })
    ).dispute.id
    for (const claim of [{ kind: 'never_replied' }, { kind: 'data_seen' }] as const)
      await desk.owner.do('dispute.check_claim', { disputeId: id, claim })
    const phone = { width: 390, height: 844 }
    for (const options of [
      { locale: 'zh-CN', viewport: phone },
      { locale: 'ru-RU', viewport: phone, colorScheme: 'dark' as const },
      { locale: 'ru-RU' },
    ]) {
      const { page, context, errors } = await site.signIn(desk.owner, { ...options, at: `/disputes/${id}` })
      await page.getByText('Where is my refund?', { exact: false }).first().waitFor()
      await expectClean(page)
      expect(errors).toEqual([])
      await context.close()
    }
  })
})
