import type { Call } from '../call.ts'
import { defined, type JsonObject } from '../json.ts'
import { badRequest } from '../refusal.ts'
import { type FormattedText, formatText, MAX_CAPTION, MAX_TEXT } from '../text.ts'
import { send } from './target.ts'

/** sendMessage: text of 1 to 4096 UTF-16 units after its markup has been read. */
export function sendMessage(call: Call): JsonObject {
  return send(call, readTextContent(call))
}

/** The members of a text message from the parameters `text`, `parse_mode` and `entities`. */
export function readTextContent(call: Call): JsonObject {
  const formatted = readFormatted(call, 'text', 'entities', MAX_TEXT, 'message is too long')
  if (!formatted || formatted.text === '') throw badRequest('message text is empty')
  if (formatted.text.trim() === '') throw badRequest('text must be non-empty')
  return defined({
    text: formatted.text,
    entities: formatted.entities.length > 0 ? formatted.entities : undefined,
    link_preview_options: call.json('link_preview_options'),
  })
}

/** The members of a caption; empty when there is none. */
export function readCaptionContent(call: Call): JsonObject {
  const formatted = readFormatted(
    call,
    'caption',
    'caption_entities',
    MAX_CAPTION,
    'message caption is too long',
  )
  return describeCaption(formatted, call.flag('show_caption_above_media'))
}

export function describeCaption(formatted: FormattedText | undefined, above: boolean): JsonObject {
  if (!formatted || formatted.text === '') return {}
  const entities = formatted.entities.length > 0 ? formatted.entities : undefined
  return defined({
    caption: formatted.text,
    caption_entities: entities,
    show_caption_above_media: above || undefined,
  })
}

function readFormatted(
  call: Call,
  name: string,
  entitiesName: string,
  limit: number,
  tooLong: string,
): FormattedText | undefined {
  const text = call.string(name)
  if (text === undefined) return undefined
  return formatText(
    { text, parseMode: call.string('parse_mode'), entities: call.list(entitiesName) },
    limit,
    tooLong,
  )
}
