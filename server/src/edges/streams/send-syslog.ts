import { isIP } from 'node:net'
import { connect, rootCertificates, type TLSSocket } from 'node:tls'
import type { Entry } from '@tracedesk/contracts'
import { OutsideError, resolvePublic } from '../../kernel/outside.ts'
import {
  type Origin,
  type Outcome,
  readTarget,
  type Stream,
  syslogBytes,
} from '../../modules/streams/index.ts'
import { problemOf, type SendOptions } from './send-webhook.ts'

/**
 * Writes entries into a TLS connection of their own and ends it. Syslog has no answers; the one thing a receiver says is
 * that it closes its side after it was told the end (RFC 5425, 4.4), and it says so after it has read everything. Only
 * then have the entries arrived. Never throws for what the receiver does.
 */
export async function sendSyslog(
  stream: Stream,
  entries: readonly Entry[],
  origin: Origin,
  { allowPrivate, timeoutMs }: SendOptions,
  signal: AbortSignal,
): Promise<Outcome> {
  const { address, ca } = stream.secrets
  try {
    const { host, port } = readTarget('syslog', address, true)
    // the connection goes to the address that was judged; the certificate is checked against the name
    const judged = allowPrivate ? host : await resolvePublic(host)
    const socket = connect({
      host: judged,
      port,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      minVersion: 'TLSv1.2',
      ...(ca === null ? {} : { ca: [...rootCertificates, ca] }),
    })
    await write(
      socket,
      syslogBytes(stream, entries, origin),
      AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    )
    return { kind: 'arrived' }
  } catch (error) {
    const problem = error instanceof BrokenOff ? 'broken_off' : problemOf(error)
    return { kind: 'trouble', problem, status: null, afterMs: null }
  }
}

/** The connection ended before the receiver had said that it read everything. */
class BrokenOff extends Error {}

function write(socket: TLSSocket, bytes: Buffer, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let isSecure = false
    let isWritten = false
    let isRead = false
    const giveUp = () => socket.destroy(new OutsideError('timed_out', 'not taken in time'))
    if (signal.aborted) giveUp()
    signal.addEventListener('abort', giveUp, { once: true })
    socket.once('secureConnect', () => {
      isSecure = true
      socket.end(bytes)
    })
    socket.once('finish', () => {
      isWritten = true
    })
    socket.once('end', () => {
      isRead = isWritten
    })
    socket.resume() // a receiver has nothing to say; whatever it says is thrown away
    socket.once('error', error =>
      reject(
        isSecure && !(error instanceof OutsideError) ? new BrokenOff('broken off', { cause: error }) : error,
      ),
    )
    socket.once('close', () => {
      signal.removeEventListener('abort', giveUp)
      if (isRead) resolve()
      else reject(new BrokenOff('closed before it was read'))
    })
  })
}
