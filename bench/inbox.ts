import { rmSync } from 'node:fs'
import type { Page } from 'playwright-core'
import type { Command } from '../server/src/command/define.ts'
import { type SimulatedTelegram, startSimulatedTelegram } from '../server/src/demo/telegram/index.ts'
import { createHttpServer } from '../server/src/edges/http/server.ts'
import { createIdentify, Gateway } from '../server/src/edges/telegram/index.ts'
import { createLog } from '../server/src/kernel/log.ts'
import { InstallationSecret } from '../server/src/kernel/secret.ts'
import { createConnectBot } from '../server/src/modules/bots/index.ts'
import { canBrowse, launchBrowser, WEB_ROOT } from '../server/test/support/browser.ts'
import { type Desk, openDesk, runSql, startCluster } from './desk.ts'
import { type Benchmark, type Figure, quantile } from './figure.ts'

const CONVERSATIONS = 10_000
const THREAD = 50_000
const PUBLIC = 'http://127.0.0.1:9'
const FAST = { perSecond: 100_000, burst: 100_000 }

const until = async (check: () => boolean | Promise<boolean>, ms = 60_000) => {
  const end = performance.now() + ms
  while (!(await check())) {
    if (performance.now() > end) throw new Error(`it did not happen within ${ms} ms: ${check}`)
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}

/** A desk with a bot at a simulated Telegram that keeps no limits. */
class Line {
  readonly desk: Desk
  readonly telegram: SimulatedTelegram
  readonly gateway: Gateway
  botId = ''
  #secret = ''
  #updateId = 1

  constructor(desk: Desk, telegram: SimulatedTelegram) {
    this.desk = desk
    this.telegram = telegram
    const { node } = desk
    this.gateway = new Gateway({
      databases: node.databases,
      door: node.door,
      keys: node.keys,
      secret: new InstallationSecret(Buffer.alloc(32, 7)),
      log: createLog('error'),
      nodeId: node.counter.nodeId,
      apiRoot: telegram.apiRoot,
      publicUrl: PUBLIC,
      rates: { perBot: FAST, perChat: FAST, perGroup: FAST },
      ...node.gatewayFiles(),
    })
    node.wakeOutbox = (workspaceId, botId) => this.gateway.wakeOutbox(workspaceId, botId)
  }

  async connect(): Promise<void> {
    const { node, owner } = this.desk
    const command = createConnectBot({
      secret: new InstallationSecret(Buffer.alloc(32, 7)),
      delivery: 'webhook',
      identify: createIdentify(this.telegram.apiRoot),
      botsChanged: workspaceId => this.gateway.botsChanged(workspaceId),
    }) as unknown as Command
    this.gateway.start()
    const { token } = this.telegram.createBot({ name: 'Bench' })
    const answer = (await node.door.execute(command, owner, { token })) as { bot: { id: string } }
    this.botId = answer.bot.id
    await until(() => this.telegram.calls({ method: 'setWebhook' }).length > 0)
    this.#secret = String(this.telegram.calls({ method: 'setWebhook' })[0]?.parameters.secret_token)
  }

  /** What Telegram would post when somebody writes. */
  async update(chatId: number, text: string): Promise<void> {
    const id = this.#updateId++
    const from = { id: chatId, is_bot: false, first_name: `Customer ${chatId}` }
    const message = { message_id: id, date: 1, chat: { id: chatId, type: 'private' }, from, text }
    const status = await this.gateway.receiveWebhook(
      this.botId,
      { 'x-telegram-bot-api-secret-token': this.#secret },
      Buffer.from(JSON.stringify({ update_id: id, message })),
    )
    if (status !== 200) throw new Error(`the webhook answered ${status}`)
  }
}

async function ask<T>(desk: Desk, name: string, input: object): Promise<T> {
  const query = desk.node.queriesByName.get(name)
  if (!query) throw new Error(`no query ${name}`)
  return (await desk.node.queries.run(query, desk.owner, input)) as T
}

async function p95Of(times: number, run: (i: number) => Promise<unknown>): Promise<number> {
  const took: number[] = []
  for (let i = 0; i < times; i++) {
    const begin = performance.now()
    await run(i)
    took.push(performance.now() - begin)
  }
  return quantile(took, 0.95)
}

const ms = (name: string, value: number, atMost: number, note?: string): Figure => ({
  name,
  value,
  unit: 'ms',
  limit: { atMost },
  ...(note ? { note } : {}),
})

/** As many updates as there are, as fast as they can be taken and dealt with. */
async function gatewayRate(line: Line): Promise<Figure> {
  const COUNT = 5_000
  const count = async () =>
    (await line.desk.node.databases.readPool.query('select count(*)::int as n from message')).rows[0].n
  const before = Number(await count())
  const begin = performance.now()
  for (let i = 0; i < COUNT; i += 100)
    await Promise.all(
      Array.from({ length: 100 }, (_, k) => line.update(5_000_000 + ((i + k) % 500), `message ${i + k}`)),
    )
  await until(async () => Number(await count()) - before >= COUNT)
  const seconds = (performance.now() - begin) / 1000
  return {
    name: 'gateway: updates stored, recorded and routed',
    value: COUNT / seconds,
    unit: '/s',
    limit: { atLeast: 1_000 },
    note: `${COUNT} messages of 500 customers, generated in the same process`,
  }
}

/** From Telegram's post to the message in the answer a browser would show, at 200 a second. */
async function visibleAfter(line: Line): Promise<Figure> {
  const [SECONDS, RATE] = [6, 200]
  const { desk } = line
  const begun = new Map<string, number>()
  const took: number[] = []
  const conversations = new Set<string>()
  let busy = false
  const look = async () => {
    if (busy) return
    busy = true
    while (conversations.size > 0) {
      const ids = [...conversations].slice(0, 4)
      for (const id of ids) conversations.delete(id)
      for (const id of ids) {
        const { items } = await ask<{ items: { text: { value: string } | null }[] }>(
          desk,
          'conversation.messages',
          { id, limit: '5' },
        )
        for (const { text } of items) {
          const at = begun.get(text?.value ?? '')
          if (at === undefined) continue
          took.push(performance.now() - at)
          begun.delete(text?.value ?? '')
        }
      }
    }
    busy = false
  }
  const stop = await desk.node.hub.subscribe(
    {
      caller: desk.owner,
      send: push => {
        if (push.type !== 'changed') return
        // what one person has open: one conversation in twenty
        for (const item of push.items)
          if (
            item.event === 'message.received' &&
            item.conversationId &&
            Number.parseInt(item.conversationId.slice(-2), 16) % 20 === 0
          )
            conversations.add(item.conversationId)
        void look()
      },
    },
    null,
  )
  const begin = performance.now()
  for (let i = 0; i < SECONDS * RATE; i++) {
    const due = begin + (i * 1000) / RATE
    if (due > performance.now()) await new Promise(resolve => setTimeout(resolve, due - performance.now()))
    const text = `visible ${i}`
    begun.set(text, performance.now())
    void line.update(5_000_000 + (i % 500), text)
  }
  await new Promise(resolve => setTimeout(resolve, 2_000))
  stop()
  return ms(
    'update → in the open thread, p95 at 200 updates/s',
    quantile(took, 0.95),
    250,
    `${took.length} seen in open threads, median ${Math.round(quantile(took, 0.5))} ms`,
  )
}

/** From an agent's click to the call at the Bot API, when no limit applies. */
async function callAfterClick(line: Line): Promise<Figure> {
  const { desk, telegram } = line
  const [{ id } = { id: '' }] = (
    await ask<{ items: { id: string }[] }>(desk, 'conversation.list', { bot: line.botId, limit: '1' })
  ).items
  const send = desk.node.commandsByName.get('message.send')
  if (!send) throw new Error('no message.send')
  const took: number[] = []
  for (let i = 0; i < 100; i++) {
    const text = `click ${i}`
    const begin = Date.now()
    await desk.node.door.execute(send, desk.owner, { conversationId: id, text })
    await until(() => telegram.calls({ method: 'sendMessage' }).some(call => call.parameters.text === text))
    const call = telegram.calls({ method: 'sendMessage' }).find(each => each.parameters.text === text)
    took.push((call?.at ?? Date.now()) - begin)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  return ms('click → Bot API call, p95', quantile(took, 0.95), 50, `median ${quantile(took, 0.5)} ms`)
}

/** Ten thousand conversations of one agent, one of them fifty thousand messages long. */
async function fill(desk: Desk): Promise<{ ids: string[]; long: string }> {
  const ids = await desk.conversations(CONVERSATIONS)
  const long = ids[0] ?? ''
  await runSql(
    desk.connection,
    `insert into message (workspace_id, message_id, conversation_id, at, direction, author_kind, kind, state, entry_id)
     select $1, gen_random_uuid(), c, now() - make_interval(secs => n), case when n % 2 = 0 then 'in' else 'out' end, 'customer', 'text',
       case when n % 2 = 0 then 'received' else 'delivered' end, gen_random_uuid()
     from (select $2::uuid as c, n from generate_series(1, ${THREAD}) n
       union all select c, n from unnest($3::uuid[]) c, generate_series(1, 4) n) m`,
    [desk.workspaceId, long, ids.slice(1)],
  )
  await runSql(
    desk.connection,
    `update conversation c set last_message_id = m.message_id, last_message_at = m.at, waiting_since = m.at from (
       select distinct on (conversation_id) conversation_id, message_id, at from message order by conversation_id, at desc) m
     where m.conversation_id = c.conversation_id`,
  )
  await runSql(desk.connection, 'vacuum analyze')
  return { ids, long }
}

async function lists(desk: Desk, { ids, long }: { ids: string[]; long: string }): Promise<Figure[]> {
  const mine = { limit: '50', order: 'waiting', assignee: 'me', status: 'in_progress', snoozed: 'false' }
  const { nextCursor } = await ask<{ nextCursor: string }>(desk, 'conversation.list', {
    ...mine,
    limit: '200',
  })
  const open = async (id: string) => {
    await ask(desk, 'conversation.get', { id })
    await ask(desk, 'conversation.messages', { id, limit: '50' })
  }
  return [
    ms(
      `list of ${CONVERSATIONS} conversations, first page, p95`,
      await p95Of(20, () => ask(desk, 'conversation.list', mine)),
      100,
    ),
    ms(
      '… a page further on, p95',
      await p95Of(20, () => ask(desk, 'conversation.list', { ...mine, cursor: nextCursor })),
      100,
    ),
    ms('… its counts, p95', await p95Of(20, () => ask(desk, 'inbox.counts', {})), 150),
    ms(
      'another conversation, answered by the server, p95',
      await p95Of(100, i => open(ids[i * 7 + 1] ?? '')),
      100,
    ),
    ms(`… one of ${THREAD} messages, p95`, await p95Of(20, () => open(long)), 100),
  ]
}

/** The same in a browser, from the click to what is drawn. */
async function inBrowser(desk: Desk): Promise<Figure[]> {
  if (!canBrowse()) return []
  const server = await createHttpServer(desk.node, { publicUrl: undefined, webRoot: WEB_ROOT })
  const url = await server.listen({ port: 0, host: '127.0.0.1' })
  const browser = await launchBrowser()
  try {
    const page = await (
      await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-US' })
    ).newPage()
    await page.goto(`${url}/sign-in`)
    await page.locator('input[type=email]').first().fill('o@bench.example')
    await page.locator('input[type=password]').first().fill('correct horse battery')
    await page.keyboard.press('Enter')
    await page.locator('[data-row="3"]').waitFor()
    const loads: number[] = []
    for (let i = 0; i < 5; i++) {
      const begin = performance.now()
      await page.goto(`${url}/inbox`)
      await page.locator('[data-row="3"]').waitFor()
      loads.push(performance.now() - begin)
    }
    const { first, again } = await switchTimes(page, `${url}/inbox`)
    return [
      ms('inbox usable after loading the page, median', quantile(loads, 0.5), 1_500),
      ms(
        'switching the conversation in the browser, p95',
        quantile([...first, ...again], 0.95),
        100,
        `${first.length} shown for the first time: median ${Math.round(quantile(first, 0.5))} ms; ${again.length} again: ${Math.round(quantile(again, 0.5))} ms`,
      ),
    ]
  } finally {
    await browser.close()
    await server.close()
  }
}

const [LOADS, ROWS, SWITCHES] = [5, 8, 20]

/** From the click to the first message of that conversation, measured inside the page; after each load none is kept. */
async function switchTimes(page: Page, inboxUrl: string): Promise<{ first: number[]; again: number[] }> {
  const times = { first: [] as number[], again: [] as number[] }
  for (let load = 0; load < LOADS; load++) {
    await page.goto(inboxUrl)
    await page.locator('[data-row="8"]').waitFor()
    await page.waitForTimeout(500)
    for (let i = 0; i < SWITCHES; i++) {
      const took = Number(await page.evaluate(`(${SWITCH})(${(i % ROWS) + 1})`))
      times[i < ROWS ? 'first' : 'again'].push(took)
      await page.waitForTimeout(120)
    }
  }
  return times
}

/** Runs in the page: clicks a row and says after how many milliseconds the thread shows another message. */
const SWITCH = `async row => {
  const before = document.querySelector('[role=log]')
  const begin = performance.now()
  document.querySelector('[data-row="' + row + '"]').click()
  for (;;) {
    await new Promise(requestAnimationFrame)
    const log = document.querySelector('[role=log]')
    const isDrawn = log && log !== before && log.querySelector('[data-index]')
    if (isDrawn || performance.now() - begin > 5000) return performance.now() - begin
  }
}`

export const inbox: Benchmark = {
  name: 'inbox',
  run: async () => {
    const cluster = await startCluster()
    const telegram = await startSimulatedTelegram({ limits: false })
    const desk = await openDesk(cluster, 'inbox')
    try {
      const filled = await fill(desk)
      const figures = await lists(desk, filled)
      figures.push(...(await inBrowser(desk)))
      const line = new Line(desk, telegram)
      await line.connect()
      figures.push(await gatewayRate(line), await visibleAfter(line), await callAfterClick(line))
      await line.gateway.stop()
      return figures
    } finally {
      await desk.close()
      await telegram.stop()
      await cluster.stop()
      rmSync(cluster.folder, { recursive: true, force: true })
    }
  },
}
