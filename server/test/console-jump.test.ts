import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { canBrowse } from './support/browser.ts'
import { axe, leave, openConsole, type TestConsole } from './support/console.ts'
import { createDesk, type Desk, until } from './support/desk.ts'
import type { Person } from './support/world.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

/** Far more than two pages before and after the message that is looked for. */
const LINES = 260
const SOUGHT = 130

describe.skipIf(!canBrowse())('a search hit', () => {
  let desk: Desk
  let site: TestConsole
  let maya: Person
  let id: string
  let say: (text: string) => void

  beforeAll(async () => {
    desk = await createDesk()
    desk.addGateway()
    const bot = await desk.connect('Harbour Shop')
    maya = await desk.world.person('Maya')
    const customer = desk.telegram.createUser({ firstName: 'Carla' })
    say = text => void customer.say(bot, text)
    for (let line = 0; line < LINES; line++) say(textOf(line))
    const talk = await until(async () => (await desk.conversations())[0])
    id = talk.id
    await desk.owner.do('conversation.assign', { conversationId: id as never, agentId: maya.id as never })
    await until(async () => (await desk.entries('message.received')).length === LINES, 60_000)
    await until(async () => (await maya.ask('conversation.search', { q: 'marmalade' })).items.length === 1)
    site = await openConsole(desk.world.node)
  })
  afterAll(async () => {
    await site?.end()
    await desk?.end()
  })

  const textOf = (line: number) => `line ${line}${line === SOUGHT ? ' marmalade' : ''}.`
  /** The numbers of the lines in the document, from top to bottom. */
  async function linesIn(log: Locator): Promise<number[]> {
    const rows = await log.locator('[data-index]').evaluateAll(elements =>
      elements
        .map(each => [Number(each.getAttribute('data-index')), each.textContent ?? ''] as const)
        .sort(([a], [b]) => a - b)
        .map(([, text]) => /line (\d+)/.exec(text)?.[1]),
    )
    return rows.filter(line => line !== undefined).map(Number)
  }
  async function jump(page: Page): Promise<Locator> {
    await page.goto(`${site.url}/inbox`)
    await page.getByRole('searchbox').fill('marmalade')
    await page.getByRole('region', { name: 'In messages and notes' }).getByRole('link').click()
    await page.waitForURL(/message=/)
    const log = page.getByRole('log')
    await log.getByText(`line ${SOUGHT} marmalade.`).waitFor()
    return log
  }
  /** How far down the row stands once it has stood still for a while: what is loaded around it may move it first. */
  async function restingPlace(row: Locator): Promise<number> {
    let place = Number.NaN
    let since = performance.now()
    await until(async () => {
      const now = (await row.boundingBox())?.y ?? Number.NaN
      if (now !== place) since = performance.now()
      place = now
      return performance.now() - since > 400
    })
    return place
  }
  /** Turns the wheel over the thread until `isThere`, and gathers what was seen on the way. */
  async function scroll(page: Page, log: Locator, by: number, isThere: (lines: number[]) => boolean) {
    const seen = new Set<number>()
    await log.hover()
    await expect
      .poll(
        async () => {
          await page.mouse.wheel(0, by)
          const lines = await linesIn(log)
          for (const line of lines) seen.add(line)
          return isThere(lines)
        },
        { timeout: 60_000, interval: 40 },
      )
      .toBe(true)
    return seen
  }

  test('opens in the middle of the thread, marked, with what was said before and after it', async () => {
    const { page, context, errors } = await site.signIn(maya)
    const log = await jump(page)
    const sought = log.locator('[data-sought]')
    await restingPlace(sought)
    expect(await sought.textContent()).toContain('marmalade')
    const [box, row] = [await log.boundingBox(), await sought.boundingBox()]
    expect(row?.y).toBeGreaterThan((box?.y ?? 0) + 40)
    expect((row?.y ?? 0) + (row?.height ?? 0)).toBeLessThan((box?.y ?? 0) + (box?.height ?? 0) - 40)
    const lines = await linesIn(log)
    expect(lines).toEqual(expect.arrayContaining([SOUGHT - 2, SOUGHT - 1, SOUGHT, SOUGHT + 1, SOUGHT + 2]))
    expect(lines).not.toContain(0)
    expect(lines).not.toContain(LINES - 1)
    expect(await axe(page)).toEqual([])
    expect(errors).toEqual([])
    await context.close()
  })

  test('loads older and newer messages from there to both ends, each once and none left out', async () => {
    const { page, context, errors } = await site.signIn(maya)
    const log = await jump(page)
    const up = await scroll(page, log, -900, lines => lines.includes(0))
    await log.getByText('Beginning of the conversation').waitFor()
    const down = await scroll(page, log, 900, lines => lines.includes(LINES - 1))
    const all = Array.from({ length: LINES }, (_, line) => line)
    expect([...down].sort((a, b) => a - b)).toEqual(all)
    expect([...up].every(line => line <= SOUGHT + 60)).toBe(true)
    const last = await linesIn(log)
    expect(last).toEqual(all.slice(last[0]))
    expect(errors).toEqual([])
    await context.close()
  })

  test('stays where it is while the customer goes on, and one press leads to the newest', async () => {
    const { page, context, errors } = await site.signIn(maya)
    const log = await jump(page)
    const sought = log.locator('[data-sought]')
    const before = await restingPlace(sought)
    say('something new')
    // counted at the reader's own tab, so the page knows of it
    await until(async () => (await desk.entries('message.received')).length === LINES + 1)
    await page.waitForTimeout(1_500)
    expect(await restingPlace(sought)).toBeCloseTo(before, 0)
    await page.getByRole('button', { name: 'Newest messages' }).click()
    await log.getByText('something new').waitFor()
    expect(page.url()).not.toContain('message=')
    expect(await sought.count()).toBe(0)
    expect(errors).toEqual([])
    await context.close()
  })

  test('is not the only way there: an entry of the log leads to its message, and to what was said when it happened', async () => {
    const [received] = await desk.world.entries({
      conversation: id as never,
      event: 'message.received',
      q: 'marmalade',
    })
    const [assigned] = await desk.world.entries({ conversation: id as never, event: 'conversation.assigned' })
    if (!received || !assigned) throw new Error('the entries are not there')
    const said = (await desk.world.entries({ conversation: id as never, event: 'message.received' })).filter(
      ({ at }) => at <= assigned.at,
    )
    const seat = await site.signIn(desk.owner)
    const { page } = seat
    const thread = page.getByRole('log')
    for (const [entry, line] of [
      [received, SOUGHT],
      [assigned, Math.max(0, said.length - 1)],
    ] as const) {
      await page.goto(`${site.url}/log?entry=${entry.id}`)
      await page.getByRole('link', { name: 'Open conversation' }).click()
      const sought = thread
        .locator('[data-sought]')
        .getByText(`line ${line}${line === SOUGHT ? ' marmalade' : ''}.`)
      await sought.waitFor()
      await expect
        .poll(async () => isWithin(await thread.boundingBox(), await sought.boundingBox()))
        .toBe(true)
    }
    await leave(seat)
  })
})

type Box = Awaited<ReturnType<Locator['boundingBox']>>
const isWithin = (outer: Box, inner: Box): boolean =>
  outer !== null && inner !== null && inner.y >= outer.y && inner.y + inner.height <= outer.y + outer.height
