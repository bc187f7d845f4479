import { readFileSync } from 'node:fs'
import { join } from 'node:path'
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
    expect(errors).toEqual([])
    await context.close()
  })
})
