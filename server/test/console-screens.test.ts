import { ERROR_CODES, ROLE_PERMISSIONS, type Role } from '@tracedesk/contracts'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import en from '../../web/src/i18n/en.json' with { type: 'json' }
import ru from '../../web/src/i18n/ru.json' with { type: 'json' }
import zh from '../../web/src/i18n/zh.json' with { type: 'json' }
import { comeToRest, visit } from './support/at-rest.ts'
import { canBrowse } from './support/browser.ts'
import { axe, GOOD_PRACTICE, openConsole, type TestConsole } from './support/console.ts'
import { createDesk, type Desk, until } from './support/desk.ts'
import type { Person } from './support/world.ts'

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 })

const LANGUAGES = { en, ru, zh }
const SIZES = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } }

/** A screen of the console: where it is with something in it, and which permission opens it (none: its owner's own). */
interface Visit {
  readonly at?: (ids: Ids) => string
  readonly needs?: string
}
interface Ids {
  conversation: string
  dispute: string
  agent: string
}

/** Every address of the router behind sign-in; one without a visit here fails. */
const VISITS: Record<string, Visit> = {
  '/inbox': { needs: 'conversation.view' },
  '/inbox/$conversationId': { at: ids => `/inbox/${ids.conversation}`, needs: 'conversation.view' },
  '/board': { needs: 'desk.board' },
  '/board/$figure': { at: () => '/board/open', needs: 'desk.board' },
  '/log': { needs: 'log.view' },
  '/disputes': { needs: 'dispute.view' },
  '/disputes/$disputeId': { at: ids => `/disputes/${ids.dispute}`, needs: 'dispute.view' },
  '/bots': { needs: 'bot.view' },
  '/replies': { needs: 'canned_reply.view' },
  '/team': { needs: 'team.view' },
  '/team/roles': { needs: 'team.view' },
  '/team/review': { needs: 'access.review' },
  '/team/tokens': { needs: 'setting.view' },
  '/team/report/$agentId': { at: ids => `/team/report/${ids.agent}`, needs: 'agent.report_offboarding' },
  '/account': {},
  '/settings': { needs: 'setting.view' },
  '/exports': { needs: 'export.request' },
  '/imports': { needs: 'import.run' },
  '/privacy': { needs: 'privacy.view' },
  '/retention': { needs: 'retention.view' },
  '/archive': { needs: 'archive.view' },
  '/holds': { needs: 'hold.view' },
  '/streams': { needs: 'stream.view' },
  '/proof': { needs: 'ledger.view' },
  '/$': { at: () => '/nowhere/at-all' },
}
/** Leads on to the inbox. */
const REDIRECTS = new Set(['/'])
/** What is there before sign-in, with what each must show. */
const OUTSIDE: Record<string, string> = {
  '/sign-in': '/sign-in',
  '/setup': '/setup?token=of-no-use',
  '/invitation': '/invitation?token=of-no-use',
}

/** Who looks at which face of the console. Each role, size, theme and language is there at least once. */
const WALKS = [
  { role: 'owner', language: 'en', scheme: 'light', size: 'desk', axe: true },
  { role: 'owner', language: 'ru', scheme: 'dark', size: 'phone', axe: true },
  { role: 'supervisor', language: 'zh', scheme: 'dark', size: 'desk', axe: false },
  { role: 'agent', language: 'ru', scheme: 'light', size: 'desk', axe: false },
  { role: 'auditor', language: 'zh', scheme: 'light', size: 'phone', axe: false },
] as const
const LOCALES = { en: 'en-US', ru: 'ru-RU', zh: 'zh-CN' }

type Words = { [key: string]: string | Words }
const leavesOf = (words: Words, prefix = ''): [string, string][] =>
  Object.entries(words).flatMap(([key, value]) =>
    typeof value === 'string'
      ? [[prefix + key, value] as [string, string]]
      : leavesOf(value, `${prefix}${key}.`),
  )
