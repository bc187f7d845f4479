import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { canBrowse } from './support/browser.ts'
import { axe, openConsole, type TestConsole } from './support/console.ts'
import { createWorld, type Person, type World } from './support/world.ts'

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 })

const CONVERSATIONS = 10_000
const THREAD = 50_000

describe.skipIf(!canBrowse())(`${CONVERSATIONS} conversations, one of ${THREAD} messages`, () => {
  let world: World
  let site: TestConsole
  let maya: Person
  let long: string

  beforeAll(async () => {
    world = await createWorld()
    maya = await world.person('Maya')
    const talk = await world.conversation({ assignee: maya.id, name: 'Longest Story' })
    long = talk.id
    const say = (text: string) => maya.do('message.send', { conversationId: long as never, text })
    const { message } = await say('the very first words')
    await world.asSuperuser("update message set at = now() - interval '2 days' where message_id = $1", [
      message.id,
    ])
    await fill(talk.botId)
    await say('the very last words')
    site = await openConsole(world.node)
  })
  afterAll(async () => {
    await site?.end()
    await world?.end()
  })

  /** Messages between the first and the last, and the other conversations, put straight into the tables. */
  async function fill(botId: string): Promise<void> {
    await world.asSuperuser(
      `insert into message (workspace_id, message_id, conversation_id, at, direction, author_kind, kind, state, entry_id)
       select $1, gen_random_uuid(), $2, now() - make_interval(secs => n), 'in', 'customer', 'text', 'received', gen_random_uuid()
       from generate_series(1, $3::int) n`,
      [world.workspaceId, long, THREAD - 2],
    )
    await world.asSuperuser(
      `with people as (insert into customer (workspace_id, customer_id, telegram_id, name, named_by, created_at)
         select $1, gen_random_uuid(), 7000000 + n, 'Customer ' || n, gen_random_uuid(), now() from generate_series(1, $4::int) n
         returning customer_id, telegram_id)
       insert into conversation (workspace_id, conversation_id, bot_id, customer_id, chat_id, status, assignee_id, opened_at, last_message_at, waiting_since)
       select $1, gen_random_uuid(), $2, customer_id, telegram_id, 'in_progress', $3, now(), now(), now() - make_interval(secs => telegram_id - 7000000)
       from people`,
      [world.workspaceId, botId, maya.id, CONVERSATIONS - 1],
    )
    await world.asSuperuser('analyze message, conversation, customer')
  }

  test('the list shows its first page, goes on while one scrolls, and keeps few rows', async () => {
    const { page, context, errors } = await site.signIn(maya)
    const row = (index: number) => page.locator(`[data-row="${index}"]`)
    await row(3).waitFor()
    await row(3)
      .getByText(`Customer ${CONVERSATIONS - 4}`)
      .waitFor()
    await row(3).hover()
    for (let turn = 0; turn < 60 && !(await row(150).isVisible()); turn++) await page.mouse.wheel(0, 1200)
    await row(150).waitFor()
    expect(await page.locator('[data-row]').count()).toBeLessThan(120)
    expect(await axe(page)).toEqual([])
    expect(errors).toEqual([])
    await context.close()
  })

  test('a thread opens at its end, scrolls, and leads to its first message and back, by a few pages', async () => {
    const { page, context, errors } = await site.signIn(maya)
    let asked = 0
    page.on('request', request => {
      if (request.url().includes('/api/conversation.messages')) asked++
    })
    const begin = performance.now()
    await page.goto(`${site.url}/inbox/${long}`)
    const log = page.getByRole('log')
    await log.getByText('the very last words').waitFor()
    process.stderr.write(`a thread of ${THREAD}: open after ${Math.round(performance.now() - begin)} ms\n`)
    expect(asked).toBeLessThan(4)
    await log.hover()
    for (let turn = 0; turn < 40 && (await log.getByText('the very last words').isVisible()); turn++)
      await page.mouse.wheel(0, -900)
    await page.getByRole('button', { name: 'First message' }).click()
    await log.getByText('the very first words').waitFor()
    await log.getByText('Beginning of the conversation').waitFor()
    expect(asked).toBeLessThan(14)
    expect(await log.locator('[data-index]').count()).toBeLessThan(150)
    expect(await axe(page)).toEqual([])
    await page.getByRole('button', { name: 'Newest messages' }).click()
    await log.getByText('the very last words').waitFor()
    expect(errors).toEqual([])
    await context.close()
  })
})
