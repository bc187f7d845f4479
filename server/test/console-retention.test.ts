import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { operatorCaller } from '../src/command/caller.ts'
import { verifyLedger } from '../src/ledger/verify.ts'
import { openNamedStore } from '../src/modules/files/index.ts'
import { importFile } from '../src/modules/imports/index.ts'
import { visit } from './support/at-rest.ts'
import { canBrowse } from './support/browser.ts'
import { axe, openConsole, type TestConsole, widthBeside } from './support/console.ts'
import { Hand, measureJourneys } from './support/hand.ts'
import { catchUp } from './support/proof-log.ts'
import { createWorld, type Person, type World } from './support/world.ts'

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })
/** How many clicks each step may take; the first two are counted from another screen of the console. */
const take = measureJourneys({ setPolicy: 3, askToDestroy: 2, approve: 3, proveIt: 3 })
const [MAY, JUNE] = ['2020-05', '2020-06']
const COUNT = 300

describe.skipIf(!canBrowse())('what is old, in a browser', () => {
  let world: World
  let site: TestConsole
  let anna: Person
  let folder: string
  let attempts = 0

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tracedesk-old-'))
    world = await createWorld({ archive: await openNamedStore(`file://${folder}`) })
    anna = await world.person('Anna', 'admin')
    await remember([MAY, JUNE], COUNT)
    // the months lie in full tiles, and whoever reads the log in its order has come by
    for (let i = 0; i < 260; i++) await world.owner.do('label.create', { name: `label ${i}` })
    await catchUp(world)
    site = await openConsole(world.node)
  })
  afterAll(async () => {
    await site?.end()
    await world?.end()
    rmSync(folder, { recursive: true, force: true })
  })

  async function remember(months: readonly string[], count: number): Promise<void> {
    const lines = months.flatMap(month =>
      Array.from({ length: count }, (_, i) => ({
        at: `${month}-${String(1 + (i % 28)).padStart(2, '0')}T10:${String(i % 60).padStart(2, '0')}:00Z`,
        event: 'message.received',
        conversation: `${month} ${i % 10}`,
        actor: { kind: 'customer', key: 'carla', name: 'Carla' },
        text: `包裹 parcel of ${month} number ${i}`,
      })),
    )
    const file = join(folder, `${months.join(' ')}.ndjson`)
    writeFileSync(file, lines.map(line => `${JSON.stringify(line)}\n`).join(''))
    await importFile(world.node, {
      file,
      folder: join(world.dataDir, 'imports'),
      caller: operatorCaller(world.workspaceId),
    })
  }

  const rowOf = (page: Page, text: string): Locator => page.getByRole('row').filter({ hasText: text }).first()

  test('a month is archived, destroyed by two persons except for what is held, and read from the archive', async () => {
    const owner = await site.signIn(world.owner)
    const { page } = owner
    await page.goto(`${site.url}/archive`)
    await page.getByRole('button', { name: `Archive: ${MAY}` }).click()
    await rowOf(page, MAY).getByText('archived', { exact: true }).waitFor()
    await rowOf(page, MAY).getByText('every file is as it was written, and proven').waitFor()
    expect(await axe(page)).toEqual([])
    await page.getByLabel('Retention destroys whole entries only when they are in the archive').click()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: 'Save', disabled: true }).waitFor()

    const hand = new Hand(page)
    await take('setPolicy', hand, async () => {
      await hand.click(page.getByRole('navigation').getByRole('link', { name: 'Retention' }))
      await hand.click(page.getByText('whole entries', { exact: true }))
      await hand.click(page.getByRole('button', { name: 'Add rule' }))
      // what would go is seen at once
      await rowOf(page, MAY).waitFor()
    })
    // June is not in the archive, and waits for it
    await page.getByText(/entries are due and stay until they are in the archive/).waitFor()
    expect(await rowOf(page, JUNE).count()).toBe(0)
    expect(await axe(page)).toEqual([])

    const [held] = await world.asSuperuser<{ id: string }>(
      "select conversation_id as id from log_entry where event = 'message.received' and at < '2020-05-02' limit 1",
    )
    await world.owner.do('hold.place', {
      conversationId: held?.id as never,
      cause: 'legal',
      reason: 'Letter',
    })
    await page.reload()
    await page.getByText(/A hold on a conversation .*keeps \d+ entries/i).waitFor()

    await take('askToDestroy', hand, async () => {
      await hand.click(page.getByRole('button', { name: 'Ask to destroy…' }))
      await page.getByRole('dialog').getByText('once a second person approves').waitFor()
      await hand.click(page.getByRole('dialog').getByRole('button', { name: 'Ask to destroy…' }))
      await page.getByText('waits for a second person').waitFor()
    })
    expect(await page.getByRole('button', { name: 'Approve and destroy' }).count()).toBe(0)

    const second = await site.signIn(anna)
    const other = new Hand(second.page)
    await take('approve', other, async () => {
      await other.click(second.page.getByRole('navigation').getByRole('link', { name: 'Retention' }))
      await other.click(second.page.getByRole('button', { name: 'Approve and destroy' }))
      const dialog = second.page.getByRole('dialog')
      await dialog.getByText('go for ever, from now on').waitFor()
      expect(await axe(second.page)).toEqual([])
      await other.click(dialog.getByRole('button', { name: 'Approve and destroy' }))
      await second.page.getByText('done', { exact: true }).waitFor({ timeout: 60_000 })
    })
    await world.settle()
    await take('proveIt', other, async () => {
      await other.click(second.page.getByRole('link', { name: 'Entries of this destruction' }))
      await other.click(second.page.locator('[data-entry-row]').first())
      await other.click(second.page.getByRole('button', { name: 'Verify in this browser' }))
      await second.page.locator('[role=status][data-good=true]').waitFor()
    })

    const left = await world.asSuperuser<{ month: string; n: number }>(
      "select to_char(at at time zone 'UTC', 'YYYY-MM') as month, count(*)::int as n from log_entry where event = 'message.received' group by 1 order by 1",
    )
    expect(left).toEqual([
      { month: MAY, n: COUNT / 10 },
      { month: JUNE, n: COUNT },
    ])

    await page.goto(`${site.url}/archive`)
    await page.getByRole('link', { name: `Open: ${MAY}` }).click()
    await page.getByText(`包裹 parcel of ${MAY} number 1`, { exact: false }).first().waitFor()
    expect(await page.getByRole('img', { name: 'The same as in the signed log' }).count()).toBeGreaterThan(20)
    expect(await axe(page)).toEqual([])
    for (const { errors, context } of [owner, second]) {
      expect(errors).toEqual([])
      await context.close()
    }
    await world.settle()
    expect(
      await verifyLedger({ databases: world.node.databases, workspaceId: world.workspaceId } as never),
    ).toMatchObject({ verdict: 'ok', findings: [] })
  })

  test('all months that are over are archived at once, and a rule takes a span of its own', async () => {
    attempts++ // months of its own for each: what is archived is no longer offered
    const months = [`2019-0${2 * attempts - 1}`, `2019-0${2 * attempts}`]
    await remember(months, 3)
    await catchUp(world)
    const { page, errors, context } = await site.signIn(world.owner)
    await page.goto(`${site.url}/archive`)
    await page.getByRole('button', { name: /^Archive all \d months$/ }).click()
    for (const month of months)
      await rowOf(page, month).getByText('archived', { exact: true }).waitFor({ timeout: 60_000 })
    await page.goto(`${site.url}/retention`)
    await page.getByRole('combobox', { name: 'Kept for', exact: true }).click()
    await page.getByRole('option', { name: 'another span…' }).click()
    await page.getByLabel('Number of days').fill('45')
    await page.keyboard.press('Enter')
    await page.getByRole('combobox', { name: 'Kept for: Everything' }).nth(1).waitFor()
    const { items } = await world.owner.ask('retention.rules', {})
    expect(items.filter(({ what }) => what === 'parts')).toMatchObject([{ event: '*', days: 45 }])
    expect(errors).toEqual([])
    await context.close()
  })

  test('the archive and its months fit a telephone, in the dark, in Russian and Chinese', async () => {
    for (const locale of ['ru-RU', 'zh-CN']) {
      const { page, context, errors } = await site.signIn(world.owner, {
        locale,
        colorScheme: 'dark',
        viewport: { width: 390, height: 844 },
      })
      for (const path of ['/archive', `/archive?month=${MAY}`, '/retention', '/privacy', '/holds']) {
        await visit(page, path)
        expect(await widthBeside(page), `${locale} ${path}`).toBe(0)
        expect(await axe(page), `${locale} ${path}`).toEqual([])
      }
      expect(errors).toEqual([])
      await context.close()
    }
  })
})
