import type { CommandInput } from '@tracedesk/contracts'
import { guessTimeFormat } from './guess-times.ts'

/** A mapping as it is sent. */
export type Mapping = NonNullable<CommandInput<'import.run'>['mapping']>
type Source = Mapping['event']
export type Format = 'csv' | 'xes' | 'tracedesk-ndjson'
export type Delimiter = ',' | ';' | '\t' | '|'
export const DELIMITERS: readonly Delimiter[] = [',', ';', '\t', '|']
export const ENCODINGS = [
  'utf-8',
  'utf-16le',
  'windows-1251',
  'windows-1252',
  'gb18030',
  'shift_jis',
] as const
export type Encoding = (typeof ENCODINGS)[number]

/** A file that lies on the server and waits for its mapping. */
export interface GivenFile {
  uploadId: string
  name: string
  format: Format
  delimiter: Delimiter
}

/** Fields of a line that a column, or always the same words, can fill; the first four are needed. */
export const FIELDS = [
  'event',
  'conversation',
  'actorKey',
  'customer',
  'actorKind',
  'actorName',
  'text',
  'department',
  'reason',
] as const
export type Field = (typeof FIELDS)[number]
export const NEEDED: ReadonlySet<Field> = new Set(['event', 'conversation', 'actorKey'])

/** Where a field's value comes from, as it is being edited. `values`: one `what it says = what it means` a line. */
export interface Chosen {
  from: 'nothing' | 'column' | 'value'
  column: string
  value: string
  values: string
  ifEmpty: string
}

/** A mapping as it is being edited: never wrong, only unfinished. */
export interface Draft {
  format: Format
  delimiter: Delimiter
  encoding: Encoding
  at: { column: string; format: string; zone: string }
  fields: Record<Field, Chosen>
  /** What is kept beside these, by the name it gets. */
  data: Record<string, Source>
  eventPrefix?: string | undefined
}

const NOTHING: Chosen = { from: 'nothing', column: '', value: '', values: '', ifEmpty: '' }

/** What a file's name says it is. */
export function formatOf(name: string): Format {
  if (/[.]xes([.]gz)?$/i.test(name)) return 'xes'
  return /[.](ndjson|jsonl)$/i.test(name) ? 'tracedesk-ndjson' : 'csv'
}

/** The delimiter that cuts the first line into most pieces; what is packed tells nothing. */
export function delimiterOf(head: string): Delimiter {
  const [line = ''] = head.split(/\r?\n/, 1)
  const pieces = (delimiter: Delimiter) => line.split(delimiter).length
  return DELIMITERS.reduce((best, each) => (pieces(each) > pieces(best) ? each : best), ',')
}

/** What columns are often called; the first that fits is proposed. */
const GUESSES: Record<Field | 'at', RegExp> = {
  at: /^time:timestamp$|time|date|when|时间|日期|врем|дата/i,
  event: /^concept:name$|^(event|activity|action)|what|活动|事件|событ/i,
  conversation: /^case:concept:name$|(case|ticket|conversation|dialog).*(id|key)?$|工单|会话|обращ/i,
  actorKey: /^org:resource$|resource|agent|user|who|operator|客服|агент|оператор/i,
  customer: /customer|client|客户|клиент/i,
  actorKind: /^$/,
  actorName: /^$/,
  text: /^(text|message|content|body|words)$|内容|текст/i,
  department: /department|queue|team|部门|отдел/i,
  reason: /^$/,
}

/** A first proposal for a file with these columns and first rows; each column is used once. */
export function proposeDraft(
  columns: readonly string[],
  rows: readonly { values: Record<string, string> }[],
  about: Pick<Draft, 'format' | 'delimiter'>,
): Draft {
  const free = new Set(columns)
  const take = (field: Field | 'at'): string => {
    const found = [...free].find(column => GUESSES[field].test(column)) ?? ''
    free.delete(found)
    return found
  }
  const at = take('at')
  const fields = Object.fromEntries(
    FIELDS.map(field => {
      const column = take(field)
      return [field, column ? { ...NOTHING, from: 'column', column } : NOTHING]
    }),
  ) as Record<Field, Chosen> // every field, by FIELDS
  return {
    ...about,
    encoding: 'utf-8',
    at: { column: at, format: guessTimeFormat(rows.map(({ values }) => values[at] ?? '')), zone: 'UTC' },
    fields,
    data: about.format === 'xes' ? keepColumns({}, columnsOfLog(columns, free)) : {},
  }
}

