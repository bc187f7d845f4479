import { createHash } from 'node:crypto'
import type { ImportMapping, ImportSource } from '@tracedesk/contracts'
import { createInstantReader } from './instants.ts'
import { RejectedLine } from './line.ts'

type Values = ReadonlyMap<string, string>
const EVENT_NAME = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/

/** Makes what turns rows into lines of tracedesk-ndjson. Throws `input.invalid` for a zone or pattern that is none. */
export function createRowMapper(mapping: ImportMapping): (values: Values) => Record<string, unknown> {
  const readInstant = createInstantReader(mapping.at.format, mapping.at.zone)
  const must = (name: string, source: ImportSource, values: Values): string => {
    const value = read(source, values)
    if (value === undefined) throw new RejectedLine('value_missing', name)
    return value
  }
  return values => {
    const at = values.get(mapping.at.column)
    if (!at) throw new RejectedLine('value_missing', 'at')
    const key = must('actorKey', mapping.actorKey, values)
    const data = Object.entries(mapping.data).flatMap(([name, source]) => {
      const value = read(source, values)
      return value === undefined ? [] : [[name, value] as const]
    })
    const line = {
      at: readInstant(at),
      event: eventOf(must('event', mapping.event, values), mapping.eventPrefix),
      conversation: must('conversation', mapping.conversation, values),
      customer: readOptional(mapping.customer, values),
      actor: {
        kind: must('actorKind', mapping.actorKind, values),
        key,
        name: readOptional(mapping.actorName, values),
      },
      data: data.length > 0 ? Object.fromEntries(data) : undefined,
      text: readOptional(mapping.text, values),
      department: readOptional(mapping.department, values),
      reason: readOptional(mapping.reason, values),
    }
    return withoutUndefined(line)
  }
}

const readOptional = (source: ImportSource | undefined, values: Values) => source && read(source, values)

/** A value as the source says; undefined where there is nothing. */
function read(source: ImportSource, values: Values): string | undefined {
  if ('value' in source) return source.value
  const raw = values.get(source.column) ?? ''
  if (raw.trim() === '') return source.ifEmpty
  return source.values && Object.hasOwn(source.values, raw) ? source.values[raw] : raw
}

/** An event's name as it is; any other words under the prefix, in letters, digits and underscores. */
function eventOf(name: string, prefix: string): string {
  if (EVENT_NAME.test(name)) return name
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[_0-9]+|_+$/g, '')
    .slice(0, 60)
  // words without a Latin letter keep a name of their own by digest; the words themselves belong into data
  return `${prefix}.${plain || `x${createHash('sha256').update(name).digest('hex').slice(0, 12)}`}`
}

const withoutUndefined = (value: Record<string, unknown>): Record<string, unknown> =>
  JSON.parse(JSON.stringify(value))
