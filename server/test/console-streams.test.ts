import axeCore from 'axe-core'
import type { FastifyInstance } from 'fastify'
import type { Browser, Page } from 'playwright-core'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHttpServer } from '../src/edges/http/server.ts'
import { canBrowse, launchBrowser, openPage, WEB_ROOT } from './support/browser.ts'
import { until } from './support/desk.ts'
import { WebReceiver } from './support/receivers.ts'
import { createWorld, PASSWORD, type World } from './support/world.ts'

const QUICK = { firstPauseMs: 20, longestPauseMs: 60, lookMs: 25, leaseMs: 3_000 }

describe.skipIf(!canBrowse())('a stream in a browser', { timeout: 120_000 }, () => {
  let world: World
  let server: FastifyInstance
  let url: string
  let browser: Browser
  let receiver: WebReceiver
  beforeAll(async () => {
    world = await createWorld({ allowPrivateTargets: true, streamTiming: QUICK })
    server = await createHttpServer(world.node, { publicUrl: undefined, webRoot: WEB_ROOT })
    url = await server.listen({ port: 0, host: '127.0.0.1' })
    browser = await launchBrowser()
    receiver = await new WebReceiver().listen()
  })
  afterAll(async () => {
    await browser?.close()
    receiver?.close()
    await server?.close()
    await world?.end()
  })

  async function expectClean(page: Page): Promise<void> {
    await page.waitForLoadState('networkidle')
    await page.evaluate(axeCore.source)
    const violations = await page.evaluate(
      "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }).then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).slice(0, 3).join(', ')))",
    )
    expect(violations).toEqual([])
  }
  const listed = async () => {
    const [stream] = (await world.owner.ask('stream.list', {})).items
    if (!stream) throw new Error('there is no stream')
    return stream
  }

  test('is set up with words and a filter, sends what it finds, and keeps its words when the rest is edited', async () => {
    const { page, context, errors } = await openPage(browser)
    page.setDefaultTimeout(20_000)
    await page.goto(`${url}/sign-in`)
    await page.locator('input[type=email]').first().fill(world.owner.email)
    await page.locator('input[type=password]').first().fill(PASSWORD)
    await page.keyboard.press('Enter')
    await page.waitForURL(/inbox/)
    await page.goto(`${url}/streams`)
    await page.getByRole('button', { name: 'Add stream' }).first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: 'Name' }).fill('SIEM')
    await dialog.getByRole('textbox', { name: 'Address' }).fill(receiver.url)
    await dialog.getByLabel('Words in the entry').fill('refund')
    await expectClean(page)
    await dialog.locator('button[type=submit]').click()
    const shown = page.getByText(/^whsec_/)
    await shown.waitFor()
    const secret = (await shown.textContent()) ?? ''
    await page.keyboard.press('Escape')

    const talk = await world.conversation({ name: 'Carla' })
    const note = (text: string) => world.owner.do('note.add', { conversationId: talk.id as never, text })
    await note('nothing of interest')
    await note('she wants a refund')
    await world.settle()
    await until(async () => receiver.calls.length > 0 || null)
    const [call] = receiver.calls
    const body = new Webhook(secret).verify(call?.body ?? '', call?.headers as Record<string, string>)
    expect(body).toMatchObject({ type: 'note.added' })
    expect((await listed()).words).toBe(true)

    await page.getByRole('button', { name: 'More actions of SIEM' }).click()
    await page.getByRole('menuitem', { name: 'Change' }).click()
    await page.getByText('It has words already, which nobody is shown.', { exact: false }).waitFor()
    await dialog.locator('summary').click()
    await dialog.getByLabel('Only from this source').first().fill('console')
    await page.keyboard.press('Enter')
    await expectClean(page)
    await dialog.locator('button[type=submit]').click()
    await dialog.waitFor({ state: 'detached' })
    expect(await listed()).toMatchObject({ words: true, filter: { source: ['console'] } })
    expect(errors).toEqual([])
    await context.close()
  })
})
