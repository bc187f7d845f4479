import { join } from 'node:path'
import { boot } from '../boot.ts'
import { chooseDataDir } from '../db/embedded/index.ts'
import { StartError } from '../kernel/start-error.ts'
import { askAboutData } from './asks-about-data.ts'
import { work } from './colleagues.ts'
import { DeskClient } from './desk-client.ts'
import { furnish } from './furnish.ts'
import { handOut } from './hand-out.ts'
import { createTeam, DEMO_PASSWORD, OWNER, SEATS } from './team.ts'
import { createRandom, showEverything, startCustomers, startSimulatedTelegram } from './telegram/index.ts'

const say = (line: string) => process.stdout.write(`${line}\n`)
const CUSTOMERS = 12
const BEGINNING = Date.UTC(2020, 0, 1)

/** A living workspace: the whole server, a simulated Telegram, customers who write and colleagues who answer. */
async function run(): Promise<void> {
  // ids go on where an earlier run of the demo ended, as Telegram's would
  const telegram = await startSimulatedTelegram({
    seed: 'tracedesk demo',
    firstId: Math.floor((Date.now() - BEGINNING) / 1000),
  })
  const bot = telegram.createBot({ name: 'Harbour Shop', username: 'harbour_shop_bot' })
  const env = {
    LOG_LEVEL: 'warn',
    ...process.env,
    DATA_DIR: join(chooseDataDir(process.env, process.cwd()), 'demo'),
    TELEGRAM_API_ROOT: telegram.apiRoot,
  }
  const running = await boot(env, process.cwd()).catch(async error => {
    await telegram.stop()
    throw error
  })
  if (running.setupUrl) await setUp(running.url, running.setupUrl)
  const owner = await DeskClient.signIn(running.url, OWNER.email, DEMO_PASSWORD)
  await createTeam(owner)
  await furnish(owner)
  if (!(await owner.ask('bot.list', {})).items.some(known => known.state === 'connected'))
    await owner.do('bot.connect', { token: bot.token, name: 'Harbour Shop' })
  const ending = new AbortController()
  const customers = startCustomers(telegram, {
    bot,
    customers: CUSTOMERS,
    pace: { arrivalMs: [0, 30_000], pauseMs: [30_000, 240_000] },
  })
  // one conversation in which every kind of message can be seen from the first minute on
  const guest = telegram.createUser({ firstName: 'Nina', lastName: 'Holm', languageCode: 'en' })
  guest.say(bot, 'Hi! Some pictures and papers about my order, all at once.')
  showEverything(guest, bot, createRandom('everything'))
  // and one of somebody who asks what is known of them
  const asker = telegram.createUser({ firstName: 'Вера', lastName: 'Соколова', languageCode: 'ru' })
  asker.say(bot, 'Здравствуйте! Что вы обо мне храните?')
  const asking = askAboutData(asker, bot, ending.signal)
  const colleagues = SEATS.filter(seat => seat.scripted).map(seat => work(running.url, seat, ending.signal))
  Promise.all([customers.finished, asking, ...colleagues, handOut(owner, ending.signal)]).catch(error =>
    process.stderr.write(`tracedesk demo: ${(error as Error).message}\n`),
  )

  say(`\nThe demo workspace lives at ${running.url}`)
  say(`Sign in with the password "${DEMO_PASSWORD}" as`)
  for (const { role, email, name, scripted } of [OWNER, ...SEATS])
    if (!scripted) say(`  ${role.padEnd(11)} ${email.padEnd(22)} ${name}`)
  say('Customers write by themselves; two colleagues answer some of them. Ctrl-C ends it.\n')

  const stop = async () => {
    ending.abort()
    await customers.stop().catch(() => {}) // what a customer met on the way out was said above
    await running.stop()
    await telegram.stop()
    process.exit(0)
  }
  process.once('SIGINT', () => void stop())
  process.once('SIGTERM', () => void stop())
}

/** What the set-up page does: the workspace and its owner. */
async function setUp(url: string, setupUrl: string): Promise<void> {
  const token = new URL(setupUrl).searchParams.get('token') ?? ''
  await new DeskClient(url).do('setup.complete', {
    token,
    workspace: 'Harbour Shop',
    name: OWNER.name,
    email: OWNER.email,
    password: DEMO_PASSWORD,
  })
}

try {
  await run()
} catch (error) {
  if (!(error instanceof StartError)) throw error
  process.stderr.write(`tracedesk: ${error.message} [${error.code}]\n`)
  process.exit(1)
}
