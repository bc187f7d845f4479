import { setTimeout as sleep } from 'node:timers/promises'
import { Call, type CallContext } from './call.ts'
import type { CallLog, RecordedCall } from './call-log.ts'
import { checkValue } from './check.ts'
import type { Fault, Faults } from './faults.ts'
import { isObject, type Json, parseJson, RawJson } from './json.ts'
import { findHandler } from './methods/index.ts'
import { type RawParameters, readParameters } from './parameters.ts'
import { TelegramRefusal } from './refusal.ts'
import { findMethod, type SpecMethod } from './spec.ts'
import type { BotState, World } from './world.ts'

/** What goes back over the wire. `silent`: nothing at all, `broken`: the connection is cut. */
export type Answer =
  | { readonly kind: 'json'; readonly status: number; readonly text: string; readonly retryAfter?: number }
  | { readonly kind: 'html'; readonly status: number; readonly text: string }
  | { readonly kind: 'silent' }
  | { readonly kind: 'broken' }

export interface DispatchOptions {
  readonly world: World
  readonly faults: Faults
  readonly log: CallLog
  readonly context: Omit<CallContext, 'bot' | 'signal' | 'runReply' | 'world'>
}

export interface Incoming {
  readonly token: string
  readonly method: string
  readonly read: () => RawParameters
  readonly signal: AbortSignal
}

/** Runs calls against the world: token, method, faults, parameters, effect, check of the result. */
export class Dispatcher {
  readonly #options: DispatchOptions

  constructor(options: DispatchOptions) {
    this.#options = options
  }

  async handle(incoming: Incoming): Promise<Answer> {
    let record: RecordedCall | undefined
    let fault: Fault | undefined
    try {
      const bot = this.#authorise(incoming.token)
      const method = findMethod(incoming.method)
      if (!method) throw new TelegramRefusal(404, 'Not Found: method not found')
      const raw = incoming.read()
      record = this.#options.log.add(this.#options.world.now(), bot.id, method.name, raw)
      fault = this.#options.faults.take(method.name, bot.id)
      const early = fault && (await failEarly(fault))
      if (early) return note(record, early)
      const result = await this.#run(bot, method, raw, incoming.signal)
      return fault?.kind === 'lose_answer' ? { kind: 'broken' } : note(record, describeSuccess(result))
    } catch (error) {
      if (!(error instanceof TelegramRefusal)) throw error
      return fault?.kind === 'lose_answer' ? { kind: 'broken' } : note(record, describeRefusal(error))
    }
  }

  #authorise(token: string): BotState {
    const bot = this.#options.world.botsByToken.get(token)
    if (bot?.loggedOut) throw new TelegramRefusal(400, 'Logged out')
    if (bot) return bot
    throw /^\d+:[\w-]+$/.test(token)
      ? new TelegramRefusal(401, 'Unauthorized')
      : new TelegramRefusal(404, 'Not Found')
  }

  async #run(
    bot: BotState,
    method: SpecMethod,
    raw: RawParameters,
    signal: AbortSignal,
  ): Promise<Json | RawJson> {
    const { world, context } = this.#options
    const values = readParameters(method, raw, context.strict)
    const runReply = (from: BotState, body: string) => this.#runReply(from, body)
    const call = new Call({ ...context, world, bot, signal, runReply }, method, values, raw.files)
    const result = await findHandler(method)(call)
    checkResult(method, result)
    return result
  }

  /** A webhook may answer with a method to run; nobody hears whether it worked, but the log of calls shows it. */
  #runReply(bot: BotState, body: string): void {
    const reply = parseJson(body)
    if (!isObject(reply) || typeof reply.method !== 'string') return
    const { method, ...parameters } = reply
    const values = new Map(Object.entries(parameters).map(([name, value]) => [name, { value }]))
    const read = () => ({ values, files: new Map() })
    void this.handle({ token: bot.token, method, read, signal: new AbortController().signal })
  }
}

function checkResult(method: SpecMethod, result: Json | RawJson): void {
  // Lists of updates were checked one by one when they were made; injected ones are nobody's promise.
  if (result instanceof RawJson) return
  const problem = checkValue(result, method.returns, 'result')
  if (problem)
    throw new Error(`the simulation answers ${method.name} wrongly: ${problem.path} ${problem.message}`)
}

async function failEarly(fault: Fault): Promise<Answer | undefined> {
  switch (fault.kind) {
    case 'refuse':
      return describeFault(fault)
    case 'hang':
      return { kind: 'silent' }
    case 'reset':
      return { kind: 'broken' }
    case 'delay':
      await sleep(fault.ms)
      return undefined
    case 'lose_answer':
      return undefined
  }
}

const USUAL_WORDS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden: bot was blocked by the user',
  409: 'Conflict',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
}

function describeFault(fault: Extract<Fault, { kind: 'refuse' }>): Answer {
  const seconds = fault.retryAfter ?? (fault.code === 429 ? 1 : undefined)
  const usual = fault.code === 429 ? `Too Many Requests: retry after ${seconds}` : USUAL_WORDS[fault.code]
  const description = fault.description ?? usual ?? 'Error'
  if (fault.html) {
    const title = `${fault.code} ${description}`
    return {
      kind: 'html',
      status: fault.code,
      text: `<html><head><title>${title}</title></head><body>${title}</body></html>`,
    }
  }
  return describeRefusal(
    new TelegramRefusal(
      fault.code,
      description,
      seconds === undefined ? undefined : { retry_after: seconds },
    ),
  )
}

function describeSuccess(result: Json | RawJson): Answer {
  const text = result instanceof RawJson ? result.text : JSON.stringify(result)
  return { kind: 'json', status: 200, text: `{"ok":true,"result":${text}}` }
}

/** The body Telegram sends with `ok: false`; 429 also says in the header how long to wait. */
export function describeRefusal({ code, message, parameters }: TelegramRefusal): Answer {
  const body = { ok: false, error_code: code, description: message, ...(parameters ? { parameters } : {}) }
  const seconds = parameters?.retry_after
  return {
    kind: 'json',
    status: code,
    text: JSON.stringify(body),
    ...(typeof seconds === 'number' ? { retryAfter: seconds } : {}),
  }
}

function note(record: RecordedCall | undefined, answer: Answer): Answer {
  if (record && 'status' in answer) {
    record.status = answer.status
    const body = answer.status === 200 ? undefined : parseJson(answer.text)
    record.description = isObject(body) ? String(body.description) : undefined
  }
  return answer
}
