import { createClient } from '@tracedesk/contracts/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { canBrowse } from './support/browser.ts'
import { axe, openConsole, type TestConsole } from './support/console.ts'
import { createWorld, type World } from './support/world.ts'

describe.skipIf(!canBrowse())('API tokens in a browser', { timeout: 120_000 }, () => {
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

  test('one is made with a scope and an end, shown once, used, seen as used, and ended', async () => {
    const { page, context, errors } = await site.signIn(world.owner, { at: '/team/tokens' })
    await page.getByText('There are no tokens yet.').waitFor()
    await page.getByRole('button', { name: 'New token' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('weekly report')
    await dialog.getByLabel('Only some permissions of the role').check()
    await dialog.getByLabel('log.view', { exact: true }).check()
    expect(await axe(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Make token' }).click()
    await page.getByText('Copy it now: it is shown only this once.').waitFor()
    const token = (await page.getByRole('dialog').getByRole('region', { name: 'Token' }).textContent()) ?? ''
    expect(token).toMatch(/^tracedesk_/)
    expect(await axe(page)).toEqual([])
    await page.keyboard.press('Escape')
    const row = page.getByRole('row').filter({ hasText: 'weekly report' })
    await row.getByText('1 permission').waitFor()
    await row.getByText('never').waitFor()
    expect(await page.content()).not.toContain(token)

    const program = createClient({ url: site.url, token })
    await program.query('log.search', {})
    await expect(program.query('agent.list', {})).rejects.toMatchObject({ code: 'permission.denied' })
    await page.reload()
    await row.waitFor()
    expect(await row.getByText('never').count()).toBe(0)
    await world.settle()
    await page.goto(`${site.url}/log?event=permission.refused`)
    await page.getByText('weekly report').first().waitFor()

    await page.goto(`${site.url}/team/tokens`)
    await page.getByRole('button', { name: 'End token weekly report' }).click()
    await row.getByText('ended').waitFor()
    expect(await axe(page)).toEqual([])
    await expect(program.query('log.search', {})).rejects.toMatchObject({ status: 401 })
    expect(errors).toEqual([])
    await context.close()
  })
})
