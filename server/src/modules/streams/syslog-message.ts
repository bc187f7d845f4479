import type { Entry } from '@tracedesk/contracts'

/** Facility 13, "log audit" (RFC 5424, table 1). */
const FACILITY = 13
/** Warning for what was refused, error for what failed, informational for the rest (table 2). */
const SEVERITY = { done: 6, refused: 4, failed: 3 } as const
/** `sequenceId` runs from 1 to 2,147,483,647 and begins anew (section 7.3.1). */
const SEQUENCE_MAX = 2_147_483_647

const printable = (text: string, max: number): string =>
  text.replace(/[^\x21-\x7e]/g, '').slice(0, max) || '-'

/** An RFC 5424 message: `MSGID` is the event, the time is that of the event to the microsecond. */
export function syslogMessage(entry: Entry, hostname: string, message: string): Buffer {
  const priority = FACILITY * 8 + SEVERITY[entry.outcome]
  const sequence = entry.position === null ? '' : ` sequenceId="${(entry.position % SEQUENCE_MAX) + 1}"`
  const head = [
    `<${priority}>1`,
    entry.at,
    printable(hostname, 255),
    'tracedesk',
    '-',
    printable(entry.event, 32),
    sequence === '' ? '-' : `[meta${sequence}]`,
  ].join(' ')
  // the byte order mark says that what follows is UTF-8 (section 6.4)
  return Buffer.from(`${head} \ufeff${message.toWellFormed()}`, 'utf8')
}

/** A message as RFC 5425 frames it: its length in bytes, a space, the message. */
export const syslogFrame = (message: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${message.length} `), message])
