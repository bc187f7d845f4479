/**
 * Turns the published Bot API description (../shared/data/telegram/bot-api-spec/api.json) into the compact form
 * the simulated Telegram checks every call against. Run it again after the description has been replaced;
 * the same input always gives the same bytes.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

export const BOT_API_SOURCE = fileURLToPath(
  new URL('../../shared/data/telegram/bot-api-spec/api.json', import.meta.url),
)
export const BOT_API_TARGET = fileURLToPath(
  new URL('../server/src/demo/telegram/bot-api.generated.json', import.meta.url),
)

interface SourceField {
  readonly name: string
  readonly types: readonly string[]
  readonly required: boolean
  readonly description: string
}

interface SourceType {
  readonly fields?: readonly SourceField[]
  readonly subtypes?: readonly string[]
  readonly subtype_of?: readonly string[]
}

interface SourceMethod {
  readonly returns: readonly string[]
  readonly fields?: readonly SourceField[]
}

/** The part of api.json that is read. */
export interface BotApiSource {
  readonly version: string
  readonly release_date: string
  readonly methods: Readonly<Record<string, SourceMethod>>
  readonly types: Readonly<Record<string, SourceType>>
}

// The members of a union are told apart by one of these fields; its value stands only in the description.
const DISCRIMINATORS = new Set(['type', 'status', 'source'])
const CONSTANT = /(?:always|must be) (?:"([a-z0-9_]+)"|\*?([a-z0-9_]+)\*?\.?$)/

function describeField(field: SourceField, owner?: SourceType): string {
  const constant =
    owner?.subtype_of && field.required && DISCRIMINATORS.has(field.name)
      ? CONSTANT.exec(field.description)
      : null
  const type = constant ? `=${constant[1] ?? constant[2]}` : field.types.join('|')
  return field.required ? `${type}!` : type
}

function describeFields(fields: readonly SourceField[] = [], owner?: SourceType): Record<string, string> {
  return Object.fromEntries(fields.map(field => [field.name, describeField(field, owner)]))
}

function printSection(name: string, entries: readonly (readonly [string, unknown])[]): string {
  const lines = entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
  return `${JSON.stringify(name)}:{\n${lines.join(',\n')}\n}`
}

/**
 * The compact description: `{ version, released, methods: { name: { returns, params } }, types, unions }`.
 * A field is `A|B` for its alternatives, `=value` for a constant, with `!` at the end when it is required.
 */
export function compactBotApi(source: BotApiSource): string {
  const types = Object.entries(source.types)
  const methods = Object.entries(source.methods).map(
    ([name, method]) =>
      [name, { returns: method.returns.join('|'), params: describeFields(method.fields) }] as const,
  )
  const parts = [
    `"version":${JSON.stringify(source.version)}`,
    `"released":${JSON.stringify(source.release_date)}`,
    printSection('methods', methods),
    printSection(
      'types',
      types
        .filter(([, type]) => !type.subtypes)
        .map(([name, type]) => [name, describeFields(type.fields, type)]),
    ),
    printSection(
      'unions',
      types.flatMap(([name, type]) => (type.subtypes ? [[name, type.subtypes] as const] : [])),
    ),
  ]
  return `{\n${parts.join(',\n')}\n}\n`
}

/** Reads the description and returns the compact form. Throws when the source is absent or no JSON. */
export async function generateBotApi(): Promise<string> {
  return compactBotApi(JSON.parse(await readFile(BOT_API_SOURCE, 'utf8')))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(BOT_API_TARGET, await generateBotApi())
  console.log(`written: ${BOT_API_TARGET}`)
}
