import source from './bot-api.generated.json' with { type: 'json' }

/** A type of the Bot API as it is written in the specification. */
export type SpecType =
  | { readonly kind: 'integer' | 'float' | 'string' | 'boolean' | 'file' }
  | { readonly kind: 'constant'; readonly value: string }
  | { readonly kind: 'array'; readonly of: SpecType }
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'either'; readonly options: readonly SpecType[] }

export interface SpecField {
  readonly name: string
  readonly type: SpecType
  readonly required: boolean
}

/** Fields of an object type or parameters of a method, with those that must be present. */
export interface SpecShape {
  readonly fields: ReadonlyMap<string, SpecField>
  readonly required: readonly string[]
}

export interface SpecMethod extends SpecShape {
  readonly name: string
  readonly returns: SpecType
}

const SIMPLE: Readonly<Record<string, SpecType>> = {
  Integer: { kind: 'integer' },
  Float: { kind: 'float' },
  String: { kind: 'string' },
  Boolean: { kind: 'boolean' },
  InputFile: { kind: 'file' },
}

const LIST = 'Array of '

function parseType(text: string): SpecType {
  const options = text.split('|')
  // Alternative lists mean one list of mixed items: an album holds photos beside videos.
  if (options.length > 1 && options.every(option => option.startsWith(LIST))) {
    return { kind: 'array', of: parseType(options.map(option => option.slice(LIST.length)).join('|')) }
  }
  if (options.length > 1) return { kind: 'either', options: options.map(parseType) }
  if (text.startsWith('=')) return { kind: 'constant', value: text.slice(1) }
  if (text.startsWith(LIST)) return { kind: 'array', of: parseType(text.slice(LIST.length)) }
  return SIMPLE[text] ?? { kind: 'named', name: text }
}

function parseShape(fields: Readonly<Record<string, string>>): SpecShape {
  const parsed = Object.entries(fields).map(([name, text]): SpecField => {
    const required = text.endsWith('!')
    return { name, required, type: parseType(required ? text.slice(0, -1) : text) }
  })
  return {
    fields: new Map(parsed.map(field => [field.name, field])),
    required: parsed.filter(field => field.required).map(field => field.name),
  }
}

// The imported file's own type lists every method; as plain records it can be walked.
const methods: Readonly<Record<string, { returns: string; params: Readonly<Record<string, string>> }>> =
  source.methods
const types: Readonly<Record<string, Readonly<Record<string, string>>>> = source.types
const unions: Readonly<Record<string, readonly string[]>> = source.unions

/** Every method of the Bot API by its exact name. */
export const METHODS: ReadonlyMap<string, SpecMethod> = new Map(
  Object.entries(methods).map(([name, method]) => [
    name,
    { name, returns: parseType(method.returns), ...parseShape(method.params) },
  ]),
)

/** Every object type of the Bot API. */
export const TYPES: ReadonlyMap<string, SpecShape> = new Map(
  Object.entries(types).map(([name, fields]) => [name, parseShape(fields)]),
)

/** Types that stand for one of several others. */
export const UNIONS: ReadonlyMap<string, readonly SpecType[]> = new Map(
  Object.entries(unions).map(([name, members]) => [name, members.map(parseType)]),
)

const byLowerCase = new Map([...METHODS.values()].map(method => [method.name.toLowerCase(), method]))

/** Finds a method as Telegram does: without regard to case. */
export function findMethod(name: string): SpecMethod | undefined {
  return METHODS.get(name) ?? byLowerCase.get(name.toLowerCase())
}

/** The type as the specification words it. */
export function describeType(type: SpecType): string {
  switch (type.kind) {
    case 'constant':
      return JSON.stringify(type.value)
    case 'array':
      return `Array of ${describeType(type.of)}`
    case 'named':
      return type.name
    case 'either':
      return type.options.map(describeType).join(' or ')
    case 'file':
      return 'InputFile'
    default:
      return `${type.kind[0]?.toUpperCase()}${type.kind.slice(1)}`
  }
}
