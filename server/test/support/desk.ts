import { appendFileSync } from 'node:fs'
import type { Entry, QueryOutput } from '@tracedesk/contracts'
import type { Command, Query } from '../../src/command/define.ts'
import {
  type SimulatedBot,
  type SimulatedTelegram,
  startSimulatedTelegram,
} from '../../src/demo/telegram/index.ts'
import {
  createIdentify,
  createProfileReader,
  Gateway,
  type GatewayOptions,
} from '../../src/edges/telegram/index.ts'
import { createLog } from '../../src/kernel/log.ts'
import {
  createConnectBot,
  createDisconnectBot,
  createProfileQueries,
  createRotateBotToken,
  createSetBotCommands,
  createSetBotProfile,
  listBotsQuery,
} from '../../src/modules/bots/index.ts'
import type { TracedeskNode } from '../../src/node.ts'
import type { NodeOptions } from '../../src/wiring/parts.ts'
import { createWorld, type Person, TEST_SECRET, type World } from './world.ts'

/** Far above what Telegram allows, for tests that are not about limits. */
export const NO_LIMITS = {
  perBot: { perSecond: 10_000, burst: 10_000 },
  perChat: { perSecond: 10_000, burst: 10_000 },
  perGroup: { perSecond: 10_000, burst: 10_000 },
}
export const QUICK = {
  leaseMs: 1_500,
  pollSeconds: 2,
  retryMs: 40,
  retryMaxMs: 400,
  conflictQuietMs: 500,
  settledMs: 400,
  webhookCheckMs: 300,
  sweepMs: 250,
}

type GatewayChanges = Partial<
  Omit<GatewayOptions, 'databases' | 'door' | 'keys' | 'secret' | 'nodeId' | 'files' | 'fetching'>
>

/** A world with a simulated Telegram and a gateway between them. */
export class Desk {
  readonly world: World
  readonly telegram: SimulatedTelegram
  readonly gateways: Gateway[] = []
  /** Every line the gateways have logged. */
  readonly logged: string[] = []

  constructor(world: World, telegram: SimulatedTelegram) {
    this.world = world
    this.telegram = telegram
  }

  /** Adds a gateway to a node (the world's own when none is given) and starts it. */
  addGateway(changes: GatewayChanges = {}, node: TracedeskNode = this.world.node): Gateway {
    const gateway = new Gateway({
      databases: node.databases,
      door: node.door,
      keys: node.keys,
      secret: TEST_SECRET,
      log: createLog('debug', { write: line => void this.logged.push(line) }),
      nodeId: node.counter.nodeId,
      apiRoot: this.telegram.apiRoot,
      rates: NO_LIMITS,
      ...node.gatewayFiles(),
      ...changes,
      timing: { ...QUICK, ...changes.timing },
    })
    node.wakeOutbox = (workspaceId, botId) => gateway.wakeOutbox(workspaceId, botId)
    const port = {
      secret: TEST_SECRET,
      delivery: changes.publicUrl ? ('webhook' as const) : ('polling' as const),
      identify: createIdentify(this.telegram.apiRoot),
      botsChanged: (workspaceId: string) => gateway.botsChanged(workspaceId),
    }
    const profile = {
      databases: node.databases,
      secret: TEST_SECRET,
      profile: createProfileReader(this.telegram.apiRoot),
      wakeChanges: (workspaceId: string, botId: string) => gateway.wakeOutbox(workspaceId, botId),
    }
    const commands = [
      createConnectBot(port),
      createRotateBotToken(port),
      createDisconnectBot(port),
      createSetBotCommands(profile),
      createSetBotProfile(profile),
    ]
    for (const command of commands as unknown as Command[])
      node.commandsByName.set(command.contract.name, command)
    for (const query of [listBotsQuery as unknown as Query, ...createProfileQueries(profile)])
      node.queriesByName.set(query.contract.name, query)
    gateway.start()
    this.gateways.push(gateway)
    return gateway
  }

  get owner(): Person {
    return this.world.owner
  }

