import { join } from 'node:path'
import { describeApi } from '../server/src/edges/http/openapi.ts'

export const API_CLIENT = join(
  import.meta.dirname,
  '../packages/contracts/src/client/operations.generated.ts',
)

interface Schema {
  readonly type?: string | readonly string[]
  readonly properties?: Record<string, Schema>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
}
interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly schema: Schema
}
type Content = Record<string, { readonly schema: Schema }>
interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Record<string, { readonly content?: Content }>
}
interface Document {
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: { readonly responses: Record<string, { readonly content: Content }> }
}

/** What a schema is made of; anything else would be dropped without a word. */
const KNOWN = new Set(
  'type properties required additionalProperties propertyNames items anyOf oneOf enum const default description format pattern minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum minItems maxItems contentMediaType title'.split(
    ' ',
  ),
)

/**
 * A schema of the API's document as a TypeScript type. Whatever may be left out may also be undefined. Throws for a
 * keyword it does not know.
 */
export function typeOf(schema: Schema): string {
  const unknown = Object.keys(schema).find(key => !KNOWN.has(key))
  if (unknown) throw new Error(`the client's generator does not know "${unknown}"`)
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map(each => JSON.stringify(each)).join(' | ')
  const union = schema.anyOf ?? schema.oneOf
  if (union) return [...new Set(union.map(typeOf))].join(' | ')
  if (Array.isArray(schema.type)) return schema.type.map(type => typeOf({ ...schema, type })).join(' | ')
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type
    case 'integer':
    case 'number':
      return 'number'
    case 'array':
      return schema.items ? `Array<${typeOf(schema.items)}>` : 'unknown[]'
    case 'object':
      return objectOf(schema)
    case undefined:
      return 'unknown'
    default:
      throw new Error(`the client's generator does not know the type "${schema.type}"`)
  }
}

function objectOf({ properties, required = [], additionalProperties }: Schema): string {
  if (!properties || Object.keys(properties).length === 0)
    return additionalProperties === false || properties
      ? 'Record<string, never>'
      : `Record<string, ${typeof additionalProperties === 'object' ? typeOf(additionalProperties) : 'unknown'}>`
  const fields = Object.entries(properties).map(([name, schema]) => {
    const type = typeOf(schema)
    return required.includes(name) ? `${keyOf(name)}: ${type}` : `${keyOf(name)}?: ${type} | undefined`
  })
  return `{ ${fields.join('; ')} }`
}

const keyOf = (name: string): string => (/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name))

/** What one operation takes and gives, as members of `Queries` or `Commands`. */
function describe({ operationId, summary, parameters, requestBody, responses }: Operation): string {
  const asked = (parameters ?? []).filter(each => each.in === 'query')
  const input = requestBody
    ? typeOf(requestBody.content['application/json']?.schema ?? {})
    : objectOf({
        properties: Object.fromEntries(asked.map(({ name, schema }) => [name, schema])),
        required: asked.filter(each => each.required).map(({ name }) => name),
      })
  const output = typeOf(responses[200]?.content?.['application/json']?.schema ?? {})
  return `  /** ${summary} */\n  '${operationId}': {\n    input: ${input}\n    output: ${output}\n  }\n`
}

/** Operations that speak JSON both ways: what the client calls by name. The others move bytes or text. */
function isPlain(method: string, { requestBody, responses }: Operation): boolean {
  const answersJson = responses[200]?.content?.['application/json'] !== undefined
  return answersJson && (method === 'get' || requestBody?.content['application/json'] !== undefined)
}

const codesOf = ({ components }: Document): string[] =>
  Object.values(components.responses).flatMap(
    ({ content }) =>
      (content['application/json']?.schema.properties?.error?.properties?.code?.enum ?? []) as string[],
  )

/** The types of the API's client, from the OpenAPI document alone. */
export function describeClient(): string {
  const document = describeApi('0') as unknown as Document // our own document, whose shape a test checks
  const of = (wanted: string) =>
    Object.entries(document.paths)
      .filter(([path, operations]) => {
        const operation = operations[wanted]
        return (
          operation !== undefined && path === `/api/${operation.operationId}` && isPlain(wanted, operation)
        )
      })
      .map(([, operations]) => describe(operations[wanted] as Operation)) // filtered above
  const codes = codesOf(document).toSorted()
  return [
    '// Generated from the OpenAPI document by `npm run generate`. Do not edit.\n',
    `/** Codes the API can refuse with. */\nexport type ErrorCode =\n${codes.map(code => `  | '${code}'`).join('\n')}\n`,
    `/** \`GET /api/<name>\`: what each takes as query parameters and answers. */\nexport interface Queries {\n${of('get').join('')}}\n`,
    `/** \`POST /api/<name>\`: what each takes as JSON and answers. */\nexport interface Commands {\n${of('post').join('')}}\n`,
  ].join('\n')
}
