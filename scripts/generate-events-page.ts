// Writes docs/events.md from the catalogue, so that the page can neither lack an event nor name one that is not there.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { areaOf, CATALOGUE, COMMANDS, type EventDefinition } from '@tracedesk/contracts'

export const EVENTS_PAGE = join(import.meta.dirname, '../docs/events.md')
const SOURCES = join(import.meta.dirname, '../packages/contracts/src/events')

interface Schema {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly format?: string
}

const HEAD = `# Events

<!-- Written by \`npm run generate\` from packages/contracts/src/events. Do not edit. -->

Everything the behaviour log can hold. An event that is not on this page cannot be written: \`execute\` takes only events of the catalogue, and only those the command declares. The running server gives the same list at \`GET /api/log.catalogue\`.

- **Outcome**: \`done\`, \`refused\` (somebody said no: a rule, a permission, Telegram) or \`failed\`.
- **Reach**: \`work\` is read by whoever did or held the work and by those who led them; \`administration\` by administrators and auditors, and by the actor.
- **Facts** stand in the leaf and stay for ever. \`?\` after a type means that the value can be null.
- **Personal parts** lie outside the leaf, under the key of the person named after the colon. \`subject\` is whoever the event is about; \`visitor\` is a key made for this one entry, because nobody known owns the part.
- **Commands** are the API calls whose contract declares the event. An event without one is recorded by the gateway, the importer or the system, or stands for a command that was refused.

Names are for ever. A new shape of the facts is a new version.
`

// Not as the modules export them: bundlers and Node disagree on that order.
const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)

/** The whole page. Throws when a fact has a type this page has no words for. */
export function describeEvents(): string {
  const notes = readNotes()
  const areas = Map.groupBy([...CATALOGUE.values()].sort(byName), event => areaOf(event.name))
  const sections = [...areas]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([area, events]) => `## ${area}\n\n${events.map(event => describe(event, notes)).join('\n')}`)
  return [HEAD, ...sections].join('\n')
}

function describe(event: EventDefinition, notes: ReadonlyMap<string, string>): string {
  const commands = Object.values(COMMANDS)
    .filter(command => command.records.includes(event))
    .sort(byName)
    .map(command => `\`${command.name}\``)
  const facts = Object.entries((event.data.toJSONSchema() as Schema).properties ?? {})
  const parts = Object.entries(event.parts)
  const note = notes.get(event.name)
  return [
    `### ${event.name}`,
    '',
    ...(note === undefined ? [] : [note, '']),
    `Version ${event.version} · outcome \`${event.outcome}\` · reach \`${event.reach}\` · about: \`${event.subject}\`${commands.length > 0 ? ` · commands ${commands.join(', ')}` : ''}`,
    '',
    ...(facts.length === 0
      ? []
      : [`- Facts: ${facts.map(([name, schema]) => `\`${name}\` ${typeOf(schema)}`).join('; ')}`]),
    ...(parts.length === 0
      ? []
      : [`- Personal parts: ${parts.map(([name, owner]) => `\`${name}\`: ${owner}`).join('; ')}`]),
    ...(facts.length + parts.length === 0 ? ['- No facts beside who, when and what about.'] : []),
    '',
  ].join('\n')
}

function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return `\`${String(schema.const)}\``
  if (schema.oneOf) return schema.oneOf.map(typeOf).join(' or ')
  if (schema.enum) return schema.enum.map(value => `\`${String(value)}\``).join(' / ')
  if (Array.isArray(schema.type))
    return typeOf({ anyOf: schema.type.map((type: string) => ({ ...schema, type })) })
  if (schema.anyOf) {
    const others = schema.anyOf.filter(({ type }) => type !== 'null')
    return `${others.map(typeOf).join(' or ')}${others.length < schema.anyOf.length ? '?' : ''}`
  }
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`
  if (schema.properties)
    return `{ ${Object.entries(schema.properties)
      .map(([name, inner]) => `${name}: ${typeOf(inner)}`)
      .join(', ')} }`
  if (schema.type === 'object' && typeof schema.additionalProperties === 'object')
    return `map to ${typeOf(schema.additionalProperties)}`
  if (schema.type === 'string') return schema.format === 'uuid' ? 'id' : 'text'
  if (schema.type === 'integer') return 'integer'
  if (schema.type === 'boolean') return 'yes/no'
  throw new Error(`no words for ${JSON.stringify(schema)}`)
}

/** What stands above each event in the contracts: the one place where its meaning is written. */
function readNotes(): Map<string, string> {
  const notes = new Map<string, string>()
  for (const file of readdirSync(SOURCES).sort()) {
    const text = readFileSync(join(SOURCES, file), 'utf8')
    const found = text.matchAll(
      /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport const \w+ = defineEvent\(\{\s*name: '([^']+)'/g,
    )
    for (const [, comment = '', name = ''] of found)
      notes.set(name, comment.replaceAll(/\s*\n\s*\* ?/g, ' ').trim())
  }
  return notes
}
