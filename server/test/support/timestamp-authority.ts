import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

type Issued = 'good' | 'expired' | 'plain'

/** An RFC 3161 authority made of `openssl`: a root, an intermediate, and certificates for timestamps and not. */
export class TimestampAuthority {
  readonly #dir = mkdtempSync(join(tmpdir(), 'tracedesk-tsa-'))
  #server: Server | undefined

  constructor() {
    writeFileSync(join(this.#dir, 'openssl.cnf'), CONFIG)
    writeFileSync(join(this.#dir, 'serial'), '01\n')
    writeFileSync(join(this.#dir, 'index.txt'), '')
    for (const name of ['root', 'other', 'middle', 'good', 'expired', 'plain'])
      this.#run(
        'req',
        '-new',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-keyout',
        `${name}.key`,
        '-out',
        `${name}.csr`,
        '-subj',
        `/CN=${name} of the tests`,
      )
    for (const name of ['root', 'other'])
      this.#run(
        'x509',
        '-req',
        '-in',
        `${name}.csr`,
        '-signkey',
        `${name}.key`,
        '-days',
        '3650',
        '-extfile',
        'openssl.cnf',
        '-extensions',
        'ca_ext',
        '-out',
        `${name}.pem`,
      )
    this.#issue('middle', 'root', 'ca_ext', '20200101000000Z', '20490101000000Z')
    this.#issue('good', 'middle', 'tsa_ext', '20200101000000Z', '20490101000000Z')
    this.#issue('expired', 'middle', 'tsa_ext', '20200101000000Z', '20200201000000Z')
    this.#issue('plain', 'middle', 'plain_ext', '20200101000000Z', '20490101000000Z')
    // The root does not come along: whoever verifies has it from elsewhere.
    writeFileSync(join(this.#dir, 'chain.pem'), this.pem('middle'))
  }

  static isAvailable(): boolean {
    try {
      execFileSync('openssl', ['version'])
      return true
    } catch {
      return false
    }
  }

  pem(name: 'root' | 'other' | 'middle' | Issued): string {
    return readFileSync(join(this.#dir, `${name}.pem`), 'utf8')
  }

  /** Answers a request (TimeStampReq) as TimeStampResp. */
  answer(request: Uint8Array, signer: 'good' | 'expired' = 'good'): Buffer {
    writeFileSync(join(this.#dir, 'request.tsq'), request)
    this.#run(
      'ts',
      '-reply',
      '-config',
      'openssl.cnf',
      '-queryfile',
      'request.tsq',
      '-signer',
      `${signer}.pem`,
      '-inkey',
      `${signer}.key`,
      '-chain',
      'chain.pem',
      '-out',
      'answer.tsr',
    )
    return readFileSync(join(this.#dir, 'answer.tsr'))
  }

  /** The same statement, signed with a certificate that is not for timestamps: what `openssl ts` would never do. */
  answerWithPlainCertificate(request: Uint8Array): Buffer {
    this.answer(request)
    this.#run(
      'ts',
      '-reply',
      '-config',
      'openssl.cnf',
      '-in',
      'answer.tsr',
      '-token_out',
      '-out',
      'token.der',
    )
    this.#run(
      'cms',
      '-verify',
      '-noverify',
      '-inform',
      'DER',
      '-in',
      'token.der',
      '-out',
      'statement.der',
      '-binary',
    )
    this.#run(
      'cms',
      '-sign',
      '-cades',
      '-nodetach',
      '-binary',
      '-md',
      'sha256',
      '-econtent_type',
      '1.2.840.113549.1.9.16.1.4',
      '-in',
      'statement.der',
      '-signer',
      'plain.pem',
      '-inkey',
      'plain.key',
      '-certfile',
      'chain.pem',
      '-outform',
      'DER',
      '-out',
      'plain.der',
    )
    return sequence(
      Buffer.concat([Buffer.from('3003020100', 'hex'), readFileSync(join(this.#dir, 'plain.der'))]),
    )
  }

  /** Whether `openssl ts -verify` accepts a token over `content`. */
  accepts(token: Uint8Array, content: Uint8Array): boolean {
    writeFileSync(join(this.#dir, 'kept.der'), token)
    writeFileSync(join(this.#dir, 'content'), content)
    try {
      this.#run(
        'ts',
        '-verify',
        '-token_in',
        '-in',
        'kept.der',
        '-data',
        'content',
        '-CAfile',
        'root.pem',
        '-untrusted',
        'middle.pem',
      )
      return true
    } catch {
      return false
    }
  }

  /** Serves the authority over HTTP; `twist` may change what it answers. Returns its address. */
  async serve(twist: (answer: Buffer) => Buffer = answer => answer): Promise<string> {
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const answer = twist(this.answer(Buffer.concat(chunks)))
      response.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(answer)
    })
    this.#server?.close()
    this.#server = server
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  }

  end(): void {
    this.#server?.closeAllConnections()
    this.#server?.close()
    rmSync(this.#dir, { recursive: true, force: true })
  }

  #issue(name: string, by: string, extensions: string, from: string, to: string): void {
    this.#run(
      'ca',
      '-batch',
      '-config',
      'openssl.cnf',
      '-name',
      'ca',
      '-cert',
      `${by}.pem`,
      '-keyfile',
      `${by}.key`,
      '-in',
      `${name}.csr`,
      '-extensions',
      extensions,
      '-startdate',
      from,
      '-enddate',
      to,
      '-notext',
      '-out',
      `${name}.pem`,
    )
  }

  #run(...args: string[]): void {
    execFileSync('openssl', args, { cwd: this.#dir, stdio: ['ignore', 'ignore', 'pipe'] })
  }
}

/** A DER SEQUENCE around these bytes. */
function sequence(content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x30, 0x82, content.length >> 8, content.length & 255]), content])
}

const CONFIG = `
[ca]
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[ca_ext]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[tsa_ext]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[plain_ext]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,emailProtection
[req]
distinguished_name = name
[name]
[tsa]
default_tsa = tsa1
[tsa1]
serial = tsa-serial
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
`
