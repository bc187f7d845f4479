import { rm } from 'node:fs/promises'
import { ZipFileWriter } from '../../kernel/zip-file.ts'
import { columnsFor, headsOf, truncationRow } from './columns.ts'
import type { ExportOptions, ExportWriter } from './file-writer.ts'

/** A sheet has 1,048,576 rows: one for the heads, one to say that there was more. */
export const XLSX_ROWS_MAX = 1_048_574
/** A cell takes so many UTF-16 units (ECMA-376 readers agree on it). */
const CELL_MAX = 32_767

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

const FIXED: readonly (readonly [string, string])[] = [
  [
    '[Content_Types].xml',
    `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${TYPE}.worksheet+xml"/></Types>`,
  ],
  [
    '_rels/.rels',
    `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  ],
  [
    'xl/workbook.xml',
    `${XML}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets><sheet name="Log" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  ],
  [
    'xl/_rels/workbook.xml.rels',
    `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
  ],
]

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
// biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 has no way to write these
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g

// Texts stand inline: they are never read as formulas, and no table of them has to be held in memory.
const cell = (value: string | number | null): string => {
  if (value === null) return '<c/>'
  if (typeof value === 'number') return `<c><v>${value}</v></c>`
  const text = value
    .slice(0, CELL_MAX)
    .toWellFormed()
    .replace(FORBIDDEN, '\ufffd')
    .replace(/[&<>]/g, each => ESCAPES[each] ?? each)
  return `<c t="inlineStr"><is><t xml:space="preserve">${text}</t></is></c>`
}
const row = (cells: readonly (string | number | null)[]): string => `<row>${cells.map(cell).join('')}</row>`

/** One sheet of Office Open XML, streamed: pieces go through a queue of one into the ZIP member being packed. */
export async function writeXlsx(path: string, options: ExportOptions): Promise<ExportWriter> {
  const columns = await columnsFor(options)
  await rm(path, { force: true })
  const zip = await ZipFileWriter.create(path)
  for (const [name, text] of FIXED) await zip.add(name, [text])
  const pipe = createPipe()
  const packed = zip.add('xl/worksheets/sheet1.xml', pipe.read())
  packed.catch(error => pipe.fail(error as Error)) // thrown to whoever writes next
  await pipe.write(`${XML}<worksheet xmlns="${MAIN}"><sheetData>${row(headsOf(columns, options.language))}`)
  return {
    write: batch => pipe.write(batch.map(({ entry }) => row(columns.map(({ of }) => of(entry)))).join('')),
    sync: async () => null, // what is packed cannot be gone on with
    finish: async truncated => {
      await pipe.write(
        `${truncated === null ? '' : row(truncationRow(truncated, columns))}</sheetData></worksheet>`,
      )
      pipe.end()
      await packed
      await zip.finish()
    },
    close: async () => {
      pipe.end()
      await packed.catch(() => undefined) // the file is given up
      await zip.close().catch(() => undefined) // finished already
    },
  }
}

/** Hands texts from a writer to a reader, one at a time: the writer waits until the reader took the last. */
function createPipe() {
  let waiting: { text: string; taken: () => void } | null = null
  let wake: () => void = () => {}
  let ended = false
  let failure: Error | null = null
  return {
    write: (text: string) =>
      new Promise<void>((taken, refuse) => {
        if (failure) return refuse(failure)
        waiting = { text, taken }
        wake()
      }),
    end: () => {
      ended = true
      wake()
    },
    fail: (error: Error) => {
      failure = error
      waiting?.taken()
    },
    async *read(): AsyncGenerator<string> {
      for (;;) {
        if (!waiting && !ended) await new Promise<void>(resolve => (wake = resolve))
        const next = waiting
        if (!next) return
        waiting = null
        yield next.text
        next.taken()
      }
    },
  }
}
