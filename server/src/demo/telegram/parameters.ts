import { isUtf8 } from 'node:buffer'
import { checkValue } from './check.ts'
import { isObject, type Json, parseJson } from './json.ts'
import { parseMultipart } from './multipart.ts'
import { badRequest } from './refusal.ts'
import type { SpecField, SpecMethod, SpecType } from './spec.ts'
import type { Upload } from './upload.ts'

/** A parameter before its type is known: text from a query or form, or a value from a JSON body. */
type RawValue = { readonly text: string } | { readonly value: Json }

export interface RawParameters {
  readonly values: Map<string, RawValue>
  readonly files: Map<string, Upload>
}

export type ParameterValue = Json | Upload
export type ParameterValues = Map<string, ParameterValue>

/** Collects the parameters of a request from its query and its body; the body wins over the query. */
export function readRawParameters(query: URLSearchParams, contentType: string, body: Buffer): RawParameters {
  const values = new Map<string, RawValue>()
  for (const [name, text] of query) values.set(name, { text })
  const kind = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (body.length === 0) return { values, files: new Map() }
  if (kind !== 'multipart/form-data' && !isUtf8(body)) throw badRequest('strings must be encoded in UTF-8')
  if (kind === 'application/json') readJsonBody(body, values)
  else if (kind === 'application/x-www-form-urlencoded') {
    for (const [name, text] of new URLSearchParams(body.toString('utf8'))) values.set(name, { text })
  } else if (kind === 'multipart/form-data') {
    const form = parseMultipart(body, contentType)
    for (const [name, text] of form.texts) values.set(name, { text })
    return { values, files: form.files }
  } else throw badRequest(`unsupported content type "${kind}"`)
  return { values, files: new Map() }
}

function readJsonBody(body: Buffer, values: Map<string, RawValue>): void {
  const parsed = parseJson(body.toString('utf8'))
  if (!isObject(parsed)) throw badRequest("can't parse the JSON body: an object is expected")
  for (const name in parsed) {
    const value = parsed[name]
    // grammY and others send null for what they leave out, and Telegram takes it so.
    if (value !== undefined && value !== null) values.set(name, { value })
  }
}

/**
 * The typed parameters of a call, checked against the specification.
 * Refuses with 400 what is missing, of the wrong type or, when `strict`, unknown.
 */
export function readParameters(method: SpecMethod, raw: RawParameters, strict: boolean): ParameterValues {
  const result: ParameterValues = new Map()
  for (const [name, value] of raw.values) {
    const field = method.fields.get(name)
    if (field) result.set(name, convert(field, value, raw.files, strict))
    else if (strict) throw badRequest(`unknown parameter "${name}" of ${method.name}`)
  }
  for (const [name, file] of raw.files) {
    const field = method.fields.get(name)
    if (field && acceptsFile(field.type)) result.set(name, file)
    else if (strict && !isAttached(name, raw)) throw badRequest(`unknown file "${name}" of ${method.name}`)
  }
  for (const name of method.required) {
    if (!result.has(name)) throw badRequest(describeMissing(name))
  }
  return result
}

function convert(
  field: SpecField,
  raw: RawValue,
  files: Map<string, Upload>,
  strict: boolean,
): ParameterValue {
  const value = 'text' in raw ? readText(raw.text, field) : strict ? raw.value : soften(raw.value, field)
  if (typeof value === 'string' && acceptsFile(field.type) && value.startsWith('attach://')) {
    const file = files.get(value.slice('attach://'.length))
    if (!file) throw badRequest(`there is no file "${value}" in the request`)
    return file
  }
  const problem = checkValue(value, field.type, field.name, !strict)
  if (problem) throw badRequest(`can't parse parameter "${field.name}": ${problem.path} ${problem.message}`)
  return value
}

/** Telegram reads everything from text; a lenient server therefore takes a number for a string and the reverse. */
function soften(value: Json, field: SpecField): Json {
  if (checkValue(value, field.type, field.name, true) === undefined) return value
  return readText(typeof value === 'string' ? value : JSON.stringify(value), field)
}

function readText(text: string, field: SpecField): Json {
  const value = parseText(text, field.type)
  if (value === undefined) throw badRequest(`can't parse parameter "${field.name}": unexpected text`)
  return value
}

function parseText(text: string, type: SpecType): Json | undefined {
  switch (type.kind) {
    case 'integer':
      return /^-?\d+$/.test(text) ? Number(text) : undefined
    case 'float':
      return /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(text) ? Number(text) : undefined
    case 'boolean':
      return { true: true, '1': true, yes: true, false: false, '0': false, no: false }[text.toLowerCase()]
    case 'string':
    case 'constant':
      return text
    case 'file':
      return text.startsWith('attach://') ? text : undefined
    case 'either':
      return type.options.map(option => parseText(text, option)).find(value => value !== undefined)
    default:
      return parseJson(text)
  }
}

function acceptsFile(type: SpecType): boolean {
  return type.kind === 'file' || (type.kind === 'either' && type.options.some(acceptsFile))
}

function isAttached(name: string, raw: RawParameters): boolean {
  const reference = JSON.stringify(`attach://${name}`).slice(1, -1)
  return [...raw.values.values()].some(value =>
    ('text' in value ? value.text : JSON.stringify(value.value)).includes(reference),
  )
}

function describeMissing(name: string): string {
  if (name === 'chat_id') return 'chat_id is empty'
  if (name === 'text') return 'message text is empty'
  return `parameter "${name}" is required`
}
