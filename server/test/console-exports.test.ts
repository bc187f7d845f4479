import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import axeCore from 'axe-core'
import type { FastifyInstance } from 'fastify'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHttpServer } from '../src/edges/http/server.ts'
import { canBrowse, launchBrowser, openPage, WEB_ROOT } from './support/browser.ts'
import { createWorld, PASSWORD, type World } from './support/world.ts'

describe.skipIf(!canBrowse())('an export in a browser', { timeout: 120_000 }, () => {
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

  test('holds what the filter of the log shows, in the reader’s words; once, and again and again', async () => {
    const talk = await world.conversation({ name: 'Carla' })
    for (const text of ['first', '=1+1'])
      await world.owner.do('note.add', { conversationId: talk.id as never, text })
    await world.settle()
    const { page, context, errors } = await openPage(browser, { acceptDownloads: true })
    page.setDefaultTimeout(20_000)
    await page.goto(`${url}/sign-in`)
    await page.locator('input[type=email]').first().fill(world.owner.email)
    await page.locator('input[type=password]').first().fill(PASSWORD)
    await page.keyboard.press('Enter')
    await page.waitForURL(/inbox/)
    await page.goto(`${url}/log?event=note.*`)
    await page.getByRole('button', { name: 'Export' }).click()
    await page.getByRole('menuitem', { name: 'CSV' }).first().click()

    await page.getByRole('button', { name: 'Export' }).click()
    await page.getByRole('menuitem', { name: 'Again and again…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: 'Name' }).fill('weekly notes')
    await expectClean(page)
    await dialog.getByRole('button', { name: 'Schedule an export' }).click()
    await dialog.waitFor({ state: 'detached' })
    expect((await world.owner.ask('export.schedules', {})).items).toMatchObject([
      { name: 'weekly notes', every: 'weekly', format: 'csv', filter: { event: ['note.*'] } },
    ])

    await page.goto(`${url}/exports`)
    await page.getByText('weekly notes').waitFor()
    await page.getByRole('listitem').filter({ hasText: 'event: note.*' }).waitFor()
    const link = page.getByRole('link', { name: 'Download' })
    await link.waitFor({ timeout: 30_000 })
    await expectClean(page)
    const downloading = page.waitForEvent('download')
    await link.click()
    const path = join(world.dataDir, 'notes.csv')
    await (await downloading).saveAs(path)
    const [head, ...rows] = readFileSync(path, 'utf8').trim().split('\r\n')
    expect(head).toContain('Event,What happened,')
    expect(rows).toHaveLength(2)
    expect(rows[1]).toContain("'=1+1")
    expect(errors).toEqual([])
    await context.close()
  })
})
