import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { canBrowse } from './support/browser.ts'
import { axe, openConsole, type TestConsole, widthBeside } from './support/console.ts'
import { createWorld, type World } from './support/world.ts'

const VOLVO = fileURLToPath(
  new URL('../../../shared/data/eventlogs/bpi2013_closed_problems.xes.gz', import.meta.url),
)
const there = existsSync(VOLVO)
if (!there)
  process.stderr.write(`SKIPPED: no event log at ${VOLVO}; its import in a browser is not tested.\n`)

const ROWS = `Ticket;When;What;Client;Who;Words
T1;05.07.2021 10:00;Asked;ann;ann;Where is my parcel?
T1;05.07.2021 10:05;Answered;ann;omar;On its way
T1;31.02.2021 10:06;Answered;ann;omar;Never
`

describe.skipIf(!canBrowse())('an import in a browser', { timeout: 120_000 }, () => {
  let world: World
  let site: TestConsole
  let folder: string

  beforeAll(async () => {
    world = await createWorld()
    site = await openConsole(world.node)
    folder = mkdtempSync(join(tmpdir(), 'tracedesk-give-'))
  })
  afterAll(async () => {
    await site?.end()
    await world?.end()
    rmSync(folder, { recursive: true, force: true })
  })

  async function signIn(options: Parameters<TestConsole['signIn']>[1] = {}) {
    const seat = await site.signIn(world.owner, { ...options, at: '/imports' })
    return seat
  }

  async function expectClean(page: Page): Promise<void> {
    expect(await axe(page)).toEqual([])
    expect(await widthBeside(page)).toBe(0)
  }

  const write = (name: string, text: string): string => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }
  const choose = (page: Page, file: string) => page.locator('input[type=file]').setInputFiles(file)
  const rowOf = (page: Page, name: string) =>
    page.getByRole('region', { name: 'Imports so far' }).getByRole('row').filter({ hasText: name })

  test('a file is given, its columns are recognised and mapped, tried out, taken in, and its rejects carried away', async () => {
    const { page, context, errors } = await signIn()
    await page.getByText('Nothing was imported').waitFor()
    await expectClean(page)
    await choose(page, write('tickets.csv', ROWS))

    // recognised: the divider, the columns and how times are written
    const preview = page.getByRole('region', { name: 'What the first rows become' })
    await preview.getByText('Where is my parcel?').first().waitFor()
    expect(await page.getByLabel('How times are written').inputValue()).toBe('DD.MM.YYYY HH:mm')
    expect(await page.getByLabel('Columns are divided by').inputValue()).toBe(';')

    await page
      .getByLabel('What its words mean here, one a line')
      .first()
      .fill('Asked = message.received\nAnswered = message.sent')
    await page.getByLabel('Agent or customer').selectOption('What')
    await page
      .getByLabel('What its words mean here, one a line')
      .nth(1)
      .fill('Asked = customer\nAnswered = agent')
    await page.getByRole('combobox', { name: 'Whose local time, where they do not say' }).fill('Riga')
    await page.getByRole('option', { name: 'Europe/Riga' }).click()
    await preview.getByText('The time cannot be read').waitFor()
    await preview.getByText('in conversation T1').first().waitFor()

    await page.getByLabel('Keep this mapping as').fill('Old desk')
    await page.getByRole('button', { name: 'Keep' }).click()
    await expect
      .poll(async () => (await world.owner.ask('import.mappings')).items.map(item => item.name))
      .toEqual(['Old desk'])

    await page.getByRole('button', { name: 'Try the whole file' }).click()
    const counts = page.getByRole('region', { name: 'Try the whole file' })
    await counts.getByText('Would be rejected').waitFor()
    expect((await counts.locator('dd').allInnerTexts()).slice(0, 5)).toEqual(['2', '1', '1', '1', '1'])
    await expectClean(page)
    expect((await world.owner.ask('import.list')).items).toEqual([])

    await page.getByRole('button', { name: 'Import', exact: true }).click()
    const row = rowOf(page, 'tickets.csv')
    await row.getByText('completed').waitFor()
    await row.getByRole('button', { name: 'Lines not taken' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('no such day or time').waitFor()
    await expectClean(page)
    const downloading = page.waitForEvent('download')
    await dialog.getByRole('link', { name: 'Download all of them' }).click()
    const path = join(folder, 'rejects.csv')
    await (await downloading).saveAs(path)
    expect(readFileSync(path, 'utf8')).toContain('4,at_malformed,no such day or time')
    await page.keyboard.press('Escape')

    // the same file again is refused, in words
    await choose(page, write('again.csv', ROWS))
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await page.getByText('This file was imported before, or is being imported.').waitFor()

    await world.settle()
    const entries = await world.entries({ event: ['message.received', 'message.sent'] })
    expect(entries.map(({ at, via }) => [at, via.source])).toEqual([
      ['2021-07-05T07:00:00.000000Z', 'import'],
      ['2021-07-05T07:05:00.000000Z', 'import'],
    ])
    expect(errors).toEqual([])
    await context.close()
  })

  test('a large import shows how far it is, is stopped, and goes on', async () => {
    const { page, context, errors } = await signIn()
    const lines = Array.from(
      { length: 60_000 },
      (_, i) => `L${i % 40};05.07.2021 10:00;Asked;client ${i % 40};omar;`,
    )
    await choose(page, write('large.csv', `Ticket;When;What;Client;Who;Words\n${lines.join('\n')}\n`))
    await page.getByRole('combobox', { name: 'Kept mapping' }).click()
    await page.getByRole('option', { name: 'Old desk' }).click()
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    const row = rowOf(page, 'large.csv')
    await row.getByText('running').waitFor()
    await row.getByRole('button', { name: 'Stop' }).click()
    await row.getByText('stopped').waitFor()
    await expectClean(page)
    await row.getByRole('button', { name: 'Go on' }).click()
    await row.getByText('completed').waitFor({ timeout: 60_000 })
    expect(await row.textContent()).toContain('60,000')
    expect(errors).toEqual([])
    await context.close()
  })

  test.runIf(there)('an XES log is recognised as it is, and its published counts are shown', async () => {
    const { page, context, errors } = await signIn()
    await choose(page, VOLVO)
    await page.getByRole('region', { name: 'What the first rows become' }).waitFor()
    await page.getByRole('button', { name: 'Try the whole file' }).click()
    const counts = page.getByRole('region', { name: 'Try the whole file' })
    await counts.getByText('Would be taken').waitFor({ timeout: 60_000 })
    expect((await counts.locator('dd').allInnerTexts()).slice(0, 3)).toEqual(['6,660', '0', '1,487'])
    expect(errors).toEqual([])
    await context.close()
  })

  test('in Chinese and in Russian, in the dark, on a phone', async () => {
    for (const options of [
      { locale: 'zh-CN', viewport: { width: 390, height: 844 } },
      { locale: 'ru-RU', viewport: { width: 390, height: 844 }, colorScheme: 'dark' as const },
    ]) {
      const { page, context, errors } = await signIn(options)
      await choose(page, write('phone.csv', ROWS))
      await page.getByText('Where is my parcel?').first().waitFor()
      await expectClean(page)
      expect(errors).toEqual([])
      await context.close()
    }
  })

  test('whoever may not import sees that, and not the screen', async () => {
    const agent = await world.person('Nosy', 'agent')
    const { page, context } = await site.signIn(agent, { at: '/imports' })
    await page.getByRole('heading', { name: 'Not for your role' }).waitFor()
    expect(await page.locator('input[type=file]').count()).toBe(0)
    await context.close()
  })
})
