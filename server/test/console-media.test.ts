import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createSamplePng } from '../src/demo/telegram/image.ts'
import { drawTgsSticker, drawWebpSticker } from '../src/demo/telegram/pictures.ts'
import { VOICE } from '../src/demo/telegram/recordings.ts'
import { canBrowse } from './support/browser.ts'
import { axe, openConsole, type TestConsole } from './support/console.ts'
import { createDesk, type Desk, until } from './support/desk.ts'
import type { Person } from './support/world.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 90_000 })

/** A microphone that hums, and no question whether it may be used. */
const MICROPHONE = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']

/** Runs in the page, which has what this file's types do not know. */
const DROP = `given => {
  const carried = new DataTransfer()
  for (const { name, base64 } of given)
    carried.items.add(new File([Uint8Array.from(atob(base64), char => char.charCodeAt(0))], name, { type: 'image/png' }))
  for (const type of ['dragover', 'drop'])
    document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: carried }))
}`
/** What is asked of players and pictures in the page. */
type Player = { play(): Promise<void>; duration: number; currentTime: number }
type Picture = { naturalWidth: number }

describe.skipIf(!canBrowse())('messages with media in a browser', () => {
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
    site = await openConsole(desk.world.node, MICROPHONE)
  })
  afterAll(async () => {
    await site?.end()
    await desk?.end()
  })

  /** Maya looks at what a new customer says. */
  async function conversationWith(firstName: string) {
    const customer = desk.telegram.createUser({ firstName })
    customer.say(bot, 'Hello?')
    const opened = await site.signIn(maya)
    const { page } = opened
    await page.getByText('Queue', { exact: true }).first().click()
    await page.getByText(firstName).first().click()
    const composer = page.getByRole('textbox', { name: 'Reply', exact: false }).last()
    await composer.waitFor()
    return { ...opened, customer, composer }
  }

  /** Drops files on the middle of the thread, as from a file manager. */
  const drop = (page: Page, files: readonly { name: string; bytes: Buffer }[]) =>
    page.evaluate(
      `(${DROP})(${JSON.stringify(files.map(({ name, bytes }) => ({ name, base64: bytes.toString('base64') })))})`,
    )
  const attached = (page: Page) => page.getByRole('list', { name: 'Files to be sent' }).getByRole('listitem')

  test('a picture that is dropped arrives at the customer with its words, and shows in the thread', async () => {
    const { page, context, errors, customer, composer } = await conversationWith('Carla')
    await drop(page, [{ name: 'plan.png', bytes: createSamplePng(60, 40) }])
    await attached(page).getByText('plan.png').waitFor()
    expect(await axe(page)).toEqual([])
    await composer.fill('The plan')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    const got = await customer.waitForReply(bot, { timeoutMs: 15_000 })
    expect(got).toMatchObject({ caption: 'The plan', photo: expect.anything() })
    await page.getByRole('button', { name: 'Show larger' }).click()
    await page.getByRole('dialog').locator('img').waitFor()
    expect(await axe(page)).toEqual([])
    expect(await attached(page).count()).toBe(0)
    expect(errors).toEqual([])
    await context.close()
  })

  test('several pictures go as one album; one that was taken out again does not go', async () => {
    const { page, context, customer } = await conversationWith('Dora')
    const files = [0xff0000, 0x00ff00, 0x0000ff].map((colour, index) => ({
      name: `${index}.png`,
      bytes: createSamplePng(30, 30, colour),
    }))
    await drop(page, files)
    await page.getByRole('button', { name: 'Remove 1.png' }).click()
    await until(async () => (await attached(page).count()) === 2)
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    const got = await until(() => customer.received(bot).length === 2 && customer.received(bot))
    expect(got[0]?.media_group_id).toBeDefined()
    expect(got[1]?.media_group_id).toBe(got[0]?.media_group_id)
    await until(async () => (await page.getByRole('button', { name: 'Show larger' }).count()) === 2)
    await context.close()
  })

  test('a voice is recorded, sent as a voice message, and can be played; so can one that came', async () => {
    const { page, context, customer, errors } = await conversationWith('Emil')
    await page.getByRole('button', { name: 'Record a voice message' }).click()
    await page.getByRole('status').getByText('Recording').waitFor()
    await page.waitForTimeout(1_200)
    await page.getByRole('button', { name: 'Done' }).click()
    await attached(page).waitFor()
    const send = page.getByRole('button', { name: 'Send', exact: true })
    await until(() => send.isEnabled())
    await send.click()
    const got = await customer.waitForReply(bot, { timeoutMs: 15_000 })
    expect(got.voice).toBeDefined()
    customer.sendVoice(bot, VOICE.bytes(), { duration: VOICE.duration })
    const players = page.locator('audio')
    await until(async () => (await players.count()) === 2)
    for (const index of [0, 1]) {
      const player = players.nth(index)
      expect(await player.evaluate(element => element.getBoundingClientRect().width)).toBeGreaterThan(200)
      await player.evaluate(element => (element as unknown as Player).play())
      const seconds = await until(async () => {
        const { currentTime, duration } = await player.evaluate(element => {
          const { currentTime, duration } = element as unknown as Player
          return { currentTime, duration }
        })
        return currentTime > 0.2 && duration
      })
      expect(seconds).toBeGreaterThan(0.5)
      expect(seconds).toBeLessThan(index === 1 ? 4 : 20)
    }
    expect(errors).toEqual([])
    await context.close()
  })

  test('stickers show, still and moving', async () => {
    const { page, context, customer, errors } = await conversationWith('Fay')
    customer.sendSticker(bot, drawWebpSticker(), { emoji: '🙂' })
    customer.sendSticker(bot, drawTgsSticker([255, 140, 66]), { mimeType: 'application/x-tgsticker' })
    const still = page.locator('img[alt="Sticker"]')
    await until(() =>
      still.evaluate(element => (element as unknown as Picture).naturalWidth, null, { timeout: 10_000 }),
    )
    await page.locator('div[role=img][aria-label="Sticker"] svg path').first().waitFor({ state: 'attached' })
    expect(errors).toEqual([])
    await context.close()
  })

  test('a message is answered, edited with its versions kept, reacted to and recalled', async () => {
    const { page, context, customer, composer, errors } = await conversationWith('Gina')
    const row = (text: string) => page.getByRole('article').filter({ hasText: text }).last()
    await row('Hello?').hover()
    await row('Hello?').getByRole('button', { name: 'Reply' }).click()
    await composer.fill('On Monday')
    await composer.press('Enter')
    const first = await customer.waitForReply(bot, { timeoutMs: 15_000 })
    expect(first.reply_to_message?.text).toBe('Hello?')

    await row('Hello?').hover()
    await row('Hello?').getByRole('button', { name: 'React' }).click()
    await page.getByRole('button', { name: '👍' }).click()
    await page.getByRole('img', { name: 'The desk reacted with 👍' }).waitFor()
    customer.react(bot, first, ['🔥'])
    await page.getByRole('img', { name: 'The customer reacted with 🔥' }).waitFor()

    await drop(page, [{ name: 'later.png', bytes: createSamplePng(9, 9) }])
    await row('On Monday').hover()
    await row('On Monday').getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: 'Edit' }).click()
    const field = page.getByRole('textbox', { name: 'Editing a message' })
    await field.fill('On Tuesday')
    await field.press('Enter')
    await until(() => customer.received(bot).at(-1)?.text === 'On Tuesday')
    await attached(page).getByText('later.png').waitFor()
    await row('On Tuesday').hover()
    await row('On Tuesday').getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: 'Versions' }).click()
    await page.getByRole('menu').waitFor({ state: 'detached' })
    const versions = page.getByRole('dialog')
    await versions.getByText('On Monday').waitFor()
    await versions.getByText('On Tuesday').waitFor()
    expect(await axe(page)).toEqual([])
    await page.keyboard.press('Escape')
    await versions.waitFor({ state: 'detached' })

    // as the reader's clock would have it in two days: what Telegram would refuse is there, off, and says why
    await page.clock.setSystemTime(Date.now() + 49 * 3_600_000)
    await row('On Tuesday').hover()
    await row('On Tuesday').getByRole('button', { name: 'More' }).click()
    await page.getByText('Telegram allows changes for 48 hours only.').waitFor()
    expect(await page.getByRole('menuitem', { name: /Edit|Recall/, disabled: true }).count()).toBe(2)
    await page.keyboard.press('Escape')
    await page.getByRole('menu').waitFor({ state: 'detached' })
    await page.clock.setSystemTime(Date.now())

    await row('On Tuesday').hover()
    await row('On Tuesday').getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: /Recall/ }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Recall' }).click()
    await until(() => customer.received(bot).length === 0)
    await row('On Tuesday').getByText('Recalled').waitFor()
    expect(errors).toEqual([])
    await context.close()
  })

  test('a group is told apart, says when nothing of it arrives any more, and is given commands by its name', async () => {
    const change = (enabled: boolean) =>
      desk.owner.do('bot.set_groups', { botId: bot.botId as never, enabled })
    await change(true)
    const ida = desk.telegram.createUser({ firstName: 'Ida' })
    const title = `Rowers ${ida.id}`
    ida.say(bot, 'all aboard?', { in: desk.telegram.createGroup({ title, members: [ida, bot] }) })
    const talk = await until(async () =>
      (await desk.conversations()).find(({ customer }) => customer.name === title),
    )
    expect(talk.inGroup).toBe(true)
    await change(false)
    const { page, context } = await site.signIn(desk.owner, { at: `/inbox/${talk.id}?view=all` })
    await page.getByText('This bot takes no messages from groups now', { exact: false }).waitFor()
    expect(await axe(page)).toEqual([])

    // its name is enough to give those who administer it commands of their own; the bot gets a photo on the way
    await page.goto(`${site.url}/bots`)
    await page.getByRole('button', { name: 'Profile and commands…' }).click()
    const dialog = page.getByRole('dialog')
    const logo = { name: 'logo.png', mimeType: 'image/png', buffer: createSamplePng(30, 20) }
    await dialog.locator('input[type=file]').setInputFiles(logo)
    await dialog.getByText('photo', { exact: true }).first().waitFor()
    await dialog.getByRole('img', { name: 'Photo' }).waitFor()
    const field = (name: string) =>
      dialog.getByLabel(name, { exact: true }).and(dialog.locator('input')).first()
    await field('Shown to').click()
    await page.getByRole('option', { name: 'those who administer a group' }).click()
    await field('Group').fill('Rowers')
    await page.getByRole('option', { name: title }).click()
    await dialog.getByRole('button', { name: 'Add a command' }).click()
    await field('Command 1').fill('lock')
    await field('What command 1 does').fill('Lock the boathouse')
    await dialog.getByRole('button', { name: 'Tell Telegram' }).last().click()
    await dialog.getByText('commands · those who administer a group').first().waitFor()
    const told = await until(() => desk.telegram.calls({ method: 'setMyCommands' }).at(-1)?.parameters)
    expect(told).toMatchObject({ scope: { type: 'chat_administrators' }, commands: [{ command: 'lock' }] })
    expect(await axe(page)).toEqual([])
    await context.close()
  })

  test('an upload is cancelled, and one whose line broke is taken up again: nothing lost, nothing twice', async () => {
    const { page, context, customer, composer } = await conversationWith('Hana')
    const before = (await desk.entries('file.uploaded')).length
    let hold = () => {}
    const held = new Promise<void>(resolve => {
      hold = resolve
    })
    await page.route('**/api/file.upload?*', async route => {
      await held
      await route.abort().catch(() => {}) // cancelled by the page meanwhile
    })
    await drop(page, [{ name: 'slow.png', bytes: createSamplePng(20, 20) }])
    await page.getByRole('progressbar', { name: 'Uploading slow.png' }).waitFor({ state: 'attached' })
    expect(await page.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(true)
    await page.getByRole('button', { name: 'Remove slow.png' }).click()
    expect(await attached(page).count()).toBe(0)
    hold()

    await composer.fill('Here it is')
    await drop(page, [{ name: 'broken.png', bytes: createSamplePng(21, 21) }])
    await attached(page).getByRole('alert').waitFor()
    expect(await composer.inputValue()).toBe('Here it is')
    await page.unroute('**/api/file.upload?*')
    await attached(page).getByRole('button', { name: 'Try again' }).click()
    const send = page.getByRole('button', { name: 'Send', exact: true })
    await until(() => send.isEnabled())

    // the message is accepted, but its answer does not come back: asking again by itself must not send twice
    await page.route('**/api/message.send', async route => {
      await route.fetch()
      await route.abort()
    })
    await send.click()
    const again = page.getByText('The server does not answer. Trying again…')
    await again.waitFor()
    await page.unroute('**/api/message.send')
    await again.waitFor({ state: 'detached' })
    await customer.waitForReply(bot, { timeoutMs: 15_000 })
    await page.waitForTimeout(500)
    expect(customer.received(bot).map(({ caption }) => caption)).toEqual(['Here it is'])
    expect((await desk.entries('file.uploaded')).length).toBe(before + 1)
    await context.close()
  })
})