/** What a log says of an event beside our fields, and its own words for what they hold: with these it goes out as it came. */
function columnsOfLog(columns: readonly string[], free: ReadonlySet<string>): string[] {
  const own = ['concept:name', 'lifecycle:transition', 'org:role', 'org:group']
  return columns.filter(column => own.includes(column) || free.has(column)).slice(0, KEPT_MAX)
}

const pairsOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split('\n')
      .map(line => /^(.*)=\s*([^=]*)$/.exec(line.trim()))
      .filter(found => found !== null && found[1] !== '')
      .map(found => [found?.[1]?.trim() ?? '', found?.[2] ?? '']),
  )

function sourceOf({ from, column, value, values, ifEmpty }: Chosen): Source | undefined {
  if (from === 'nothing') return undefined
  if (from === 'value') return { value }
  if (!column) return undefined
  const replaced = pairsOf(values)
  return {
    column,
    ...(Object.keys(replaced).length > 0 ? { values: replaced } : {}),
    ...(ifEmpty ? { ifEmpty } : {}),
  }
}

/** The mapping a draft means; null while something needed is not chosen. */
export function mappingOf(draft: Draft): Mapping | null {
  const { format, delimiter, encoding, at, fields, data, eventPrefix } = draft
  if (format === 'tracedesk-ndjson' || !at.column) return null
  const found = Object.fromEntries(
    FIELDS.map(field => [field, sourceOf(fields[field])] as const).filter(
      ([, source]) => source !== undefined,
    ),
  )
  if ([...NEEDED].some(field => found[field] === undefined)) return null
  return {
    format,
    ...(format === 'csv' ? { csv: { delimiter, encoding } } : {}),
    at: { column: at.column, format: at.format || 'iso', zone: at.zone || 'UTC' },
    ...found,
    ...(eventPrefix === undefined ? {} : { eventPrefix }),
    data,
  } as Mapping // with everything needed, as was looked at above
}

function chosenOf(source: Source | undefined): Chosen {
  if (!source) return NOTHING
  if ('value' in source) return { ...NOTHING, from: 'value', value: source.value }
  const values = Object.entries(source.values ?? {}).map(([says, means]) => `${says} = ${means}`)
  return {
    from: 'column',
    column: source.column,
    value: '',
    values: values.join('\n'),
    ifEmpty: source.ifEmpty ?? '',
  }
}

/** A kept mapping, to be edited. */
export function draftOf(mapping: Mapping): Draft {
  const { format, csv, at, data, eventPrefix } = mapping
  return {
    format,
    delimiter: csv?.delimiter ?? ',',
    encoding: csv?.encoding ?? 'utf-8',
    at: { column: at.column, format: at.format ?? 'iso', zone: at.zone ?? 'UTC' },
    fields: Object.fromEntries(FIELDS.map(field => [field, chosenOf(mapping[field])])) as Draft['fields'],
    data: data ?? {},
    eventPrefix,
  }
}

/** The columns that are kept as they are, in the order they were chosen. */
export const keptColumnsOf = (data: Draft['data']): string[] =>
  Object.values(data).flatMap(source => ('column' in source && !source.values ? [source.column] : []))

/** An import keeps no more columns than this. */
const KEPT_MAX = 50
/** Names are no longer than this. */
const NAME_MAX = 60

/** The same facts, but of plain columns exactly these: those that stay keep the name they have. */
export function keepColumns(data: Draft['data'], columns: readonly string[]): Draft['data'] {
  const plain = new Set(keptColumnsOf(data))
  const staying = Object.entries(data).filter(
    ([, source]) => !('column' in source) || source.values !== undefined || columns.includes(source.column),
  )
  const added = columns
    .filter(column => !plain.has(column))
    .map(column => [column.slice(0, NAME_MAX), { column }] as const)
  return Object.fromEntries([...staying, ...added])
}
