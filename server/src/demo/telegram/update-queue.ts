import { isObject, type Json, type JsonObject, parseJson } from './json.ts'

/** One update waiting for its bot, already written as JSON. */
export interface QueuedUpdate {
  /** Order of arrival in this queue; unlike the update id never given twice. */
  readonly sequence: number
  readonly id: number
  readonly json: string
  /** Milliseconds since 1970. */
  readonly at: number
  /** Updates of one lane (chat or person) are delivered one after the other. */
  readonly lane: string
}

// Telegram sends these only to bots that ask for them by name.
const ONLY_ON_REQUEST = new Set(['chat_member', 'message_reaction', 'message_reaction_count'])
const KEPT_MS = 24 * 60 * 60 * 1000

/** The updates of one bot that it has not confirmed yet. Update ids are dense from `firstId`. */
export class UpdateQueue {
  /** Kinds the bot asked for; undefined: Telegram's default. */
  allowed: readonly string[] | undefined
  readonly #entries = new Map<number, QueuedUpdate>()
  readonly #listeners = new Set<(entry: QueuedUpdate) => void>()
  readonly #now: () => number
  #nextId: number
  #nextSequence = 1
  #ascending = true

  constructor(firstId: number, now: () => number) {
    this.#nextId = firstId
    this.#now = now
  }

  get size(): number {
    return this.#entries.size
  }

  /** Whether the bot wants updates of this kind. */
  wants(kind: string): boolean {
    return this.allowed?.length ? this.allowed.includes(kind) : !ONLY_ON_REQUEST.has(kind)
  }

  /** Calls back for each update from now on; returns the way to stop it. */
  listen(listener: (entry: QueuedUpdate) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Queues an update under the next id and returns that id. */
  push(kind: string, payload: Json): number {
    const id = this.#nextId++
    this.#add(id, JSON.stringify({ update_id: id, [kind]: payload }), findLane(payload))
    return id
  }

  /**
   * Queues an update as somebody else wrote it. A text is passed on byte for byte; when it has no `update_id`
   * the next one is put in front of its first member. Throws when it is no JSON object.
   */
  inject(update: JsonObject | string): number {
    const object = typeof update === 'string' ? parseJson(update) : update
    if (!isObject(object)) throw new TypeError('an update is a JSON object')
    const text = typeof update === 'string' ? update : JSON.stringify(update)
    const lane = findLane(object)
    const given = object.update_id
    if (given === undefined) {
      const id = this.#nextId++
      this.#add(
        id,
        text.replace(/^\s*\{(\s*\})?/, (_, end) => `{"update_id":${id}${end ? '}' : ','}`),
        lane,
      )
      return id
    }
    if (typeof given !== 'number') throw new TypeError('update_id is a number')
    if (given < this.#nextId) this.#ascending = false
    this.#nextId = Math.max(this.#nextId, given + 1)
    this.#add(given, text, lane)
    return given
  }

  #add(id: number, json: string, lane: string): void {
    const entry = { sequence: this.#nextSequence++, id, json, at: this.#now(), lane }
    this.#entries.set(entry.sequence, entry)
    for (const listener of this.#listeners) listener(entry)
  }

  /** Forgets every update below `offset`; a negative offset keeps only that many of the newest. */
  confirm(offset: number): void {
    const surplus = offset < 0 ? this.#entries.size + offset : 0
    let passed = 0
    for (const entry of this.#entries.values()) {
      const goes = offset < 0 ? passed++ < surplus : entry.id < offset
      if (goes) this.#entries.delete(entry.sequence)
      else if (this.#ascending || offset < 0) break
    }
  }

  /** The oldest updates, at most `limit`; they stay until confirmed. Those older than 24 hours are gone. */
  peek(limit = Number.POSITIVE_INFINITY): QueuedUpdate[] {
    const oldest = this.#now() - KEPT_MS
    const result: QueuedUpdate[] = []
    for (const entry of this.#entries.values()) {
      if (result.length >= limit) break
      if (entry.at < oldest) this.#entries.delete(entry.sequence)
      else result.push(entry)
    }
    return result
  }

  /** Forgets one delivered update. */
  remove(entry: QueuedUpdate): void {
    this.#entries.delete(entry.sequence)
  }

  clear(): void {
    this.#entries.clear()
  }
}

function findLane(value: Json): string {
  if (!isObject(value)) return ''
  for (const key of ['chat', 'from', 'user']) {
    const party = value[key]
    if (isObject(party) && party.id !== undefined) return String(party.id)
  }
  for (const key in value) {
    const lane = findLane(value[key] ?? null)
    if (lane) return lane
  }
  return ''
}
