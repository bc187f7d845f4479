import { parseHtml } from './html.ts'
import { isObject, type Json, type JsonObject } from './json.ts'
import { badRequest, TelegramRefusal } from './refusal.ts'

/** A text with its entities. Offsets and lengths count UTF-16 units. */
export interface FormattedText {
  readonly text: string
  readonly entities: JsonObject[]
}

export const MAX_TEXT = 4096
export const MAX_CAPTION = 1024

export interface TextInput {
  readonly text: string
  readonly parseMode: string | undefined
  readonly entities: readonly Json[] | undefined
}

/**
 * What a bot wants to say, after its markup has been read. Refuses texts that are too long, not well-formed Unicode,
 * or badly marked up. An empty text is left to the caller.
 */
export function formatText(input: TextInput, limit: number, tooLong: string): FormattedText {
  if (!input.text.isWellFormed()) throw badRequest('strings must be encoded in UTF-8')
  const formatted = applyMarkup(input)
  if (formatted.text.length > limit) throw badRequest(tooLong)
  const found = formatted.entities.length > 0 ? formatted.entities : findEntities(formatted.text)
  return { text: formatted.text, entities: found }
}

function applyMarkup({ text, parseMode, entities }: TextInput): FormattedText {
  if (parseMode === undefined || parseMode === '')
    return { text, entities: checkBounds(text, entities ?? []) }
  if (parseMode.toLowerCase() === 'html') return parseHtml(text)
  if (/^markdown(v2)?$/i.test(parseMode)) {
    throw new TelegramRefusal(501, `Not Implemented: the simulation does not read ${parseMode}, only HTML`)
  }
  throw badRequest('unsupported parse_mode')
}

function checkBounds(text: string, entities: readonly Json[]): JsonObject[] {
  return entities.filter(isObject).map(entity => {
    const offset = Number(entity.offset)
    const length = Number(entity.length)
    if (offset < 0 || length <= 0 || offset + length > text.length) {
      throw badRequest(
        `can't parse entities: an entity of length ${length} at ${offset} lies outside of the text`,
      )
    }
    return entity
  })
}

const PATTERNS: readonly (readonly [type: string, pattern: RegExp])[] = [
  ['bot_command', /(?<![^\s])\/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![A-Za-z0-9_@/])/g],
  ['url', /\bhttps?:\/\/[^\s<>"]+[^\s<>".,;:!?)]/g],
  ['email', /\b[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}\b/g],
  ['mention', /(?<![\w@/])@[A-Za-z][A-Za-z0-9_]{3,31}\b/g],
  ['hashtag', /(?<![\w#])#[\p{L}_][\p{L}\p{N}_]{0,255}/gu],
]

/** Commands, links, addresses, mentions and hashtags, as Telegram finds them by itself. */
export function findEntities(text: string): JsonObject[] {
  if (!/[/@#]/.test(text)) return []
  const found: { type: string; offset: number; length: number }[] = []
  for (const [type, pattern] of PATTERNS) {
    for (const { index, 0: match } of text.matchAll(pattern)) {
      const overlaps = found.some(
        ({ offset, length }) => index < offset + length && offset < index + match.length,
      )
      if (!overlaps) found.push({ type, offset: index, length: match.length })
    }
  }
  return found.sort((a, b) => a.offset - b.offset)
}
