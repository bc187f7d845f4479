import { appendFileSync, createReadStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Rejection } from './line.ts'

export type Rejected = Rejection & { readonly line: number }

/** Where the lines that an import did not take are named. */
export const rejectsPath = (folder: string, importId: string): string =>
  join(folder, `${importId}.rejects.ndjson`)

/** What such a file says, in order; nothing when there is none. A line that a crash cut off ends it. */
export async function* readRejects(path: string): AsyncIterable<Rejected> {
  if (!existsSync(path)) return
  for await (const text of createInterface({ input: createReadStream(path) })) {
    if (lineOf(text) === Number.POSITIVE_INFINITY) return
    yield JSON.parse(text) // our own file
  }
}

/** The lines an import did not take, one JSON object each: `{ line, cause, detail }`. Content of the line is not repeated. */
export class RejectsFile {
  readonly path: string

  /** Goes on with the file of an import that broke off: what it says of lines after `doneLines` is said again. */
  constructor(folder: string, importId: string, doneLines: number) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    this.path = rejectsPath(folder, importId)
    if (!existsSync(this.path)) return
    const kept = readFileSync(this.path, 'utf8')
      .split('\n')
      .filter(line => line !== '' && lineOf(line) <= doneLines)
    writeFileSync(this.path, kept.map(line => `${line}\n`).join(''), { mode: 0o600 })
  }

  /** Before the batch commits: after a crash a line is named twice rather than never. */
  add(rejections: readonly Rejected[]): void {
    if (rejections.length === 0) return
    const text = rejections.map(({ line, cause, detail }) => `${JSON.stringify({ line, cause, detail })}\n`)
    appendFileSync(this.path, text.join(''), { mode: 0o600 })
  }
}

/** The number in a line of the file; one that was cut off by a crash counts as not done. */
function lineOf(text: string): number {
  try {
    const { line }: { line?: unknown } = JSON.parse(text)
    return typeof line === 'number' ? line : Number.POSITIVE_INFINITY
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
