import type { Json, JsonObject } from './json.ts'
import type { RawParameters } from './parameters.ts'

/** One call as the server saw it. */
export interface RecordedCall {
  /** Milliseconds since 1970, by the clock of the simulation. */
  readonly at: number
  readonly botId: number
  readonly method: string
  /** As sent; a file is shown as `{ file, bytes }`. Texts of queries and forms stay texts. */
  readonly parameters: JsonObject
  /** HTTP status of the answer; undefined while there is none, and for ever when none was sent. */
  status: number | undefined
  description: string | undefined
}

/** The newest calls, oldest first. */
export class CallLog {
  readonly #kept: number
  #calls: RecordedCall[] = []

  constructor(kept: number) {
    this.#kept = kept
  }

  add(at: number, botId: number, method: string, raw: RawParameters): RecordedCall {
    const call = { at, botId, method, parameters: describe(raw), status: undefined, description: undefined }
    this.#calls.push(call)
    // Cut in large steps, so that a long load test does not copy the list at every call.
    if (this.#calls.length > this.#kept * 2) this.#calls = this.#calls.slice(-this.#kept)
    return call
  }

  list(filter: { method?: string; botId?: number } = {}): readonly RecordedCall[] {
    return this.#calls
      .slice(-this.#kept)
      .filter(
        call => call.method === (filter.method ?? call.method) && call.botId === (filter.botId ?? call.botId),
      )
  }

  clear(): void {
    this.#calls = []
  }
}

function describe(raw: RawParameters): JsonObject {
  const parameters: Record<string, Json> = {}
  for (const [name, value] of raw.values) parameters[name] = 'text' in value ? value.text : value.value
  for (const [name, file] of raw.files) parameters[name] = { file: file.name, bytes: file.bytes.length }
  return parameters
}