const KEYS = new Set(leavesOf(en as Words).map(([key]) => key.replace(/_(one|few|many|other)$/, '')))
const BRANCHES = new Set(Object.keys(en))
/** Names of the API are shown where the log says what something is called there. */
const NAMES = new Set([
  ...leavesOf(en.event as Words).map(([key]) => key),
  ...Object.keys(ERROR_CODES),
  ...[...ROLE_PERMISSIONS.owner, ...ROLE_PERMISSIONS.auditor],
])

/** Gaps that a canned reply fills. */
const GAPS = /[{]{2}[^}]*[}]{2}/g

/** Words of the page that are keys of the translations, or look like one that is missing. */
function keysIn(texts: readonly string[]): string[] {
  const candidates = texts.flatMap(
    text => text.replace(GAPS, '').match(/[a-z][A-Za-z]+(?:[.][A-Za-z_]+)+/g) ?? [],
  )
  return candidates.filter(
    word => (KEYS.has(word) || BRANCHES.has(word.split('.')[0] ?? '')) && !NAMES.has(word),
  )
}

/** English wordings that the language says differently: none of them belongs on its screens. */
function foreignTo(language: 'ru' | 'zh'): Set<string> {
  const own = new Map(leavesOf(LANGUAGES[language] as Words))
  const same = new Set(own.values())
  return new Set(
    leavesOf(en as Words)
      .filter(([key, text]) => own.get(key) !== text && !same.has(text) && /^[A-Z][a-z]+ \w/.test(text))
      .map(([, text]) => text),
  )
}

