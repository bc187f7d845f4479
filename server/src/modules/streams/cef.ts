import type { Entry, Part } from '@tracedesk/contracts'
import { millisOf } from '../../kernel/instant.ts'
import type { Origin } from './cloud-event.ts'

// Micro Focus, "Common Event Format": the bar ends a field of the head, `=` and white space end one of the extension.
const CONTROLS = /\p{Cc}/gu
const inHead = (text: string): string => text.replace(/[\\|]/g, '\\$&').replace(CONTROLS, ' ')
const inExtension = (text: string): string =>
  text
    .replace(/[\\=]/g, '\\$&')
    .replace(/\r\n|\r|\n/g, '\\n')
    .replace(CONTROLS, ' ')

/** 0 to 10: what was done is of note, what was refused or failed more so. */
const SEVERITY = { done: 3, refused: 6, failed: 7 } as const
/** The specification gives `msg` so many characters, and custom strings so many. */
const MSG_MAX = 1_023
const CUSTOM_MAX = 4_000

const open = (part: Part | null | undefined): string | undefined =>
  part?.state === 'open' ? part.value : undefined

const cut = (text: string | undefined, max: number): string | undefined => {
  if (text === undefined || text.length <= max) return text
  const short = text.slice(0, max - 1)
  return `${/[\ud800-\udbff]$/.test(short) ? short.slice(0, -1) : short}…`
}

/** The fields of the extension that an entry has; labels name what CEF has no key for. */
function fieldsOf(entry: Entry): [key: string, value: string][] {
  const { actor, subject, via } = entry
  const custom: [label: string, value: string | undefined][] = [
    ['conversation', entry.conversationId ?? undefined],
    ['customer', entry.customerId ?? undefined],
    ['bot', entry.botId ?? undefined],
    ['subject', subject.id ? `${subject.kind}/${subject.id}` : undefined],
    ['facts', cut(JSON.stringify(entry.data), CUSTOM_MAX)],
    ['actorKind', actor.kind],
  ]
  const fields: [string, string | undefined][] = [
    ['rt', String(millisOf(entry.recordedAt))],
    ['start', String(millisOf(entry.at))],
    ['externalId', entry.id],
    ['act', entry.event],
    ['outcome', entry.outcome],
    ['suid', actor.id ?? undefined],
    ['suser', open(actor.name)],
    ['spriv', actor.role ?? undefined],
    ['src', open(via.ip)],
    ['requestClientApplication', open(via.userAgent)],
    ['requestContext', via.source],
    ['reason', entry.reason?.code],
    ['msg', cut(open(entry.parts.text), MSG_MAX)],
    ...(entry.position === null
      ? []
      : ([
          ['cn1', String(entry.position)],
          ['cn1Label', 'position'],
        ] as [string, string][])),
    ...custom.flatMap(([label, value], i) =>
      value === undefined
        ? []
        : ([
            [`cs${i + 1}`, value],
            [`cs${i + 1}Label`, label],
          ] as [string, string][]),
    ),
  ]
  return fields.flatMap(([key, value]) => (value === undefined || value === '' ? [] : [[key, value]]))
}

/**
 * An entry as one line of the Common Event Format, version 0. Words of anybody are escaped where they stand, so that no
 * text can add a field or a line. Parts that are withheld or erased are not in it.
 */
export function cefLine(entry: Entry, { version }: Origin): string {
  const head = ['Tracedesk', 'Tracedesk', version, entry.event, entry.event.replace(/[._]/g, ' ')].map(inHead)
  const extension = fieldsOf(entry).map(([key, value]) => `${key}=${inExtension(value)}`)
  return `CEF:0|${head.join('|')}|${SEVERITY[entry.outcome]}|${extension.join(' ')}`
}
