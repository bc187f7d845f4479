import type { EntryVerdict } from '@tracedesk/proof'
import { en } from './words-en.ts'
import { ru } from './words-ru.ts'
import type { Words } from './words-shape.ts'
import { zh } from './words-zh.ts'

export type { Words }

export const LANGUAGES = { en: 'English', zh: '中文', ru: 'Русский' } as const
export type Language = keyof typeof LANGUAGES

export const WORDS: Readonly<Record<Language, Words>> = { en, zh, ru }

export function preferredLanguage(): Language {
  const tags = navigator.languages.map(tag => tag.slice(0, 2))
  for (const tag of tags) if (tag === 'en' || tag === 'zh' || tag === 'ru') return tag
  return 'en'
}

/** A sentence with its gaps filled. */
export function fill(text: string, gaps: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => gaps[name] ?? '')
}

/** What is said of an entry in its place in the timeline. */
export function entryWord(words: Words, verdict: EntryVerdict): string {
  return verdict === 'ok'
    ? words.entry.ok
    : verdict === 'closed'
      ? words.entry.closed
      : words.verdicts[verdict]
}
