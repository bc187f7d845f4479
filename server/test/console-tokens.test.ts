import { createClient } from '@tracedesk/contracts/client'
import axeCore from 'axe-core'
import type { FastifyInstance } from 'fastify'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHttpServer } from '../src/edges/http/server.ts'
import { canBrowse, launchBrowser, openPage, WEB_ROOT } from './support/browser.ts'
import { createWorld, PASSWORD, type World } from './support/world.ts'

describe.skipIf(!canBrowse())('API tokens in a browser', { timeout: 120_000 }, () => {
  let world: World
  let server: FastifyInstance
  let url: string
  let browser: Browser
  beforeAll(async () => {
    world = await createWorld()
    server = await createHttpServer(world.node, { publicUrl: undefined, webRoot: WEB_ROOT })
    url = await server.listen({ port: 0, host: '127.0.0.1' })
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
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

  test('one is made with a scope and an end, shown once, used, seen as used, and ended', async () => {
    const { page, context, errors } = await openPage(browser)
    page.setDefaultTimeout(20_000)
    await page.goto(`${url}/sign-in`)
    await page.locator('input[type=email]').first().fill(world.owner.email)
    await page.locator('input[type=password]').first().fill(PASSWORD)
    await page.keyboard.press('Enter')
    await page.waitForURL(/inbox/)
    await page.goto(`${url}/team/tokens`)
    await page.getByText('There are no tokens yet.').waitFor()
    await page.getByRole('button', { name: 'New token' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('weekly report')
    await dialog.getByLabel('Only some permissions of the role').check()
    await dialog.getByLabel('log.view', { exact: true }).check()
    await expectClean(page)
    await dialog.getByRole('button', { name: 'Make token' }).click()
    await page.getByText('Copy it now: it is shown only this once.').waitFor()
    const token = (await page.getByRole('dialog').getByRole('region', { name: 'Token' }).textContent()) ?? ''
    expect(token).toMatch(/^tracedesk_/)
    await expectClean(page)
    await page.keyboard.press('Escape')
    const row = page.getByRole('row').filter({ hasText: 'weekly report' })
    await row.getByText('1 permission').waitFor()
    await row.getByText('never').waitFor()
    expect(await page.content()).not.toContain(token)

    const program = createClient({ url, token })
    await program.query('log.search', {})
    await expect(program.query('agent.list', {})).rejects.toMatchObject({ code: 'permission.denied' })
    await page.reload()
    await row.waitFor()
    expect(await row.getByText('never').count()).toBe(0)
    await world.settle()
    await page.goto(`${url}/log?event=permission.refused`)
    await page.getByText('weekly report').first().waitFor()

    await page.goto(`${url}/team/tokens`)
    await page.getByRole('button', { name: 'End token weekly report' }).click()
    await row.getByText('ended').waitFor()
    await expectClean(page)
    await expect(program.query('log.search', {})).rejects.toMatchObject({ status: 401 })
    expect(errors).toEqual([])
    await context.close()
  })
})
