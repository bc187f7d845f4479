import { columnsFor, headsOf, truncationRow } from './columns.ts'
import { BOM, csvLine } from './csv.ts'
import { type ExportOptions, type ExportWriter, TextFile } from './file-writer.ts'
import {
  CLOSE_TRACE,
  describeTruncation,
  describeXesEvent,
  openTrace,
  traceName,
  XES_END,
  XES_HEAD,
  XES_ROOM,
} from './xes.ts'

/** One JSON object an entry and line, as `log.search` gives it; a file that was cut off says so in its last. */
export async function writeNdjson(path: string, bytes: number): Promise<ExportWriter> {
  const file = await TextFile.open(path, bytes)
  return {
    write: batch => file.append(batch.map(({ entry }) => `${JSON.stringify(entry)}\n`).join('')),
    sync: () => file.sync(),
    finish: async truncated => {
      if (truncated !== null) await file.append(`${JSON.stringify({ truncated: { rows: truncated } })}\n`)
      await file.sync()
    },
    close: () => file.close(),
  }
}

/** RFC 4180 with a line of heads. */
export async function writeCsv(path: string, bytes: number, options: ExportOptions): Promise<ExportWriter> {
  const { bom, language } = options
  const columns = await columnsFor(options)
  const file = await TextFile.open(path, bytes)
  if (file.isEmpty) await file.append(`${bom ? BOM : ''}${csvLine(headsOf(columns, language))}`)
  return {
    write: batch =>
      file.append(batch.map(({ entry }) => csvLine(columns.map(({ of }) => of(entry)))).join('')),
    sync: () => file.sync(),
    finish: async truncated => {
      if (truncated !== null) await file.append(csvLine(truncationRow(truncated, columns)))
      await file.sync()
    },
    close: () => file.close(),
  }
}

/** XES, one trace a conversation, of which `openConversation` is still open; what belongs to no conversation is not in it. */
export async function writeXes(
  path: string,
  bytes: number,
  _options: ExportOptions,
  openConversation: string | null,
): Promise<ExportWriter> {
  const file = await TextFile.open(path, bytes)
  if (file.isEmpty) await file.append(XES_HEAD + XES_ROOM)
  let trace = openConversation
  return {
    write: async batch => {
      let text = ''
      for (const { entry } of batch) {
        if (entry.conversationId !== trace) {
          text += `${trace === null ? '' : CLOSE_TRACE}${openTrace(entry.conversationId ?? '', traceName(entry))}`
          trace = entry.conversationId
        }
        text += describeXesEvent(entry)
      }
      await file.append(text)
    },
    sync: () => file.sync(),
    finish: async truncated => {
      if (truncated !== null) await file.replace(Buffer.byteLength(XES_HEAD), describeTruncation(truncated))
      await file.append(`${trace === null ? '' : CLOSE_TRACE}${XES_END}`)
      await file.sync()
    },
    close: () => file.close(),
  }
}
