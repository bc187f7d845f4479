import { isObject, type Json, type JsonObject } from './json.ts'
import type { Limiter } from './limits.ts'
import type { ParameterValue, ParameterValues } from './parameters.ts'
import type { SpecMethod } from './spec.ts'
import { Upload } from './upload.ts'
import type { BotState, World } from './world.ts'

/** What the methods may use besides their parameters. */
export interface CallContext {
  readonly world: World
  readonly bot: BotState
  readonly strict: boolean
  readonly limiter: Limiter
  readonly webhookRetryMs: number
  readonly webhookTimeoutMs: number
  /** Aborted when the caller has hung up. */
  readonly signal: AbortSignal
  /** Runs a method named in the answer to a webhook. */
  readonly runReply: (bot: BotState, body: string) => void
}

/** One call of a method whose parameters have been checked against the specification. */
export class Call {
  readonly context: CallContext
  readonly method: SpecMethod
  readonly files: ReadonlyMap<string, Upload>
  readonly #values: ParameterValues

  constructor(
    context: CallContext,
    method: SpecMethod,
    values: ParameterValues,
    files: ReadonlyMap<string, Upload>,
  ) {
    this.context = context
    this.method = method
    this.files = files
    this.#values = values
  }

  get world(): World {
    return this.context.world
  }

  get bot(): BotState {
    return this.context.bot
  }

  value(name: string): ParameterValue | undefined {
    return this.#values.get(name)
  }

  string(name: string): string | undefined {
    const value = this.#values.get(name)
    return typeof value === 'string' ? value : undefined
  }

  integer(name: string): number | undefined {
    const value = this.#values.get(name)
    return typeof value === 'number' ? value : undefined
  }

  flag(name: string): boolean {
    return this.#values.get(name) === true
  }

  object(name: string): JsonObject | undefined {
    const value = this.#values.get(name)
    return isObject(value) && !(value instanceof Upload) ? value : undefined
  }

  list(name: string): Json[] | undefined {
    const value = this.#values.get(name)
    return Array.isArray(value) ? value : undefined
  }

  /** A parameter that is passed on as it is; files are not. */
  json(name: string): Json | undefined {
    const value = this.#values.get(name)
    return value instanceof Upload ? undefined : value
  }

  requiredString(name: string): string {
    return required(this.string(name), name)
  }

  requiredInteger(name: string): number {
    return required(this.integer(name), name)
  }
}

/** A chat id is a number or a public name. */
export function chatIdOf(call: Call, name = 'chat_id'): number | string {
  return required(call.integer(name) ?? call.string(name), name)
}

function required<T>(value: T | undefined, name: string): T {
  if (value === undefined)
    throw new Error(`the specification does not require "${name}", the simulation does`)
  return value
}
