import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls'

export interface Call {
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A web server that keeps what it is given and answers as it is told. */
export class WebReceiver {
  readonly calls: Call[] = []
  /** The status of an answer; 200 unless something else is wanted. May end the answer by itself and return null. */
  answer: (call: Call, response: ServerResponse) => number | null | Promise<number | null> = () => 200
  readonly #server: Server
  url = ''

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', chunk => chunks.push(chunk))
      request.on('end', async () => {
        const call = {
          url: request.url ?? '',
          headers: request.headers,
          body: Buffer.concat(chunks).toString(),
        }
        this.calls.push(call)
        const status = await this.answer(call, response)
        if (status !== null) response.writeHead(status).end()
      })
    })
  }

  async listen(): Promise<this> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve))
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook/of-the-tests`
    return this
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

export interface Certificate {
  readonly key: string
  readonly cert: string
}

/** A certificate for `localhost` that nobody but its owner trusts; null where there is no openssl. */
export function makeCertificate(): Certificate | null {
  const folder = mkdtempSync(join(tmpdir(), 'tracedesk-tls-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  try {
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
    const keyOptions = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key]
    execFileSync('openssl', ['req', '-x509', ...keyOptions, '-out', cert, '-days', '30', ...names], {
      stdio: 'ignore',
    })
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  } catch {
    return null
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A syslog server over TLS that takes frames apart by their length, as RFC 5425 has them. */
export class SyslogReceiver {
  readonly messages: string[] = []
  connections = 0
  /** Resets a connection instead of reading what comes, as the system does for a program that died. */
  breaksOff = false
  readonly #server: TlsServer
  readonly #sockets = new Set<Socket>()
  address = ''

  constructor(certificate: Certificate) {
    this.#server = createTlsServer({ ...certificate, allowHalfOpen: true }, socket => {
      this.connections++
      this.#sockets.add(socket)
      let read: Buffer = Buffer.alloc(0)
      socket.on('data', chunk => {
        if (this.breaksOff) return
        read = this.#takeFrames(Buffer.concat([read, chunk]))
      })
      socket.on('end', () => !this.breaksOff && socket.end())
      socket.on('error', () => {}) // whoever is hung up on hangs up too
      socket.on('close', () => this.#sockets.delete(socket))
    })
    this.#server.on('connection', raw => {
      if (this.breaksOff) setTimeout(() => raw.resetAndDestroy(), 30)
    })
    this.#server.on('tlsClientError', () => {}) // whoever does not trust us goes away
  }

  /** Takes whole frames off the front; throws for what is none. Returns the rest. */
  #takeFrames(bytes: Buffer): Buffer {
    for (let rest = bytes; ; ) {
      const space = rest.indexOf(0x20)
      if (space === -1) return rest
      const length = rest.subarray(0, space).toString('latin1')
      if (!/^[1-9]\d*$/.test(length)) throw new Error(`no frame begins with ${length}`)
      const end = space + 1 + Number(length)
      if (rest.length < end) return rest
      this.messages.push(rest.subarray(space + 1, end).toString('utf8'))
      rest = rest.subarray(end)
    }
  }

  async listen(): Promise<this> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve))
    this.address = `localhost:${(this.#server.address() as AddressInfo).port}`
    return this
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }
}
