import type { JsonObject } from './json.ts'

/** An answer with `ok: false`: what Telegram says when it does not do what it was asked. */
export class TelegramRefusal extends Error {
  readonly code: number
  readonly parameters: JsonObject | undefined

  constructor(code: number, description: string, parameters?: JsonObject) {
    super(description)
    this.name = 'TelegramRefusal'
    this.code = code
    this.parameters = parameters
  }
}

export function badRequest(description: string, parameters?: JsonObject): TelegramRefusal {
  return new TelegramRefusal(400, `Bad Request: ${description}`, parameters)
}

export function forbidden(description: string): TelegramRefusal {
  return new TelegramRefusal(403, `Forbidden: ${description}`)
}

export function conflict(description: string): TelegramRefusal {
  return new TelegramRefusal(409, `Conflict: ${description}`)
}

export function tooManyRequests(retryAfter: number): TelegramRefusal {
  return new TelegramRefusal(429, `Too Many Requests: retry after ${retryAfter}`, { retry_after: retryAfter })
}
