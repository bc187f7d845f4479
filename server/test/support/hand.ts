import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'

/** Keys that write; what is typed is the work itself and no effort of the screen's making. */
const WRITES = /^.$/u

/** So long a hand takes from the mouse to the keys, at its quickest; on a busy machine a page is a little late. */
const REACH_MS = 1_000

/**
 * Works a page with a real mouse and real keys, and counts. A click counts, and so does every press of a key that does
 * something (Enter, Escape, a shortcut); moving the mouse and typing words do not.
 */
export class Hand {
  readonly #page: Page
  readonly #made: string[] = []

  constructor(page: Page) {
    this.#page = page
  }

  /** Everything that counted, in order: what a failing test shows. */
  get made(): readonly string[] {
    return this.#made
  }

  /** Moves the mouse there and presses its button; refused where something lies over it. */
  async click(target: Locator): Promise<void> {
    await target.click()
    this.#made.push(`click ${target}`)
  }

  /** Only moves the mouse there. */
  async point(target: Locator): Promise<void> {
    await target.hover()
  }

  /** Presses a key, or keys together ('Control+k'). */
  async press(keys: string): Promise<void> {
    await this.#page.keyboard.press(keys)
    this.#made.push(`press ${keys}`)
  }

  /** Writes words where the caret stands; fails when it stands nowhere, for then nobody could write. */
  async type(words: string): Promise<void> {
    const hasField = () => this.#page.evaluate("document.activeElement?.matches('input, textarea') === true")
    const end = Date.now() + REACH_MS
    while (!(await hasField()) && Date.now() < end) await this.#page.waitForTimeout(20)
    if (!(await hasField()))
      throw new Error(`there is no field to type “${words}” into after ${this.#made.join(', ')}`)
    for (const char of words) {
      if (!WRITES.test(char)) throw new Error('only words are typed; press keys with press()')
    }
    await this.#page.keyboard.type(words)
  }
}

/**
 * Makes the measure of some journeys: `take(journey, hand, work)` does the work with that hand, gives back what it gave,
 * and fails when that took more clicks and presses than `atMost` allows the journey, or none at all.
 */
export function measureJourneys<J extends string>(atMost: Readonly<Record<J, number>>) {
  return async <T>(journey: J, hand: Hand, work: () => Promise<T>): Promise<T> => {
    const before = hand.made.length
    const result = await work()
    const made = hand.made.slice(before)
    expect(made.length, `${journey}: ${made.join(', ')}`).toBeLessThanOrEqual(atMost[journey])
    expect(made.length, `${journey} did nothing that counts`).toBeGreaterThan(0)
    return result
  }
}
