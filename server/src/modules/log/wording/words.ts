import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

export type WordingLanguage = 'en' | 'zh' | 'ru'

/** Words by key, as the console has them; what has none is undefined. */
export type EntryWords = ReadonlyMap<string, string>

const FILE = fileURLToPath(new URL('entry-words.generated.json', import.meta.url))
const loaded = new Map<WordingLanguage, EntryWords>()

/** The words of a language. They are read when they are first asked for: a node that prints nothing keeps none. */
export async function loadEntryWords(language: WordingLanguage): Promise<EntryWords> {
  const known = loaded.get(language)
  if (known) return known
  // the file is generated: languages, each a flat object
  const all = JSON.parse(await readFile(FILE, 'utf8')) as Record<WordingLanguage, Record<string, string>>
  const words = new Map(Object.entries(all[language]))
  loaded.set(language, words)
  return words
}
