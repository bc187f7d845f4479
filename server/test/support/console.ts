import axeCore from 'axe-core'
import type { FastifyInstance } from 'fastify'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'
import { createHttpServer } from '../../src/edges/http/server.ts'
import type { TracedeskNode } from '../../src/node.ts'
import { comeToRest } from './at-rest.ts'
import { launchBrowser, openPage, WEB_ROOT } from './browser.ts'
import { PASSWORD } from './world.ts'

type PageOptions = Parameters<typeof openPage>[1]

/** For a page on which things fade and slide, as they do for most people. */
export const MOVING = { reducedMotion: 'no-preference' } as const

/** A browser page of somebody, with the script errors it had. */
export interface Seat {
  readonly page: Page
  readonly context: BrowserContext
  readonly errors: string[]
}

/** The console of a node, served to a browser. */
export class TestConsole {
  readonly url: string
  readonly browser: Browser
  readonly #server: FastifyInstance

  constructor(parts: { url: string; browser: Browser; server: FastifyInstance }) {
    this.url = parts.url
    this.browser = parts.browser
    this.#server = parts.server
  }

  /** A page at the sign-in form, where nobody has signed in yet. */
  async open(options: PageOptions = {}): Promise<Seat> {
    const seat = await openPage(this.browser, options)
    await seat.page.goto(`${this.url}/sign-in`)
    return seat
  }

  /**
   * A page of somebody who has just signed in, at the inbox or `at` another address. Without the form, which costs a
   * page: whoever tests signing in begins with `open()` and `enter()`.
   */
  async signIn(
    { email }: { email: string },
    { at = '/inbox', ...options }: PageOptions & { at?: string } = {},
  ): Promise<Seat> {
    const seat = await openPage(this.browser, options)
    const data = { email, password: PASSWORD }
    const answer = await seat.context.request.post(`${this.url}/api/session.sign_in`, { data })
    if (!answer.ok()) throw new Error(`${email} could not sign in: ${await answer.text()}`)
    await seat.page.goto(`${this.url}${at}`)
    await seat.page.getByRole('navigation').first().waitFor()
    return seat
  }

  async end(): Promise<void> {
    await this.browser.close()
    await this.#server.close()
  }
}

/** Serves the console of a node on a port of its own and starts a browser; `args` are further switches of the browser. */
export async function openConsole(node: TracedeskNode, args: readonly string[] = []): Promise<TestConsole> {
  const server = await createHttpServer(node, { publicUrl: undefined, webRoot: WEB_ROOT })
  const url = await server.listen({ port: 0, host: '127.0.0.1' })
  return new TestConsole({ url, server, browser: await launchBrowser(args) })
}

/** Closes somebody's page; fails when a script of it had an error. */
export async function leave({ context, errors }: Seat): Promise<void> {
  expect(errors).toEqual([])
  await context.close()
}

/** Fills in the form at /sign-in and waits for the inbox. */
export async function enter(page: Page, email: string): Promise<void> {
  await page.locator('input[type=email], input[autocomplete=username]').first().fill(email)
  await page.locator('input[type=password]').first().fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForURL(/inbox/)
}

/** How axe names the rules of WCAG 2.1, levels A and AA. */
export const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] as const
/** The same and what axe holds to be good practice: what the product's own screens keep. */
export const GOOD_PRACTICE = [...WCAG, 'best-practice'] as const

/** Runs in the page, where axe is: what it finds, and whether the page changed under its eyes. */
const LOOK = `async tags => {
  let changed = false
  const watch = new MutationObserver(() => { changed = true })
  watch.observe(document, { attributes: true, childList: true, subtree: true })
  const { violations } = await axe.run({ runOnly: tags, resultTypes: ['violations'] })
  watch.disconnect()
  const places = nodes => nodes.slice(0, 3).map(({ target }) => target.join(' ')).join(', ')
  return {
    changed,
    found: violations.map(({ id, nodes }) => id + ': ' + places(nodes) + '. ' + (nodes[0].any[0]?.message ?? '')),
  }
}`

/** So often axe looks again when the page changed while it looked and it found something. */
const LOOKS = 4

/**
 * Violations that axe finds on the page once it has come to rest, as 'rule: where. Why'. What it finds while the page changes
 * under its eyes may belong to neither the old nor the new face of it, so it looks again.
 */
export async function axe(page: Page, tags: readonly string[] = WCAG): Promise<string[]> {
  for (let look = 1; ; look++) {
    await comeToRest(page)
    if (!(await page.evaluate("typeof axe === 'object'"))) await page.evaluate(axeCore.source)
    const { found, changed } = (await page.evaluate(`(${LOOK})(${JSON.stringify(tags)})`)) as {
      found: string[]
      changed: boolean
    }
    if (found.length === 0 || !changed || look === LOOKS) return found
  }
}

/** How many pixels of the page stand out beside it; 0 when it fits. */
export const widthBeside = (page: Page): Promise<number> =>
  page.evaluate('Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)')
