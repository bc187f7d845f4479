import axeCore from 'axe-core'
import type { FastifyInstance } from 'fastify'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { createHttpServer } from '../../src/edges/http/server.ts'
import type { TracedeskNode } from '../../src/node.ts'
import { launchBrowser, openPage, WEB_ROOT } from './browser.ts'
import { PASSWORD } from './world.ts'

type PageOptions = Parameters<typeof openPage>[1]

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

  /** A page of somebody who has just signed in, at the inbox. */
  async signIn({ email }: { email: string }, options: PageOptions = {}): Promise<Seat> {
    const seat = await this.open(options)
    await enter(seat.page, email)
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

/** Fills in the form at /sign-in and waits for the inbox. */
export async function enter(page: Page, email: string): Promise<void> {
  await page.locator('input[type=email], input[autocomplete=username]').first().fill(email)
  await page.locator('input[type=password]').first().fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForURL(/inbox/)
}

/** Runs in the page: waits until nothing fades or slides any more. What is half there has too little contrast. */
const SETTLE = `(async () => {
  const frame = () => new Promise(requestAnimationFrame)
  const moving = () => document.getAnimations().filter(({ playState, effect }) =>
    playState === 'running' && Number.isFinite(effect?.getComputedTiming().endTime))
  const end = performance.now() + 5000
  do {
    await frame()
    await frame()
  } while (moving().length > 0 && performance.now() < end)
})()`

/** Violations of WCAG A and AA that axe finds on the page once it has come to rest. */
export async function axe(page: Page): Promise<string[]> {
  await page.evaluate(SETTLE)
  await page.evaluate(axeCore.source)
  // in the page, where axe now is
  const violations = await page.evaluate(
    "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }).then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).slice(0, 3).join(', ')))",
  )
  return violations as string[]
}