// Runs in the page: every text a reader meets, seen or read out.
const TEXTS = `(() => {
  const found = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT)
  while (walker.nextNode()) {
    const node = walker.currentNode
    if (node.nodeType === Node.TEXT_NODE) {
      if (!node.parentElement.closest('script, style') && node.data.trim()) found.push(node.data.trim())
    } else for (const name of ['aria-label', 'placeholder', 'title', 'alt'])
      if (node.getAttribute(name)) found.push(node.getAttribute(name))
  }
  return found
})()`
// Where the page is too wide: the widest elements that stick out of it.
const TOO_WIDE = `(() => {
  const page = document.documentElement
  if (page.scrollWidth <= page.clientWidth) return []
  const out = [...document.querySelectorAll('main *')].filter(each => each.getBoundingClientRect().right > page.clientWidth + 1)
  return [page.scrollWidth + ' > ' + page.clientWidth, ...out.slice(0, 3).map(each => each.tagName + '.' + each.className)]
})()`
describe.skipIf(!canBrowse())('every screen of the console', () => {
  let desk: Desk
  let site: TestConsole
  let ids: Ids
  const people = {} as Record<Role, Person>

  beforeAll(async () => {
    desk = await createDesk()
    desk.addGateway()
    site = await openConsole(desk.world.node)
    await furnish()
  })
  afterAll(async () => {
    await site?.end()
    await desk?.end()
  })

  /** Something on every screen: a desk with people, talks, replies, a case, a hold, requests, an export. */
  async function furnish(): Promise<void> {
    const { owner, world } = desk
    const bot = await desk.connect('Harbour Shop')
    const sales = (await world.department('Sales')) as never
    const botId = bot.botId as never
    await owner.do('bot.set_routing', {
      botId,
      mode: 'manual',
      departmentId: sales,
      fallbackDepartmentId: null,
    })
    people.owner = owner
    people.supervisor = await world.person('Sofia Supervisor', 'supervisor', [sales])
    people.agent = await world.person('Maya Agent', 'agent', [sales])
    people.auditor = await world.person('Ruth Auditor', 'auditor')
    await owner.do('department.set_lead', {
      departmentId: sales,
      agentId: people.supervisor.id as never,
      lead: true,
    })
    await owner.do('role.create', { name: 'Readers', scope: 'own', permissions: ['conversation.view'] })
    await owner.do('api_token.create', { name: 'reports', role: 'auditor' })
    const { label } = await owner.do('label.create', { name: 'VIP', colour: '#7c3aed' })
    await owner.do('field.define', { key: 'city', name: 'City', kind: 'text' })
    const reply = { folder: 'Start', shortcut: 'hi', departmentId: null, text: 'Hello {{customer.name}}' }
    await owner.do('canned_reply.create', { title: 'Greeting', ...reply })
    const carla = desk.telegram.createUser({ firstName: 'Carla', lastName: 'Customer' })
    carla.say(bot, 'Where is my parcel?')
    const talk = await until(async () => (await desk.conversations())[0])
    const [conversationId, customerId] = [talk.id, talk.customer.id]
    await owner.do('conversation.assign', { conversationId, agentId: people.agent.id as never })
    await people.agent.do('message.send', { conversationId, text: 'It arrives today.' })
    await people.agent.do('note.add', { conversationId, text: 'Called the carrier.' })
    await people.agent.do('customer.add_label', { customerId, labelId: label.id })
    await world.settle()
    const opened = await people.supervisor.do('dispute.open', { conversationId, title: 'Parcel never came' })
    const [disputeId, agentId] = [opened.dispute.id, people.agent.id as never]
    await people.supervisor.do('dispute.add_participant', { disputeId, agentId, role: 'concerned' })
    await owner.do('hold.place', { customerId, cause: 'legal', reason: 'A letter of a lawyer' })
    await owner.do('privacy.open_request', { customerId, kind: 'access', channel: 'letter' })
    await owner.do('retention.set_rule', { what: 'parts', event: 'message.*', days: 365 })
    await owner.do('export.request', { format: 'csv', filter: {} })
    await owner.do('setting.change', { key: 'conversation.reopen_hours', value: 12 })
    await world.settle()
    ids = { conversation: conversationId, dispute: opened.dispute.id, agent: people.agent.id }
  }

  async function complaints(
    page: Page,
    walk: { language: keyof typeof LANGUAGES; axe: boolean },
  ): Promise<object> {
    const texts = (await page.evaluate(TEXTS)) as string[]
    const foreign = walk.language === 'en' ? new Set<string>() : foreignTo(walk.language)
    return {
      keys: keysIn(texts),
      foreign: texts.filter(text => foreign.has(text)),
      wide: await page.evaluate(TOO_WIDE),
      headings: await page.evaluate("document.querySelectorAll('main h1').length"),
      axe: walk.axe ? await axe(page, GOOD_PRACTICE) : [],
    }
  }
  const FINE = { keys: [], foreign: [], wide: [], headings: 1, axe: [] }

  test('has a visit here: a new address of the router needs one', async () => {
    const { page, context } = await site.open()
    const known = [...Object.keys(VISITS), ...Object.keys(OUTSIDE), ...REDIRECTS]
    // the page fetches its words before it makes the router
    await expect
      .poll(() => page.evaluate('Object.keys(globalThis.__TSR_ROUTER__?.routesByPath ?? {}).sort()'))
      .toEqual(known.sort())
    await context.close()
  })

  test.each(WALKS)('opens for the $role, $language, $scheme, $size', async walk => {
    const { page, context, errors } = await site.signIn(people[walk.role], {
      viewport: SIZES[walk.size],
      locale: LOCALES[walk.language],
      colorScheme: walk.scheme,
    })
    const forbidden = LANGUAGES[walk.language].face.forbidden.title
    const found: Record<string, object> = {}
    for (const [path, { at, needs }] of Object.entries(VISITS)) {
      await visit(page, at?.(ids) ?? path)
      const may = needs === undefined || (ROLE_PERMISSIONS[walk.role] as ReadonlySet<string>).has(needs)
      const refused = await page.getByText(forbidden, { exact: true }).count()
      found[path] = {
        ...(await complaints(page, walk)),
        refused: refused > 0,
        broken: await page.locator('main [role=alert]').count(),
        errors: errors.splice(0),
      }
      if (process.env.SHOTS)
        await page.screenshot({
          path: `${process.env.SHOTS}/${walk.role}-${walk.language}-${walk.scheme}-${walk.size}${path.replaceAll('/', '_')}.png`,
        })
      expect.soft(found[path], path).toEqual({ ...FINE, refused: !may, broken: 0, errors: [] })
    }
    await context.close()
  })

  test('of the settings sets hours by the day, and lets a text be nothing again', async () => {
    const { page, context, errors } = await site.signIn(people.owner, { at: '/settings' })
    const settingOf = async (key: string) =>
      (await people.owner.ask('setting.list')).items.find(item => item.key === key)?.value
    const hours = page.getByRole('button', { name: /^Hours in which nobody wonders/ })
    await hours.click()
    await page.getByRole('textbox', { name: 'Monday' }).fill('9:00-18:00')
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await hours.getByText('Monday 09:00-18:00').waitFor()
    expect(JSON.parse(String(await settingOf('alert.hours')))).toMatchObject({
      default: { week: { mon: [['09:00', '18:00']] } },
    })
    await hours.click()
    await page.getByRole('dialog').getByRole('button', { name: 'Always' }).click()
    await hours.getByText('Always').waitFor()
    expect(await settingOf('alert.hours')).toBe('')
    for (const address of ['boss@example.org', '']) {
      const row = page.locator('form').filter({ hasText: 'Alerts by e-mail to' })
      await row.getByRole('textbox').fill(address)
      await row.getByRole('button', { name: 'Save' }).click()
      await until(async () => (await settingOf('alert.email_to')) === address)
      await row.getByRole('button', { name: 'Save' }).waitFor({ state: 'detached' })
    }
    expect(await axe(page, GOOD_PRACTICE)).toEqual([])
    expect(errors).toEqual([])
    await context.close()
  })

  test('shows every place of an administrator on a low screen, and an icon beside its sentence on a phone', async () => {
    const { page, context, errors } = await site.signIn(people.owner, {
      at: '/board/open',
      viewport: { width: 1280, height: 700 },
    })
    const places = page.getByRole('navigation').first().getByRole('link')
    const last = page.getByRole('navigation').first().getByRole('link', { name: 'Settings', exact: true })
    expect(await places.count()).toBeGreaterThan(12)
    // nothing of the list lies behind its end
    expect(
      await last.evaluate(link => link.closest('div')?.scrollHeight === link.closest('div')?.clientHeight),
    ).toBe(true)
    await page.setViewportSize(SIZES.phone)
    const row = page.locator('main li').filter({ hasText: 'Carla' }).first()
    const [icon, said] = [row.locator('div > span').first(), row.locator('div > span').nth(1)]
    await comeToRest(page)
    const [there, beside] = [await icon.boundingBox(), await said.boundingBox()]
    expect(beside?.x).toBeGreaterThan((there?.x ?? 0) + (there?.width ?? 0))
    expect(Math.abs((beside?.y ?? 0) - (there?.y ?? 0))).toBeLessThan(there?.height ?? 0)
    expect(errors).toEqual([])
    await context.close()
  })

  test.each(['en', 'ru', 'zh'] as const)('before sign-in speaks %s', async language => {
    const { page, context, errors } = await site.open({
      viewport: language === 'ru' ? SIZES.phone : SIZES.desk,
      locale: LOCALES[language],
      colorScheme: language === 'zh' ? 'dark' : 'light',
    })
    for (const [path, at] of Object.entries(OUTSIDE)) {
      await page.goto(`${site.url}${at}`)
      await comeToRest(page)
      expect.soft(await complaints(page, { language, axe: true }), path).toEqual(FINE)
    }
    expect(errors).toEqual([])
    await context.close()
  })
})
