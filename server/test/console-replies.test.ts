import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createSamplePng } from '../src/demo/telegram/index.ts'
import { canBrowse } from './support/browser.ts'
import { axe, openConsole, type TestConsole } from './support/console.ts'
import { createDesk, type Desk } from './support/desk.ts'
import type { Person } from './support/world.ts'

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 })

describe.skipIf(!canBrowse())('answering in a browser', () => {
  let desk: Desk
  let site: TestConsole
  let bot: Awaited<ReturnType<Desk['connect']>>
  let maya: Person

  beforeAll(async () => {
    desk = await createDesk()
    desk.addGateway()
    bot = await desk.connect('Harbour Shop')
    const routing = { mode: 'manual' as const, departmentId: null, fallbackDepartmentId: null }
    await desk.owner.do('bot.set_routing', { botId: bot.botId as never, ...routing })
    maya = await desk.world.person('Maya')
    const group = { botId: null, languages: ['en'] }
    await desk.owner.do('phrase_group.create', {
      ...group,
      name: 'Promises',
      action: 'block',
      rules: [{ kind: 'plain', pattern: 'guaranteed profit' }],
    })
    await desk.owner.do('phrase_group.create', {
      ...group,
      name: 'Money back',
      action: 'confirm',
      rules: [{ kind: 'plain', pattern: 'refund' }],
    })
    for (const [title, shortcut, text] of [
      ['Welcome', 'hi', 'Welcome, {{customer.name}}! I am {{agent.name}}.'],
      ['History', 'history', 'Let me look that up.'],
    ] as const)
      await desk.owner.do('canned_reply.create', { title, shortcut, text, folder: null, departmentId: null })
    site = await openConsole(desk.world.node)
  })
  afterAll(async () => {
    await site?.end()
    await desk?.end()
  })

  test('a canned reply is found by its shortcut, shown as it will read, and sent by keys alone', async () => {
    const { page, errors } = await site.signIn(maya)
    const carla = desk.telegram.createUser({ firstName: 'Carla' })
    carla.say(bot, 'Hello?')
    await page.getByText('Queue', { exact: true }).first().click()
    await page.getByText('Carla').first().click()
    const composer = page.locator('textarea').first()
    await composer.fill('/hi')
    await page.getByRole('option', { name: /Welcome/ }).waitFor()
    await page.getByText('Welcome, Carla! I am Maya.').waitFor()
    expect(await axe(page)).toEqual([])
    await composer.press('ArrowDown')
    await page.getByText('Let me look that up.').waitFor()
    await composer.press('ArrowUp')
    await composer.press('Enter')
    expect(await composer.inputValue()).toBe('Welcome, Carla! I am Maya.')
    await composer.press('Enter')
    expect((await carla.waitForReply(bot, { timeoutMs: 5_000 })).text).toBe('Welcome, Carla! I am Maya.')
    const [sent] = await desk.entries('message.sent')
    const anyTwo = [expect.any(String), expect.any(String)]
    expect(sent?.data.cannedReply).toMatchObject({ version: 1, edited: false, offered: anyTwo })
    expect(errors).toEqual([])
    await page.close()
  })

  test('files go with a canned reply: added in its editor, sent in one message, each step in the log', async () => {
    const editor = await site.signIn(desk.owner, { at: '/replies' })
    await editor.page.getByRole('button', { name: 'Add canned reply' }).click()
    const dialog = editor.page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: /^Name/ }).fill('Plan')
    await dialog.getByRole('textbox', { name: /^Shortcut/ }).fill('plan')
    await dialog.getByRole('textbox', { name: /^Text/ }).fill('Here is the plan.')
    const picture = { name: 'plan.png', mimeType: 'image/png', buffer: Buffer.from(createSamplePng(30, 20)) }
    const list = { name: 'list.png', mimeType: 'image/png', buffer: Buffer.from(createSamplePng(20, 30)) }
    await dialog.locator('input[type=file]').setInputFiles([picture, list])
    await dialog.getByRole('button', { name: 'Remove list.png' }).click()
    expect(await axe(editor.page)).toEqual([])
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.waitFor({ state: 'detached' })
    await editor.page.getByText('plan.png').waitFor()
    const [added] = await desk.entries('canned_reply.file_added')
    const sha256 = createHash('sha256').update(picture.buffer).digest('hex')
    expect(added?.data).toMatchObject({
      version: 2,
      file: { name: 'plan.png', sha256, bytes: picture.buffer.length, type: 'image/png' },
    })

    const { page, errors } = await site.signIn(maya)
    const gina = desk.telegram.createUser({ firstName: 'Gina' })
    gina.say(bot, 'Where do I go?')
    await page.getByText('Queue', { exact: true }).first().click()
    await page.getByText('Gina').first().click()
    const composer = page.locator('textarea').first()
    await composer.fill('/plan')
    await page.getByRole('option', { name: /Plan 1 file|Plan.*1 file/ }).waitFor()
    await composer.press('Enter')
    await page.getByRole('button', { name: 'Remove plan.png' }).waitFor()
    await page.getByRole('progressbar', { name: 'Uploading plan.png' }).waitFor({ state: 'detached' })
    await composer.press('Enter')
    const reply = await gina.waitForReply(bot, { timeoutMs: 10_000 })
    expect(reply).toMatchObject({ caption: 'Here is the plan.', photo: expect.any(Array) })
    const [sent] = (await desk.entries('message.sent')).slice(-1)
    expect(sent?.data).toMatchObject({
      kind: 'photo',
      files: [{ sha256 }],
      cannedReply: { key: added?.subject.id, version: 2, edited: false },
    })
    // the copy is the customer's; the reply keeps its own, until it is taken away
    await desk.owner.do('canned_reply.delete', { cannedReplyId: added?.subject.id as never })
    const deleted = await desk.world.entries({
      event: 'canned_reply.deleted',
      subject: added?.subject.id as never,
    })
    expect(deleted[0]?.data).toMatchObject({ files: [{ sha256 }] })
    await desk.world.node.fileKeeper.sweep()
    const file = (await desk.messages(sent?.conversationId ?? '')).at(-1)?.files[0]
    expect(file).toMatchObject({ state: 'stored' })
    const bytes = await desk.world.node.files.readAll(desk.world.workspaceId, file?.id ?? '')
    expect(bytes.equals(picture.buffer)).toBe(true)
    expect([...errors, ...editor.errors]).toEqual([])
    await page.close()
    await editor.page.close()
  })

  test('a text that is held back says why; it is confirmed or changed, and each is an entry', async () => {
    const { page, errors } = await site.signIn(maya)
    const dora = desk.telegram.createUser({ firstName: 'Dora' })
    dora.say(bot, 'Money?')
    await page.getByText('Queue', { exact: true }).first().click()
    await page.getByText('Dora').first().click()
    const composer = page.locator('textarea').first()
    const write = async (text: string) => {
      await composer.fill(text)
      await composer.press('Enter')
    }
    await write('A guaranteed profit')
    const held = page.getByRole('region', { name: 'Held back' })
    await held.getByText('Promises').waitFor()
    expect(await held.getByRole('button', { name: 'Send all the same' }).count()).toBe(0)
    expect(await axe(page)).toEqual([])
    await held.getByRole('button', { name: 'Change the text' }).click()
    expect(await composer.inputValue()).toBe('A guaranteed profit')

    await write('You get a refund')
    await held.getByText('Money back').waitFor()
    await held.getByRole('button', { name: 'Change the text' }).click()
    await held.waitFor({ state: 'detached' })
    await write('You get a refund today')
    await held.getByRole('button', { name: 'Send all the same' }).click()
    expect((await dora.waitForReply(bot, { timeoutMs: 5_000 })).text).toBe('You get a refund today')
    const decisions = (await desk.entries('moderation.flagged')).map(entry => entry.data.decision)
    expect(decisions).toEqual(['blocked', 'asked', 'cancelled', 'asked', 'confirmed'])
    expect(errors).toEqual([])
    await page.close()
  })

  test('beside a conversation a customer gets nickname, remark and fields, and is blocked and unblocked', async () => {
    await desk.owner.do('field.define', { key: 'city', name: 'City', kind: 'text' })
    const { page, errors } = await site.signIn(maya)
    const emil = desk.telegram.createUser({ firstName: 'Emil' })
    emil.say(bot, 'Anybody?')
    await page.getByText('Queue', { exact: true }).first().click()
    await page.getByText('Emil').first().click()
    for (const [label, text] of [
      ['Nickname', 'The quiet one'],
      ['Remark', 'Writes at night'],
      ['City', 'Riga'],
    ] as const) {
      await page.getByLabel(label, { exact: true }).fill(text)
      await page.getByLabel(label, { exact: true }).blur()
    }
    expect(await axe(page)).toEqual([])
    await page.getByRole('button', { name: 'Block customer' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Block customer' }).click()
    await page.getByRole('button', { name: 'Unblock customer' }).click()
    await page.getByRole('button', { name: 'Block customer' }).waitFor()
    const done = async () =>
      (await desk.entries('customer.*')).filter(entry => entry.actor.id === maya.id).map(entry => entry.event)
    await expect
      .poll(done, { timeout: 10_000 })
      .toEqual([
        'customer.profile_updated',
        'customer.profile_updated',
        'customer.field_set',
        'customer.blocked',
        'customer.unblocked',
      ])
    expect(errors).toEqual([])
    await page.close()
  })

  test('an owner adds a canned reply, a phrase group, a wallet and a field; an agent sees only the replies', async () => {
    const { page, errors } = await site.signIn(desk.owner, { at: '/replies' })
    await page.getByRole('button', { name: 'Add canned reply' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('Bye')
    await dialog.getByLabel('Shortcut').fill('/bye')
    await dialog.getByLabel('Text').fill('Goodbye, {{customer.name}}')
    expect(await axe(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByText('/bye').waitFor()
    await page.getByRole('button', { name: 'Add phrase group' }).click()
    await dialog.getByLabel('Name').fill('Rude')
    await dialog.getByLabel('Phrases, one a line').fill('idiot\nfool')
    expect(await axe(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByText('idiot · fool').waitFor()
    await page.getByLabel('Wallet address').fill('TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t')
    await page.getByLabel('What it is for').fill('Cashier')
    await page.getByRole('button', { name: 'Allow wallet' }).click()
    await page.getByText('Cashier').waitFor()
    await page.getByLabel('Key').fill('size')
    await page.getByLabel(/^Name/).last().fill('Size')
    await page.getByRole('button', { name: 'Add field' }).click()
    await page.getByText('{{field.size}}').waitFor()
    expect(await axe(page)).toEqual([])
    expect(errors).toEqual([])
    await page.close()
    const agent = await site.signIn(maya, { at: '/replies' })
    await agent.page.getByText('/bye').waitFor()
    expect(await agent.page.getByRole('button', { name: /Add|Edit|Remove/ }).count()).toBe(0)
    await agent.page.close()
  })
})
