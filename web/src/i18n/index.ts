import i18next from 'i18next'
import { initReactI18next, useTranslation } from 'react-i18next'
import type en from './en.json'
import enUrl from './en.json?url'
import ruUrl from './ru.json?url'
import zhUrl from './zh.json?url'

export const LANGUAGES = ['en', 'zh', 'ru'] as const
export type Language = (typeof LANGUAGES)[number]
/** Each language under its own name: whoever lost their way must be able to read it. */
export const LANGUAGE_NAMES: Record<Language, string> = { en: 'English', zh: '中文', ru: 'Русский' }
const STORED = 'tracedesk.language'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation'
    resources: { translation: typeof en }
  }
}

const isLanguage = (value: string | null | undefined): value is Language =>
  LANGUAGES.some(language => language === value)

function preferredLanguage(): Language {
  const stored = localStorage.getItem(STORED)
  if (isLanguage(stored)) return stored
  return navigator.languages.map(tag => tag.slice(0, 2)).find(isLanguage) ?? 'en'
}

/** Words are data, not program: only those of the reader's language are fetched. */
const URLS: Record<Language, string> = { en: enUrl, zh: zhUrl, ru: ruUrl }

async function loadWords(language: Language): Promise<void> {
  if (i18next.hasResourceBundle(language, 'translation')) return
  const response = await fetch(URLS[language])
  if (!response.ok) throw new Error(`no words in ${language}: ${response.status}`)
  i18next.addResourceBundle(language, 'translation', await response.json())
}

/** Loads and shows a language, and remembers it in this browser. Rejects when its words cannot be had. */
export async function changeLanguage(language: Language): Promise<void> {
  await loadWords(language)
  await i18next.changeLanguage(language)
  document.documentElement.lang = language === 'zh' ? 'zh-Hans' : language
  document.documentElement.dir = i18next.dir(language)
  localStorage.setItem(STORED, language)
}

/** Starts with the reader's language, or with English when its words cannot be had. Rejects when neither can. */
export async function startI18n(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    resources: {},
    // React escapes.
    interpolation: { escapeValue: false },
  })
  await changeLanguage(preferredLanguage()).catch(() => changeLanguage('en'))
}

/** The words of the reader's language; keys are typed from en.json. */
export const useT = () => useTranslation().t

/**
 * Words for a key that is only known at run time (an event's name, a setting's key). What has no words yet, because
 * the server is newer than this page, is shown as the server calls it.
 */
export function useWords(): (key: string, fallback: string) => string {
  const { t, i18n } = useTranslation()
  // The typed t takes only keys known when compiling; `exists` has checked this one.
  const untyped = t as unknown as (key: string, options: { skipInterpolation: true }) => string
  return (key, fallback) => (i18n.exists(key) ? untyped(key, { skipInterpolation: true }) : fallback)
}

export function useLanguage(): Language {
  const { i18n } = useTranslation()
  return isLanguage(i18n.language) ? i18n.language : 'en'
}
