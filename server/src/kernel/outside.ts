import { lookup } from 'node:dns'
import { type RequestOptions, request as requestHttp } from 'node:http'
import { type RequestOptions as RequestOptionsHttps, request as requestHttps } from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { rootCertificates } from 'node:tls'

/** Why nothing came back from an address that a person typed into a setting. */
export const OUTSIDE_FAILURES = ['unreachable', 'timed_out', 'private_address', 'answer_too_long'] as const
export type OutsideFailure = (typeof OUTSIDE_FAILURES)[number]

export class OutsideError extends Error {
  readonly failure: OutsideFailure
  constructor(failure: OutsideFailure, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.failure = failure
  }
}

// Addresses that lead into our own house or nowhere (RFC 6890): a setting must not make the server knock there.
const PRIVATE = new BlockList()
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  PRIVATE.addSubnet(net, bits, 'ipv4')
for (const [net, bits] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 32],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  PRIVATE.addSubnet(net, bits, 'ipv6')

/** Whether an IP address (text) is one that only this machine or its neighbours have. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address)
  // An IPv4 address in IPv6 clothes (::ffff:a.b.c.d) is matched by BlockList against the IPv4 nets.
  return family === 0 || PRIVATE.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

export interface OutsideRequest {
  readonly method: 'GET' | 'POST'
  readonly headers?: Record<string, string>
  readonly body?: Uint8Array
  readonly timeoutMs: number
  /** An answer longer than this is not read. */
  readonly maxBytes: number
  /** Loopback and private networks as well: for installations whose witnesses live beside them, and for tests. */
  readonly allowPrivate: boolean
  /** Certificates (PEM) to trust besides the public ones. */
  readonly ca?: string
  /** Gives up when it aborts. */
  readonly signal?: AbortSignal | undefined
}

export interface OutsideAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

/**
 * Asks an http(s) address that comes from a setting. Redirects are not followed. The name is resolved once and the
 * connection goes to what was judged, so that a name that changes its mind in between gains nothing. Throws
 * OutsideError.
 */
export async function askOutside(url: string, ask: OutsideRequest): Promise<OutsideAnswer> {
  const target = URL.canParse(url) ? new URL(url) : null
  if (target?.protocol !== 'http:' && target?.protocol !== 'https:')
    throw new OutsideError('unreachable', 'not an http or https address')
  const host = target.hostname.replace(/^\[|\]$/g, '')
  if (!ask.allowPrivate && isIP(host) !== 0 && isPrivateAddress(host))
    throw new OutsideError('private_address', `${host} is a private address`)
  const options: RequestOptionsHttps = {
    method: ask.method,
    headers: { ...ask.headers, ...(ask.body ? { 'content-length': String(ask.body.length) } : {}) },
    signal: AbortSignal.any([AbortSignal.timeout(ask.timeoutMs), ...(ask.signal ? [ask.signal] : [])]),
    agent: false,
    ...(ask.allowPrivate ? {} : { lookup: publicLookup }),
    ...(ask.ca === undefined ? {} : { ca: [...rootCertificates, ask.ca] }),
  }
  return perform(target, options, ask)
}

function perform(target: URL, options: RequestOptions, ask: OutsideRequest): Promise<OutsideAnswer> {
  const send = target.protocol === 'https:' ? requestHttps : requestHttp
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(explain(error))
    const asked = send(target, options, answer => {
      const chunks: Buffer[] = []
      let bytes = 0
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > ask.maxBytes)
          answer.destroy(new OutsideError('answer_too_long', `more than ${ask.maxBytes} bytes`))
        else chunks.push(chunk)
      })
      answer.on('error', fail)
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }),
      )
    })
    asked.on('error', fail)
    asked.end(ask.body)
  })
}

function explain(error: Error): OutsideError {
  if (error instanceof OutsideError) return error
  if (error.name === 'TimeoutError' || error.name === 'AbortError')
    return new OutsideError('timed_out', 'no answer in time', { cause: error })
  return new OutsideError('unreachable', 'no answer', { cause: error })
}

/** Resolves a name and refuses it when any of its addresses is private. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses ?? []
    if (error || !first) return callback(error ?? new Error('no address'), '', 4)
    if (addresses.some(({ address }) => isPrivateAddress(address)))
      return callback(new OutsideError('private_address', `${hostname} leads to a private address`), '', 4)
    if (options.all) callback(null, addresses)
    else callback(null, first.address, first.family)
  })
}

/** The first address of a host name, for connections that are not http. Throws OutsideError when any is private. */
export function resolvePublic(host: string): Promise<string> {
  const bare = host.replace(/^\[|\]$/g, '')
  if (isIP(bare) !== 0 && isPrivateAddress(bare))
    return Promise.reject(new OutsideError('private_address', `${bare} is a private address`))
  return new Promise((resolve, reject) => {
    publicLookup(bare, {}, (error, address) => (error ? reject(explain(error)) : resolve(String(address))))
  })
}
