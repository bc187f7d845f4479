/** A file that came with a multipart request. */
export class Upload {
  readonly name: string
  readonly contentType: string
  readonly bytes: Buffer

  constructor(name: string, contentType: string, bytes: Buffer) {
    this.name = name
    this.contentType = contentType
    this.bytes = bytes
  }
}
