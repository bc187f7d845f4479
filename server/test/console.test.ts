import { readFileSync } from 'node:fs'
import { readTrust, sourceOf, verifyBundleFile } from '@tracedesk/proof/node'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { visit } from './support/at-rest.ts'
import { canBrowse } from './support/browser.ts'
import { axe, openConsole, type TestConsole, widthBeside } from './support/console.ts'
import { createDesk, type Desk } from './support/desk.ts'
import type { Person } from './support/world.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

describe.skipIf(!canBrowse())('the console in a browser', () => {
  let desk: Desk
  let site: TestConsole
  let bot: Awaited<ReturnType<Desk['connect']>>
  const people = new Map<string, Person>()

  beforeAll(async () => {
    desk = await createDesk()
    desk.addGateway()
    bot = await desk.connect('Harbour Shop')
    // these journeys take from the queue by hand
    await desk.owner.do('bot.set_routing', {
      botId: bot.botId as never,
      mode: 'manual',
      departmentId: null,
      fallbackDepartmentId: null,
    })
    const orders = await desk.world.department('Orders')
    for (const [name, role] of [
      ['Maya', 'agent'],
      ['Omar', 'agent'],
      ['Sofia', 'supervisor'],
      ['Ruth', 'auditor'],
    ] as const)
      people.set(name, await desk.world.person(name, role, [orders]))
    site = await openConsole(desk.world.node)
  })
  afterAll(async () => {
    await site?.end()
    await desk?.end()
  })

  const person = (name: string): Person => {
    const found = people.get(name)
    if (!found) throw new Error(`nobody is called ${name}`)
    return found
  }

  test('a customer writes, two people see it without reloading, one answers, the other sees that too, and Telegram has it', async () => {
    const [maya, owner] = [await site.signIn(person('Maya')), await site.signIn(desk.owner)]
    await maya.page.getByText('Queue', { exact: true }).first().click()
    await owner.page.getByText('All', { exact: true }).first().click()
    const carla = desk.telegram.createUser({ firstName: 'Carla', lastName: 'Customer' })
    await carla.say(bot, 'Where is my parcel? <b>bold</b> 你好')
    for (const { page } of [maya, owner]) {
      await page.getByText('Carla Customer').first().click()
      await page.getByText('Where is my parcel? <b>bold</b> 你好').last().waitFor()
    }
    const composer = maya.page.getByRole('textbox', { name: /reply|write/i })
    await composer.fill('It arrives today.')
    await composer.press('Enter')
    const reply = await carla.waitForReply(bot, { timeoutMs: 5_000 })
    expect(reply.text).toBe('It arrives today.')
    await owner.page.getByText('It arrives today.').last().waitFor()
    // "sent" is said only once Telegram has accepted it
    await maya.page
      .getByRole('img', { name: /telegram|accepted/i })
      .first()
      .waitFor()
    expect([...maya.errors, ...owner.errors]).toEqual([])
    await maya.context.close()
    await owner.context.close()
  })

  test('status, label, note and assignment are one click each and stand in the activity and the log', async () => {
    const { page, context, errors } = await site.signIn(person('Maya'))
    await desk.owner.do('label.create', { name: 'VIP', colour: '#7c3aed' })
    const dora = desk.telegram.createUser({ firstName: 'Dora' })
    await page.getByText('Queue', { exact: true }).first().click()
    await dora.say(bot, 'I want a refund')
    await page.getByText('Dora').first().click()
    await page.getByText('I want a refund').last().waitFor()
    await page.getByRole('button', { name: 'Assign to me' }).click()
    await page.getByRole('button', { name: /add label/i }).click()
    await page.getByText('VIP').last().click()
    await page.getByRole('textbox', { name: /note/i }).fill('Called the bank; refund on its way.')
    await page.getByRole('button', { name: 'Add note' }).click()
    await page.getByText('Called the bank; refund on its way.').first().waitFor()
    await page.getByRole('complementary').getByText('Resolved', { exact: true }).click()
    await page.getByText('Activity', { exact: true }).click()
    await page.getByText(/VIP/).first().waitFor()
    await expect
      .poll(async () =>
        (await desk.world.entries({ actor: people.get('Maya')?.id as string }))
          .map(e => e.event)
          .filter(e => /^(conversation|customer|note)/.test(e)),
      )
      .toEqual(
        expect.arrayContaining([
          'conversation.assigned',
          'customer.label_added',
          'note.added',
          'conversation.status_changed',
        ]),
      )
    expect(errors).toEqual([])
    await context.close()
  })

  test('the log page filters, opens an entry with what proves it, and keeps the filter in the address', async () => {
    const { page, context, errors } = await site.signIn(desk.owner)
    await desk.world.settle()
    await page.goto(`${site.url}/log?event=message.sent`)
    await page.getByText('It arrives today.').first().waitFor()
    expect(await page.getByText('I want a refund').count()).toBe(0)
    await page.locator('[data-entry-row]').first().click()
    await page
      .getByText(/position/i)
      .first()
      .waitFor()
    expect(page.url()).toContain('event=')
    // three clicks from here an outsider has a file that proves it
    const downloading = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Evidence of this entry' }).click()
    const file = new Uint8Array(readFileSync(await (await downloading).path()))
    const [signer] = await desk.world.asSuperuser<{ vkey: string }>('select vkey from log_signer')
    const report = await verifyBundleFile(sourceOf(file), readTrust(signer?.vkey ?? ''))
    expect(report.verdict).toBe('ok')
    expect(errors).toEqual([])
    await context.close()
  })

  test('a screen a role may not open, and an address that leads nowhere, say so and lead on', async () => {
    const { page, context } = await site.signIn(person('Maya'))
    expect(await page.getByRole('link', { name: 'Settings' }).count()).toBe(0)
    await page.goto(`${site.url}/settings`)
    await page
      .getByText(/may not|no permission|not allowed|role/i)
      .first()
      .waitFor()
    await page.goto(`${site.url}/nowhere/at-all`)
    await page.getByText('Nothing here', { exact: true }).last().waitFor()
    await page.getByRole('navigation').getByRole('link', { name: 'Log' }).click()
    await page.waitForURL(/[/]log/)
    await context.close()
  })

  test('hostile text is text: no script of a customer’s runs and nothing is swallowed', async () => {
    const { page, context, errors } = await site.signIn(desk.owner)
    const mallory = desk.telegram.createUser({ firstName: '<img src=x onerror=alert(1)>' })
    let alerted = false
    page.on('dialog', dialog => {
      alerted = true
      void dialog.dismiss()
    })
    for (const text of [
      '<script>alert(1)</script>',
      'javascript:alert(1)',
      '"><svg/onload=alert(1)>',
      '{{7*7}} #{7*7}',
      'https://example.com/?a=1&b="><img src=x onerror=alert(1)>',
    ])
      await mallory.say(bot, text)
    await page.getByText('All', { exact: true }).first().click()
    await page.getByText('<img src=x onerror=alert(1)>').first().click()
    await page.getByText('<script>alert(1)</script>').last().waitFor()
    await page.getByText('{{7*7}} #{7*7}').last().waitFor()
    expect(await page.locator('a[href^="javascript:"]').count()).toBe(0)
    await page.goto(`${site.url}/log`)
    await page.getByText('<script>alert(1)</script>', { exact: false }).first().waitFor()
    expect(alerted).toBe(false)
    expect(errors).toEqual([])
    await context.close()
  })

  test('the browser verifies the whole log by itself, remembers it, and says so when history was rewritten', async () => {
    const { page, context, errors } = await site.signIn(desk.owner)
    await desk.world.settle()
    await page.goto(`${site.url}/proof`)
    await page.getByRole('button', { name: 'Verify now' }).click()
    await page.getByText(/entries are as they were sealed/).waitFor()
    await page.getByRole('button', { name: 'Verify now' }).click()
    await page.getByText(/still contains what this browser saw/).waitFor()
    await page.getByRole('button', { name: 'Verify on the server' }).click()
    await page.getByText(/Nothing wrong in/).waitFor()
    // a byte of history is changed behind everybody's back, in a log that is otherwise the same
    await desk.world.asSuperuser(
      "update log_entry set leaf = convert_to(replace(convert_from(leaf, 'UTF8'), 'agent.joined', 'agent.joinee'), 'UTF8') where position = 3",
    )
    await page.getByRole('button', { name: 'Verify now' }).click()
    await page.getByText('The log is not intact').first().waitFor()
    await desk.world.asSuperuser(
      "update log_entry set leaf = convert_to(replace(convert_from(leaf, 'UTF8'), 'agent.joinee', 'agent.joined'), 'UTF8') where position = 3",
    )
    expect(errors).toEqual([])
    await context.close()
  })

  describe('every screen', () => {
    const screens = ['/inbox', '/log', '/bots', '/team', '/settings', '/proof']
    for (const [what, options] of [
      ['on a desk', {}],
      ['on a phone, dark', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' as const }],
    ] as const)
      test(`${what} loads without an error and passes axe`, async () => {
        const { page, context, errors } = await site.signIn(desk.owner, options)
        for (const screen of screens) {
          await visit(page, screen)
          expect(await axe(page), screen).toEqual([])
          expect(await widthBeside(page), screen).toBe(0)
        }
        expect(errors).toEqual([])
        await context.close()
      })

    test('is there in Chinese and in Russian, with no key shown instead of words', async () => {
      for (const locale of ['zh-CN', 'ru-RU']) {
        const { page, context, errors } = await site.signIn(person('Sofia'), { locale })
        for (const screen of ['/inbox', '/log', '/proof']) {
          await visit(page, screen)
          const text = (await page.evaluate('document.body.innerText')) as string
          expect(text, `${locale} ${screen}`).toMatch(
            locale === 'zh-CN' ? /\p{Script=Han}{2}/u : /\p{Script=Cyrillic}{4}/u,
          )
          expect(text, `${locale} ${screen}`).not.toMatch(
            /\b(nav|shell|inbox|thread|log|proof|action)\.[a-z]+\b/,
          )
        }
        expect(await page.locator('html').getAttribute('lang')).toMatch(new RegExp(`^${locale.slice(0, 2)}`))
        expect(errors).toEqual([])
        await context.close()
      }
    })
  })
})
