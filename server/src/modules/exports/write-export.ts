import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { ExportFormat } from '@tracedesk/contracts'
import type { ExportOptions } from './file-writer.ts'
import { FORMATS } from './formats.ts'
import type { ExportPort, StreamAsk } from './port.ts'

/** How far a file is: everything up to `bytes` is on the disk and ends with this entry. */
export interface WrittenSoFar {
  readonly rows: number
  readonly bytes: number
  readonly at: string | null
  readonly entryId: string | null
  readonly conversationId: string | null
  readonly firstPosition: number | null
  readonly lastPosition: number | null
}

export interface WrittenExport {
  readonly rows: number
  readonly bytes: number
  readonly sha256: string
  readonly firstPosition: number | null
  readonly lastPosition: number | null
  readonly truncated: boolean
}

export interface ExportJob {
  readonly format: ExportFormat
  readonly options: ExportOptions
  readonly ask: Omit<StreamAsk, 'after' | 'order'>
  readonly path: string
  /** More entries than that are cut off, and the file says so. */
  readonly rowsMax: number
}

/** So often what is written is made durable and noted. */
const NOTE_MS = 1_000

export const NOTHING_WRITTEN: WrittenSoFar = {
  rows: 0,
  bytes: 0,
  at: null,
  entryId: null,
  conversationId: null,
  firstPosition: null,
  lastPosition: null,
}

/**
 * Writes a file of entries, or goes on with one. `note` is told how far it is, at most once every `noteMs`; it throws to stop
 * (cancelled, or another node holds it by now). The file is left as it is then.
 */
export async function writeExport(
  stream: ExportPort['stream'],
  job: ExportJob,
  from: WrittenSoFar,
  note: (written: WrittenSoFar) => Promise<void>,
  noteMs = NOTE_MS,
): Promise<WrittenExport> {
  const format = FORMATS[job.format]
  const limit = Math.min(job.rowsMax, format.rowsMax)
  const { bytes: begun, ...rest } = from
  const state = { ...rest }
  const { at, entryId, conversationId } = from
  const after = at !== null && entryId !== null ? { at, id: entryId, conversationId } : null
  const writer = await format.open(job.path, begun, job.options, conversationId)
  let truncated = false
  try {
    let noted = performance.now()
    for await (const batch of stream({ ...job.ask, after, order: format.order })) {
      const kept = batch.slice(0, limit - state.rows)
      truncated = kept.length < batch.length
      await writer.write(kept)
      for (const { position } of kept) {
        state.firstPosition = Math.min(state.firstPosition ?? position, position)
        state.lastPosition = Math.max(state.lastPosition ?? position, position)
      }
      state.rows += kept.length
      state.at = kept.at(-1)?.entry.at ?? state.at
      state.entryId = kept.at(-1)?.entry.id ?? state.entryId
      state.conversationId = kept.at(-1)?.entry.conversationId ?? null
      if (truncated) break
      if (performance.now() - noted < noteMs) continue
      const bytes = await writer.sync()
      // what cannot be gone on with begins anew after a crash
      await note(bytes === null ? { ...NOTHING_WRITTEN, rows: state.rows } : { ...state, bytes })
      noted = performance.now()
    }
    await writer.finish(truncated ? state.rows : null)
  } finally {
    await writer.close()
  }
  const { size } = await stat(job.path)
  return {
    rows: state.rows,
    bytes: size,
    sha256: await digestOf(job.path),
    firstPosition: state.firstPosition,
    lastPosition: state.lastPosition,
    truncated,
  }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk)
  return hash.digest('hex')
}
