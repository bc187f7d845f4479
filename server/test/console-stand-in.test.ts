import axeCore from 'axe-core'
import type { FastifyInstance } from 'fastify'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createHttpServer } from '../src/edges/http/server.ts'
import { canBrowse, launchBrowser, openPage, WEB_ROOT } from './support/browser.ts'
import { until } from './support/desk.ts'
import { createWorld, PASSWORD, type Person, type World } from './support/world.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

describe.skipIf(!canBrowse())('in a colleague’s name, in a browser', () => {
  let world: World
  let server: FastifyInstance
  let url: string
  let browser: Browser
  let admin: Person
  let maya: Person

  beforeAll(async () => {
    world = await createWorld()
    admin = await world.person('Ada', 'admin')
    maya = await world.person('Maya')
    server = await createHttpServer(world.node, { publicUrl: undefined, webRoot: WEB_ROOT })
    url = await server.listen({ port: 0, host: '127.0.0.1' })
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
    await world?.end()
  })

  async function axe(page: Page): Promise<string[]> {
    await page.evaluate(axeCore.source)
    const violations = await page.evaluate(
      "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }).then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).slice(0, 3).join(', ')))",
    )
    return violations as string[]
  }

  async function signIn(email: string) {
    const opened = await openPage(browser)
    opened.page.setDefaultTimeout(30_000)
    await opened.page.goto(`${url}/sign-in`)
    await opened.page.locator('input[type=email]').first().fill(email)
    await opened.page.locator('input[type=password]').first().fill(PASSWORD)
    await opened.page.keyboard.press('Enter')
    await opened.page.waitForURL(/inbox/)
    return opened
  }

  test('a reason turns the page into the colleague’s desk, a bar says so, and one click leads back', async () => {
    const talk = await world.conversation({ assignee: maya.id, name: 'Carla Customer' })
    const { page, context, errors } = await signIn(admin.email)
    await page.goto(`${url}/team`)
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
    const pinned = await until(async () => (await world.entries({ event: 'conversation.pinned' })).at(-1))
    expect(pinned).toMatchObject({ actor: { id: admin.id }, onBehalfOf: maya.id, conversationId: talk.id })

    await page.getByRole('textbox', { name: 'Your reply' }).fill('It is on its way.')
    await page.keyboard.press('Enter')
    const thread = page.getByRole('article').filter({ hasText: 'It is on its way.' })
    await thread.getByText('Ada in the name of Maya').waitFor()

    await bar.getByRole('button', { name: 'Back to your own name' }).click()
    await page.waitForURL(/team/)
    await page.getByRole('heading', { name: 'People' }).waitFor()
    expect(await bar.count()).toBe(0)

    const hers = await signIn(maya.email)
    await hers.page.goto(`${url}/inbox/${talk.id}`)
    await hers.page.getByRole('article').getByText('Ada in the name of Maya').waitFor()
    await hers.page.goto(`${url}/log`)
    await hers.page.getByText('in the name of', { exact: false }).first().waitFor()
    expect(await axe(hers.page)).toEqual([])
    expect([...errors, ...hers.errors]).toEqual([])
    await context.close()
    await hers.context.close()
  })
})
