import { randomBytes } from 'node:crypto'

/** The body of a request: its media type and its bytes in pieces, so that a large file is not copied once more. */
export interface RequestBody {
  readonly type: string
  readonly pieces: readonly Buffer[]
}

export interface FormFile {
  /** The field's name, or what `attach://` leads to. */
  readonly field: string
  readonly name: string
  readonly type: string
  readonly bytes: Buffer
}

/** A JSON body. */
export const jsonBody = (json: string): RequestBody => ({
  type: 'application/json',
  pieces: [Buffer.from(json)],
})

/** A multipart/form-data body (RFC 7578): texts as they are, anything else as JSON, as the Bot API reads forms. */
export function formBody(fields: Readonly<Record<string, unknown>>, files: readonly FormFile[]): RequestBody {
  const boundary = `tracedesk-${randomBytes(18).toString('hex')}`
  const head = (lines: readonly string[]) => Buffer.from(`--${boundary}\r\n${lines.join('\r\n')}\r\n\r\n`)
  const end = Buffer.from('\r\n')
  const pieces: Buffer[] = []
  for (const [name, value] of Object.entries(fields))
    pieces.push(
      head([`Content-Disposition: form-data; name="${name}"`]),
      Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
      end,
    )
  for (const { field, name, type, bytes } of files)
    pieces.push(
      head([
        `Content-Disposition: form-data; name="${field}"; filename="${quoted(name)}"`,
        `Content-Type: ${type}`,
      ]),
      bytes,
      end,
    )
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    pieces: [...pieces, Buffer.from(`--${boundary}--\r\n`)],
  }
}

// As browsers write it (HTML standard, multipart form data).
const quoted = (name: string): string => name.replace(/\r/g, '%0D').replace(/\n/g, '%0A').replace(/"/g, '%22')
