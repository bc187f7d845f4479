/** What goes wrong with a call on demand. */
export type Fault =
  /** Telegram answers with an error and does nothing, such as 429, 500 or 403. */
  | {
      readonly kind: 'refuse'
      readonly code: number
      readonly description?: string
      /** Seconds, for 429. */
      readonly retryAfter?: number
      /** The answer is an HTML page, as a proxy in front of Telegram sends it. */
      readonly html?: boolean
    }
  /** The call is taken and never answered; nothing is done. */
  | { readonly kind: 'hang' }
  /** The connection breaks before anything is done. */
  | { readonly kind: 'reset' }
  /** The call is done, then the connection breaks before the answer. */
  | { readonly kind: 'lose_answer' }
  /** The call is done after this many milliseconds of real time. */
  | { readonly kind: 'delay'; readonly ms: number }

export interface FaultPlan {
  /** Name of the method, or `*` for any. */
  readonly method: string
  readonly fault: Fault
  /** How many of the next calls it hits; 1 unless told. */
  readonly times?: number
  /** Only calls of this bot. */
  readonly botId?: number
}

/** Faults waiting for their calls, first planned first used. */
export class Faults {
  #plans: { plan: FaultPlan; left: number }[] = []

  /** Plans a fault for the next calls of a method. */
  inject(plan: FaultPlan): void {
    this.#plans.push({ plan, left: plan.times ?? 1 })
  }

  /** How many calls are still to be hit. */
  get pending(): number {
    return this.#plans.reduce((sum, { left }) => sum + left, 0)
  }

  clear(): void {
    this.#plans = []
  }

  /** The fault that hits this call, if any; it is used up. */
  take(method: string, botId: number): Fault | undefined {
    const found = this.#plans.find(
      ({ plan }) => (plan.method === '*' || plan.method === method) && (plan.botId ?? botId) === botId,
    )
    if (!found) return undefined
    found.left--
    if (found.left <= 0) this.#plans = this.#plans.filter(entry => entry !== found)
    return found.plan.fault
  }
}
