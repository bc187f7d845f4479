import type { ReadDb } from '../../db/database.ts'
import { type CompiledRule, compileRule, formText } from './phrases.ts'
import { listGroups } from './store.ts'

/** Does a text hold any of what is looked for? */
export type TextMatcher = (text: string) => boolean

const anyOf = (rules: readonly CompiledRule[]): TextMatcher => {
  return text => {
    const formed = formText(text)
    return rules.some(rule => rule.find(formed) !== null)
  }
}

/** Phrase groups as matchers, each in the version it has now; ids that are none are missing from the answer. */
export async function matchersOfGroups(
  db: ReadDb,
  workspaceId: string,
  ids: readonly string[],
): Promise<{ id: string; version: number; matches: TextMatcher }[]> {
  const groups = (await listGroups(db, workspaceId)).filter(group => ids.includes(group.id))
  return groups.map(({ id, version, rules }) => ({
    id,
    version,
    matches: anyOf(
      rules.map(rule => {
        const compiled = compileRule(rule)
        if (!compiled.ok) throw new Error(`rule ${rule.id} of phrase group ${id} no longer compiles`)
        return compiled.rule
      }),
    ),
  }))
}

/** Words and phrases as a matcher: in any script, look-alike letters and spacing folded; null when one is no phrase. */
export function matcherOfWords(words: readonly string[]): TextMatcher | null {
  const rules: CompiledRule[] = []
  for (const [index, pattern] of words.entries()) {
    const compiled = compileRule({ id: String(index), kind: 'plain', pattern })
    if (!compiled.ok) return null
    rules.push(compiled.rule)
  }
  return anyOf(rules)
}
