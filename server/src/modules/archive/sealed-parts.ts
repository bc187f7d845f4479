import { createReadStream, createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { sql } from 'kysely'
import { z } from 'zod'
import type { ReadDb } from '../../db/database.ts'
import { spanOf } from './month.ts'
import type { PositionRange, SealedLine } from './port.ts'

const SLICE = 5_000

/** One line of a file of parts: what log_part has, in base64, with the entry's position. */
const Line = z.strictObject({
  position: z.int().min(0),
  entryId: z.uuid(),
  name: z.string().min(1).max(64),
  owner: z.string().min(1).max(200),
  sealed: z.base64(),
})
export type PartLine = z.infer<typeof Line>

/** Thrown for a file of parts that is none. */
export class PartsMalformed extends Error {}

/** Writes the sealed parts of a month's entries in a range, gzipped, by position and name. Returns how many. */
export async function writeParts(
  db: ReadDb,
  workspaceId: string,
  month: string,
  range: PositionRange,
  path: string,
): Promise<number> {
  let count = 0
  async function* lines() {
    for (let at = range.from; at <= range.to; at += SLICE) {
      const rows = await readParts(db, workspaceId, month, at, Math.min(at + SLICE - 1, range.to))
      count += rows.length
      yield rows
        .map(({ position, entry_id: entryId, name, owner, sealed }) =>
          JSON.stringify({ position, entryId, name, owner, sealed: sealed.toString('base64') }),
        )
        .map(line => `${line}\n`)
        .join('')
    }
  }
  // sealed bytes do not pack; ids and names do, so the fastest level is enough
  await pipeline(
    Readable.from(lines(), { objectMode: true }),
    createGzip({ level: 1 }),
    createWriteStream(path, { mode: 0o600, flush: true }),
  )
  return count
}

async function readParts(db: ReadDb, workspaceId: string, month: string, from: number, to: number) {
  const span = spanOf(month)
  const { rows } = await sql<SealedLine & { position: number }>`
    select e.position, p.entry_id, p.name, p.owner, p.sealed from log_entry e
      join log_part p on p.workspace_id = e.workspace_id and p.entry_id = e.entry_id and p.at = e.at
    where e.workspace_id = ${workspaceId} and e.at >= ${span.from} and e.at < ${span.to}
      and e.position between ${from} and ${to} order by e.position, p.name collate "C"`.execute(db as never)
  return rows
}

/** The lines of a file of parts on this machine, or as its bytes come. Throws PartsMalformed. */
export async function* readPartLines(packed: string | AsyncIterable<Uint8Array>): AsyncGenerator<PartLine> {
  const bytes = typeof packed === 'string' ? createReadStream(packed) : Readable.from(packed)
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for await (const chunk of bytes.compose(createGunzip())) {
      const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) yield parseLine(line)
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code.startsWith('Z_')) throw new PartsMalformed(`not gzip: ${code}`)
    throw error
  }
  if (rest !== '') throw new PartsMalformed('the last line has no end')
}

function parseLine(line: string): PartLine {
  try {
    const parsed = Line.safeParse(JSON.parse(line))
    if (parsed.success) return parsed.data
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new PartsMalformed(line.slice(0, 80))
}
