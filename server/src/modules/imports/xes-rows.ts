import type { Readable } from 'node:stream'
import { SaxesParser, type SaxesTagPlain } from 'saxes'
import type { Row } from './row.ts'

/** Text since the last whole tag: more is no log, and is not held in memory. */
const PENDING_MAX = 4 * 1024 * 1024
const DEPTH_MAX = 64
const ATTRIBUTES_MAX = 500
const VALUES = new Set(['string', 'date', 'int', 'float', 'boolean', 'id'])

class MalformedLog extends Error {}

/**
 * The events of an IEEE 1849-2016 log, numbered from 1. Columns are the keys of the event's own attributes, and those
 * of its trace with `case:` before them; what is nested in attributes is left out. Document types are refused, so no
 * entity but the five of XML is ever expanded, and nothing outside the file is read. What cannot be read any further is
 * one last row with a cause.
 */
export async function* readXesRows(bytes: Readable): AsyncIterable<Row> {
  const reader = new LogReader()
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for await (const chunk of bytes) {
      reader.write(decode(decoder, chunk as Buffer)) // no encoding is set
      yield* reader.take()
    }
    reader.close()
    yield* reader.take()
  } catch (error) {
    if (!(error instanceof MalformedLog)) throw error
    yield* reader.take()
    yield { number: reader.count + 1, cause: 'file_malformed', detail: error.message }
  }
}

function decode(decoder: InstanceType<typeof TextDecoder>, chunk: Buffer): string {
  try {
    return decoder.decode(chunk, { stream: true })
  } catch {
    throw new MalformedLog('not UTF-8')
  }
}

/** Collects rows out of tags as they come. */
class LogReader {
  readonly #parser = new SaxesParser({ xmlns: false, position: true })
  #rows: Row[] = []
  #trace = new Map<string, string>()
  #event: Map<string, string> | null = null
  /** Names of the elements we are in. */
  #path: string[] = []
  #pending = 0
  count = 0

  constructor() {
    this.#parser.on('error', error => {
      throw new MalformedLog(error.message.slice(0, 200))
    })
    this.#parser.on('doctype', () => {
      throw new MalformedLog('a document type is not allowed')
    })
    this.#parser.on('opentag', tag => this.#open(tag))
    this.#parser.on('closetag', tag => this.#close(tag.name))
  }

  write(text: string): void {
    this.#pending += text.length
    this.#parser.write(text)
    if (this.#pending > PENDING_MAX) throw new MalformedLog('a tag or text is too long')
  }

  close(): void {
    this.#parser.close()
    if (this.count === 0) throw new MalformedLog('no event in it')
  }

  take(): Row[] {
    const rows = this.#rows
    this.#rows = []
    return rows
  }

  #open(tag: SaxesTagPlain): void {
    this.#pending = 0
    const parent = this.#path.at(-1)
    this.#path.push(tag.name)
    if (this.#path.length > DEPTH_MAX) throw new MalformedLog('nested too deeply')
    if (tag.name === 'trace') this.#trace = new Map()
    if (tag.name === 'event') this.#event = new Map()
    const { key, value } = tag.attributes
    if (!VALUES.has(tag.name) || key === undefined || value === undefined) return
    if (parent === 'event') keep(this.#event, key, value)
    if (parent === 'trace') keep(this.#trace, `case:${key}`, value)
  }

  #close(name: string): void {
    this.#pending = 0
    this.#path.pop()
    if (name !== 'event' || this.#event === null) return
    this.#rows.push({ number: ++this.count, values: new Map([...this.#trace, ...this.#event]) })
    this.#event = null
  }
}

function keep(into: Map<string, string> | null, key: string, value: string): void {
  if (into && into.size >= ATTRIBUTES_MAX) throw new MalformedLog('too many attributes')
  into?.set(key, value)
}
