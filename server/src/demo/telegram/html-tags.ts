import type { JsonObject } from './json.ts'

const SIMPLE: Readonly<Record<string, string>> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  ins: 'underline',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  'tg-spoiler': 'spoiler',
  code: 'code',
  pre: 'pre',
}

const SPECIAL = new Set(['a', 'span', 'blockquote', 'tg-emoji'])

/** Whether Telegram allows this tag (lower case) in HTML messages. */
export function isEntityTag(name: string): boolean {
  return name in SIMPLE || SPECIAL.has(name)
}

/** The entity a tag stands for, without offset and length. Without type: the tag has no effect. */
export function readEntity(name: string, attributes: string): JsonObject {
  const simple = SIMPLE[name]
  if (simple !== undefined) return { type: simple }
  switch (name) {
    case 'a': {
      const url = readAttribute(attributes, 'href')
      return url ? { type: 'text_link', url } : {}
    }
    case 'blockquote':
      return { type: /\bexpandable\b/.test(attributes) ? 'expandable_blockquote' : 'blockquote' }
    case 'tg-emoji':
      return { type: 'custom_emoji', custom_emoji_id: readAttribute(attributes, 'emoji-id') ?? '' }
    default:
      return readAttribute(attributes, 'class') === 'tg-spoiler' ? { type: 'spoiler' } : {}
  }
}

function readAttribute(attributes: string, name: string): string | undefined {
  const found = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'i').exec(
    attributes,
  )
  const value = found ? (found[1] ?? found[2] ?? found[3]) : undefined
  return value
    ?.replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&')
}
