import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { canBrowse } from './support/browser.ts'
import { axe, openConsole, type TestConsole } from './support/console.ts'
import { until } from './support/desk.ts'
import { WebReceiver } from './support/receivers.ts'
import { createWorld, type World } from './support/world.ts'

const QUICK = { firstPauseMs: 20, longestPauseMs: 60, lookMs: 25, leaseMs: 3_000 }

describe.skipIf(!canBrowse())('a stream in a browser', { timeout: 120_000 }, () => {
  let world: World
  let site: TestConsole
  let receiver: WebReceiver
  let billing: string
  beforeAll(async () => {
    world = await createWorld({ allowPrivateTargets: true, streamTiming: QUICK })
    site = await openConsole(world.node)
    receiver = await new WebReceiver().listen()
    billing = await world.department('Billing')
  })
  afterAll(async () => {
    await site?.end()
    receiver?.close()
    await world?.end()
  })

  const listed = async () => {
    const [stream] = (await world.owner.ask('stream.list', {})).items
    if (!stream) throw new Error('there is no stream')
    return stream
  }

  test('is set up with words and a filter, sends what it finds, and keeps its words when the rest is edited', async () => {
    const { page, context, errors } = await site.signIn(world.owner, { at: '/streams' })
    await page.getByRole('button', { name: 'Add stream' }).first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: 'Name' }).fill('SIEM')
    await dialog.getByRole('textbox', { name: 'Address' }).fill(receiver.url)
    await dialog.getByLabel('Words in the entry').fill('refund')
    expect(await axe(page)).toEqual([])
    await dialog.locator('button[type=submit]').click()
    const shown = page.getByText(/^whsec_/)
    await shown.waitFor()
    const secret = (await shown.textContent()) ?? ''
    await page.keyboard.press('Escape')

    const talk = await world.conversation({ name: 'Carla' })
    const note = (text: string) => world.owner.do('note.add', { conversationId: talk.id as never, text })
    await note('nothing of interest')
    await note('she wants a refund')
    await world.settle()
    await until(async () => receiver.calls.length > 0 || null)
    const [call] = receiver.calls
    const body = new Webhook(secret).verify(call?.body ?? '', call?.headers as Record<string, string>)
    expect(body).toMatchObject({ type: 'note.added' })
    expect((await listed()).words).toBe(true)

    await page.getByRole('button', { name: 'More actions of SIEM' }).click()
    await page.getByRole('menuitem', { name: 'Change' }).click()
    await page.getByText('It has words already, which nobody is shown.', { exact: false }).waitFor()
    await dialog.locator('summary').click()
    const choose = async (label: string, option: string) => {
      const field = dialog
        .getByRole('combobox', { name: label })
        .or(dialog.getByRole('textbox', { name: label }))
      await field.fill(option)
      await page.getByRole('option', { name: option, exact: true }).click()
      await page.keyboard.press('Tab') // the list closes
    }
    await choose('Only from this source', 'Console')
    await choose('Only by these people', 'Olga Owner')
    await choose('Only of these departments', 'Billing')
    // whoever is too many to list is found by name
    const find = async (label: string, name: string, option: RegExp) => {
      await dialog
        .getByRole('combobox', { name: label })
        .or(dialog.getByRole('textbox', { name: label }))
        .fill(name)
      await page.getByRole('option', { name: option }).click()
      await page.keyboard.press('Tab')
    }
    await find('Only of customers', 'Carla', /^Carla/)
    await find('Only of conversations', 'Carla', /Carla · /)
    await find('Only about', 'reopens a resolved', /reopens a resolved/)
    await page.keyboard.press('Tab') // past the list of sources, which had opened
    expect(await axe(page)).toEqual([])
    await dialog.locator('button[type=submit]').click()
    await dialog.waitFor({ state: 'detached' })
    expect(await listed()).toMatchObject({
      words: true,
      filter: {
        source: ['console'],
        actor: [world.owner.id],
        department: [billing],
        customer: [talk.customerId],
        conversation: [talk.id],
        subject: ['conversation.reopen_hours'],
      },
    })
    // and is told by name when the form is opened again
    await page.getByRole('button', { name: 'More actions of SIEM' }).click()
    await page.getByRole('menuitem', { name: 'Change' }).click()
    await dialog.locator('summary').click()
    await dialog.getByText('Conversation with Carla', { exact: false }).waitFor()
    await dialog.getByText('Carla', { exact: true }).waitFor()
    expect(await dialog.getByText(talk.id).count()).toBe(0)
    expect(errors).toEqual([])
    await context.close()
  })
})
