import { isEntityTag, readEntity } from './html-tags.ts'
import type { JsonObject } from './json.ts'
import { badRequest } from './refusal.ts'

interface OpenTag {
  readonly name: string
  readonly entity: JsonObject
  readonly start: number
}

const TOKEN =
  /<(\/?)([A-Za-z][A-Za-z0-9-]*)((?:\s+[A-Za-z-]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?)*)\s*>|&(#\d+|#[xX][0-9a-fA-F]+|lt|gt|amp|quot);|</g

/**
 * Reads the HTML that Telegram allows in messages (Bot API, "HTML style") into text and entities.
 * Refuses with 400 unknown tags, tags that are not closed and those closed in the wrong order.
 */
export function parseHtml(source: string): { text: string; entities: JsonObject[] } {
  const open: OpenTag[] = []
  const entities: JsonObject[] = []
  let text = ''
  let last = 0
  for (const token of source.matchAll(TOKEN)) {
    text += source.slice(last, token.index)
    last = token.index + token[0].length
    const [, slash, name, attributes, character] = token
    if (character !== undefined) text += readCharacter(character)
    else if (name === undefined)
      throw badRequest(
        `can't parse entities: Unclosed start tag at byte offset ${byteOffset(source, token.index)}`,
      )
    else if (slash) closeTag(name.toLowerCase(), text, open, entities, byteOffset(source, token.index))
    else openTag(name.toLowerCase(), attributes ?? '', text, open, byteOffset(source, token.index))
  }
  text += source.slice(last)
  const unclosed = open.at(-1)
  if (unclosed)
    throw badRequest(`can't parse entities: Can't find end tag corresponding to start tag "${unclosed.name}"`)
  return { text, entities: entities.sort((a, b) => Number(a.offset) - Number(b.offset)) }
}

function openTag(name: string, attributes: string, text: string, open: OpenTag[], at: number): void {
  if (!isEntityTag(name))
    throw badRequest(`can't parse entities: Unsupported start tag "${name}" at byte offset ${at}`)
  open.push({ name, entity: readEntity(name, attributes), start: text.length })
}

function closeTag(name: string, text: string, open: OpenTag[], entities: JsonObject[], at: number): void {
  const tag = open.pop()
  if (!tag) throw badRequest(`can't parse entities: Unexpected end tag at byte offset ${at}`)
  if (tag.name !== name) {
    throw badRequest(
      `can't parse entities: Unmatched end tag at byte offset ${at}, expected "</${tag.name}>", found "</${name}>"`,
    )
  }
  const length = text.length - tag.start
  if (length > 0 && tag.entity.type !== undefined) {
    const { type, ...rest } = tag.entity
    entities.push({ type: type ?? '', offset: tag.start, length, ...rest })
  }
}

function readCharacter(reference: string): string {
  const named = { lt: '<', gt: '>', amp: '&', quot: '"' }[reference]
  if (named !== undefined) return named
  const hexadecimal = /^#x/i.test(reference)
  const code = Number.parseInt(reference.slice(hexadecimal ? 2 : 1), hexadecimal ? 16 : 10)
  // Anything that is no character is left as it stands.
  return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
    ? String.fromCodePoint(code)
    : `&${reference};`
}

function byteOffset(source: string, index: number): number {
  return Buffer.byteLength(source.slice(0, index))
}
