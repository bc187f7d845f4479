import { isUtf8 } from 'node:buffer'
import { badRequest } from './refusal.ts'
import { Upload } from './upload.ts'

/** What a form carried: texts and files by field name. */
export interface Form {
  readonly texts: Map<string, string>
  readonly files: Map<string, Upload>
}

const HEAD_END = Buffer.from('\r\n\r\n')

/**
 * Reads a multipart/form-data body (RFC 7578) that is wholly in memory.
 * A part with a file name is a file, any other is UTF-8 text. Refuses a body that is not well formed.
 */
export function parseMultipart(body: Buffer, contentType: string): Form {
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType)
  if (!boundary) throw badRequest('multipart body without boundary')
  const delimiter = Buffer.from(`--${boundary[1] ?? boundary[2]}`)
  const form: Form = { texts: new Map(), files: new Map() }
  let start = body.indexOf(delimiter)
  while (start >= 0) {
    start += delimiter.length
    if (body.toString('latin1', start, start + 2) === '--') return form
    const next = body.indexOf(Buffer.concat([Buffer.from('\r\n'), delimiter]), start)
    if (next < 0) break
    readPart(body.subarray(start + 2, next), form)
    start = next + 2
  }
  throw badRequest('multipart body ends before its last boundary')
}

function readPart(part: Buffer, form: Form): void {
  const headEnd = part.indexOf(HEAD_END)
  if (headEnd < 0) throw badRequest('multipart part without header')
  const head = part.toString('utf8', 0, headEnd)
  const content = part.subarray(headEnd + HEAD_END.length)
  const name = readAttribute(head, 'name')
  if (name === undefined) throw badRequest('multipart part without name')
  const fileName = readAttribute(head, 'filename')
  if (fileName === undefined) {
    if (!isUtf8(content)) throw badRequest('strings must be encoded in UTF-8')
    form.texts.set(name, content.toString('utf8'))
    return
  }
  const type = /^content-type:\s*([^\r\n]+)/im.exec(head)?.[1] ?? 'application/octet-stream'
  form.files.set(name, new Upload(fileName, type, Buffer.from(content)))
}

// grammY writes file names without quotes, blanks and all: such a value ends at the semicolon or the line.
function readAttribute(head: string, attribute: string): string | undefined {
  const disposition = /^content-disposition:[^\r\n]*/im.exec(head)?.[0] ?? ''
  const found = new RegExp(`[;\\s]${attribute}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\r\\n]+))`, 'i').exec(
    disposition,
  )
  return found ? (found[1]?.replace(/\\(["\\])/g, '$1').replace(/%22/g, '"') ?? found[2]) : undefined
}