  /** A bot at Telegram that is connected to the workspace. */
  async connect(name = 'Desk'): Promise<SimulatedBot & { botId: string }> {
    const bot = this.telegram.createBot({ name })
    const answer = await this.owner.do('bot.connect', { token: bot.token })
    return { ...bot, botId: answer.bot.id }
  }

  /** A new customer who has written to the bot, and their conversation as the owner sees it, given to `holder`. */
  async customer(
    bot: SimulatedBot,
    given: { firstName: string; text: string; holder?: Person; languageCode?: string },
  ) {
    const { firstName, languageCode } = given
    const who = this.telegram.createUser({ firstName, ...(languageCode && { languageCode }) })
    who.say(bot, given.text)
    const { id } = await until(() => this.#conversationOf(who.id))
    if (given.holder)
      await this.owner.do('conversation.assign', {
        conversationId: id as never,
        agentId: given.holder.id as never,
      })
    const talk = (await this.conversations()).find(each => each.id === id)
    if (!talk) throw new Error(`the owner does not see the conversation with ${given.firstName}`)
    return { ...talk, who }
  }

  /** Looked up by Telegram's number: there may be another of that name, of an earlier try of the same test. */
  async #conversationOf(telegramId: number): Promise<{ id: string } | undefined> {
    const [found] = await this.world.asSuperuser<{ id: string }>(
      'select conversation_id as id from conversation join customer using (workspace_id, customer_id) where telegram_id = $1',
      [telegramId],
    )
    return found
  }

  /** Conversations as the owner sees them. */
  async conversations() {
    return (await this.owner.ask('conversation.list', { limit: 200 })).items
  }

  /** Messages of a conversation, oldest first, up to 200, as the owner sees them; looking is not recorded. */
  async messages(conversationId: string) {
    const query = this.world.node.queriesByName.get('conversation.messages')
    if (!query) throw new Error('no conversation.messages')
    const db = this.world.node.databases.read
    const context = { db, caller: await this.owner.caller(), disclose: () => {}, show: () => {} }
    const page = await query.handle(context, { id: conversationId, limit: 200 } as never)
    return (page as QueryOutput<'conversation.messages'>).items
  }

  /** Their words, oldest first; `null` for a message without words. */
  async texts(conversationId: string): Promise<(string | null)[]> {
    return (await this.messages(conversationId)).map(({ text }) =>
      text?.state === 'open' ? text.value : null,
    )
  }

  /** Entries of some kinds, oldest first. */
  entries(...event: string[]): Promise<Entry[]> {
    return this.world.entries(event.length > 0 ? { event } : {})
  }

  async send(conversationId: string, text: string, options: { replyTo?: string } = {}) {
    const input = { conversationId, text, ...options } as never
    return (await this.owner.do('message.send', input)).message
  }

  async end(): Promise<void> {
    if (process.env.GATEWAY_TEST_LOG) appendFileSync(process.env.GATEWAY_TEST_LOG, this.logged.join(''))
    for (const gateway of this.gateways) await gateway.stop()
    await this.world.end()
    await this.telegram.stop()
  }
}

export async function createDesk(options: Partial<NodeOptions> = {}): Promise<Desk> {
  return new Desk(await createWorld(options), await startSimulatedTelegram({ limits: false }))
}

/**
 * Asks until `check` gives something truthy, and returns it. Fails after `ms` with what was asked last. It asks less and
 * less often: what is waited for runs in the same process, and needs its time.
 */
export async function until<T>(
  check: () => Promise<T> | T,
  ms = 10_000,
): Promise<Exclude<T, false | null | undefined | 0 | ''>> {
  const end = Date.now() + ms
  for (let pause = 10; ; pause = Math.min(pause * 1.3, 60)) {
    const value = await check()
    if (value) return value as Exclude<T, false | null | undefined | 0 | ''>
    if (Date.now() > end) throw new Error(`it did not happen within ${ms} ms: ${check}`)
    await new Promise(resolve => setTimeout(resolve, pause))
  }
}
