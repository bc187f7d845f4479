import { isIP } from 'node:net'
import type { StreamKind } from '@tracedesk/contracts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { isPrivateAddress } from '../../kernel/outside.ts'

/** `target` is what may be shown of an address: scheme, host and port. */
export interface Target {
  readonly address: string
  readonly target: string
  readonly host: string
  readonly port: number
}

const SYSLOG_PORT = 6514

const wrong = (problem: string) => new ConsoleError('stream.address_not_valid', { problem })

/**
 * Reads where a stream goes: `https://…` for a webhook, `host:port` (6514 when absent) for syslog over TLS. Plain http
 * is taken only where private addresses are allowed, for a receiver on the same machine. Private addresses that stand
 * there as numbers are refused now, names when they are resolved. Throws `stream.address_not_valid`.
 */
export function readTarget(kind: StreamKind, address: string, allowPrivate: boolean): Target {
  const text = kind === 'webhook' || /^[a-z+]+:\/\//i.test(address) ? address : `tls://${address}`
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url?.hostname) throw wrong('not_an_address')
  const schemes = kind === 'syslog' ? ['tls:'] : allowPrivate ? ['https:', 'http:'] : ['https:']
  if (!schemes.includes(url.protocol)) throw wrong('scheme')
  if (url.username !== '' || url.password !== '') throw wrong('credentials')
  if (kind === 'syslog' && (url.pathname.length > 1 || url.search !== '')) throw wrong('not_an_address')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (!allowPrivate && isIP(host) !== 0 && isPrivateAddress(host)) throw wrong('private_address')
  const port = Number(url.port) || (kind === 'syslog' ? SYSLOG_PORT : url.protocol === 'https:' ? 443 : 80)
  url.hash = ''
  const target = kind === 'syslog' ? `tls://${url.hostname}:${port}` : url.origin
  return { address: url.href, target, host, port }
}
