import { isObject } from './json.ts'
import { describeType, type SpecShape, type SpecType, TYPES, UNIONS } from './spec.ts'
import { Upload } from './upload.ts'

/** The first place where a value departs from the specification. */
export interface Problem {
  /** Where, such as `reply_markup.inline_keyboard[0][1].text`. */
  readonly path: string
  readonly message: string
  /** The value is of another member of the union altogether. */
  readonly otherKind?: boolean
}

/**
 * Compares a value with a type of the specification.
 * Fields the specification does not know are a problem as well, unless `lenient`.
 */
export function checkValue(
  value: unknown,
  type: SpecType,
  path: string,
  lenient = false,
): Problem | undefined {
  switch (type.kind) {
    case 'array':
      return checkArray(value, type.of, path, lenient)
    case 'named':
      return checkNamed(value, type.name, path, lenient)
    case 'either':
      return checkOptions(value, type.options, path, lenient)
    case 'constant':
      return value === type.value ? undefined : { ...wrong(value, type, path), otherKind: true }
    default:
      return isSimple(value, type.kind) ? undefined : wrong(value, type, path)
  }
}

function isSimple(value: unknown, kind: 'integer' | 'float' | 'string' | 'boolean' | 'file'): boolean {
  switch (kind) {
    case 'integer':
      return Number.isSafeInteger(value)
    case 'float':
      return Number.isFinite(value)
    case 'file':
      return value instanceof Upload
    default:
      return typeof value === kind
  }
}

function wrong(value: unknown, type: SpecType, path: string): Problem {
  const found = value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value
  return { path, message: `expected ${describeType(type)}, found ${found}` }
}

function checkArray(value: unknown, of: SpecType, path: string, lenient: boolean): Problem | undefined {
  if (!Array.isArray(value)) return wrong(value, { kind: 'array', of }, path)
  for (const [index, item] of value.entries()) {
    const problem = checkValue(item, of, `${path}[${index}]`, lenient)
    if (problem) return problem
  }
  return undefined
}

function checkNamed(value: unknown, name: string, path: string, lenient: boolean): Problem | undefined {
  const union = UNIONS.get(name)
  if (union) return checkOptions(value, union, path, lenient)
  const shape = TYPES.get(name)
  if (!shape) throw new Error(`the specification names a type it does not describe: ${name}`)
  if (!isObject(value)) return wrong(value, { kind: 'named', name }, path)
  return checkFields(value, shape, path, lenient)
}

function checkFields(
  value: Readonly<Record<string, unknown>>,
  shape: SpecShape,
  path: string,
  lenient: boolean,
): Problem | undefined {
  let first: Problem | undefined
  for (const name in value) {
    const field = shape.fields.get(name)
    if (!field && lenient) continue
    const problem = field
      ? checkValue(value[name], field.type, `${path}.${name}`, lenient)
      : { path: `${path}.${name}`, message: 'is not in the specification' }
    if (problem?.otherKind) return problem
    first ??= problem
  }
  const missing = shape.required.find(name => value[name] === undefined)
  return first ?? (missing === undefined ? undefined : { path: `${path}.${missing}`, message: 'is required' })
}

/** Of several failed alternatives the one that says it was meant (its discriminator fits) is reported. */
function checkOptions(
  value: unknown,
  options: readonly SpecType[],
  path: string,
  lenient: boolean,
): Problem | undefined {
  let closest: Problem | undefined
  for (const option of options) {
    const problem = checkValue(value, option, path, lenient)
    if (!problem) return undefined
    const deeper = problem.path.length > (closest?.path.length ?? path.length)
    if (!problem.otherKind && deeper) closest = problem
  }
  return closest ?? wrong(value, { kind: 'either', options }, path)
}
