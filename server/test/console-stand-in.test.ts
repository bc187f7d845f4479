import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { canBrowse } from './support/browser.ts'
import { axe, openConsole, type TestConsole } from './support/console.ts'
import { until } from './support/desk.ts'
import { createWorld, type Person, type World } from './support/world.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

describe.skipIf(!canBrowse())('in a colleague’s name, in a browser', () => {
  let world: World
  let site: TestConsole
  let admin: Person
  let maya: Person

  beforeAll(async () => {
    world = await createWorld()
    admin = await world.person('Ada', 'admin')
    maya = await world.person('Maya')
    site = await openConsole(world.node)
  })
  afterAll(async () => {
    await site?.end()
    await world?.end()
  })

  test('a reason turns the page into the colleague’s desk, a bar says so, and one click leads back', async () => {
    const talk = await world.conversation({ assignee: maya.id, name: 'Carla Customer' })
    const { page, context, errors } = await site.signIn(admin, { at: '/team' })
    await page.getByRole('button', { name: 'Actions for Maya' }).click()
    await page.getByRole('menuitem', { name: 'Act in their name…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Why').fill('she sees no queue')
    expect(await axe(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Begin' }).click()
    const bar = page.getByRole('complementary', { name: 'Acting in another’s name' })
    await bar.getByText('You are Ada and act in the name of Maya.', { exact: false }).waitFor()
    await page.getByText('Carla Customer').first().click()
    await page.getByRole('button', { name: 'Snooze, priority, pin' }).waitFor()
    expect(await axe(page)).toEqual([])
    await page.getByRole('button', { name: 'Snooze, priority, pin' }).click()
    await page.getByRole('menuitem', { name: 'Pin for everybody' }).click()
    const pinned = await until(
      async () => (await world.entries({ event: 'conversation.pinned', conversation: talk.id }))[0],
    )
    expect(pinned).toMatchObject({ actor: { id: admin.id }, onBehalfOf: maya.id, conversationId: talk.id })

    await page.getByRole('textbox', { name: 'Your reply' }).fill('It is on its way.')
    await page.keyboard.press('Enter')
    const thread = page.getByRole('article').filter({ hasText: 'It is on its way.' })
    await thread.getByText('Ada in the name of Maya').waitFor()

    await bar.getByRole('button', { name: 'Back to your own name' }).click()
    await page.waitForURL(/team/)
    await page.getByRole('heading', { name: 'People' }).waitFor()
    expect(await bar.count()).toBe(0)

    const hers = await site.signIn(maya, { at: `/inbox/${talk.id}` })
    await hers.page.getByRole('article').getByText('Ada in the name of Maya').waitFor()
    await hers.page.goto(`${site.url}/log`)
    await hers.page.getByText('in the name of', { exact: false }).first().waitFor()
    expect(await axe(hers.page)).toEqual([])
    expect([...errors, ...hers.errors]).toEqual([])
    await context.close()
    await hers.context.close()
  })
})
