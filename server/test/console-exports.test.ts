import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { canBrowse } from './support/browser.ts'
import { axe, openConsole, type TestConsole } from './support/console.ts'
import { createWorld, type World } from './support/world.ts'

describe.skipIf(!canBrowse())('an export in a browser', { timeout: 120_000 }, () => {
  let world: World
  let site: TestConsole
  beforeAll(async () => {
    world = await createWorld()
    site = await openConsole(world.node)
  })
  afterAll(async () => {
    await site?.end()
    await world?.end()
  })

  test('holds what the filter of the log shows, in the reader’s words; once, and again and again', async () => {
    const talk = await world.conversation({ name: 'Carla' })
    for (const text of ['first', '=1+1'])
      await world.owner.do('note.add', { conversationId: talk.id as never, text })
    await world.settle()
    const { page, context, errors } = await site.signIn(world.owner, { at: '/log?event=note.*' })
    await page.getByRole('button', { name: 'Export' }).click()
    await page.getByRole('menuitem', { name: 'CSV' }).first().click()

    await page.getByRole('button', { name: 'Export' }).click()
    await page.getByRole('menuitem', { name: 'Again and again…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: 'Name' }).fill('weekly notes')
    expect(await axe(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Schedule an export' }).click()
    await dialog.waitFor({ state: 'detached' })
    expect((await world.owner.ask('export.schedules', {})).items).toMatchObject([
      { name: 'weekly notes', every: 'weekly', format: 'csv', filter: { event: ['note.*'] } },
    ])

    await page.goto(`${site.url}/exports`)
    await page.getByText('weekly notes').waitFor()
    await page.getByRole('listitem').filter({ hasText: 'Notes: all' }).waitFor()
    const link = page.getByRole('link', { name: 'Download' })
    await link.waitFor({ timeout: 30_000 })
    expect(await axe(page)).toEqual([])
    const downloading = page.waitForEvent('download')
    await link.click()
    const path = join(world.dataDir, 'notes.csv')
    await (await downloading).saveAs(path)
    const [head, ...rows] = readFileSync(path, 'utf8').trim().split('\r\n')
    expect(head).toContain('Event,What happened,')
    expect(rows).toHaveLength(2)
    expect(rows[1]).toContain("'=1+1")

    await page.getByRole('button', { name: 'Manifest' }).click()
    const manifest = await saved(page, page.getByRole('link', { name: 'Save the manifest' }))
    expect(manifest).toMatchObject({
      rows: 2,
      sha256: createHash('sha256').update(readFileSync(path)).digest('hex'),
      filter: { event: ['note.*'] },
      requestedBy: { kind: 'agent', id: world.owner.id },
    })
    await page.goto(`${site.url}/privacy`)
    await page.getByText('Data map').click()
    const map = await saved(page, page.getByRole('link', { name: 'Save as a file' }))
    expect(map).toEqual(await world.owner.ask('privacy.data_map', {}))
    expect(errors).toEqual([])
    await context.close()
  })

  /** What a link saves, read as JSON. */
  async function saved(page: Page, link: Locator): Promise<unknown> {
    const downloading = page.waitForEvent('download')
    await link.click()
    const path = join(world.dataDir, 'saved.json')
    await (await downloading).saveAs(path)
    return JSON.parse(readFileSync(path, 'utf8'))
  }
})
