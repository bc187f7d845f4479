import { RE2JS, RE2JSException } from 're2js'
import { formsOf, revealText } from './normalise.ts'

export interface Rule {
  readonly id: string
  readonly kind: 'plain' | 'wildcard' | 'regex'
  readonly pattern: string
}

/** A rule ready to be looked for: one expression for each form of a text (see `formsOf`), or one for all. */
export interface CompiledRule {
  readonly id: string
  readonly find: (text: FormedText) => string | null
}

export interface FormedText {
  readonly plain: string
  readonly forms: readonly [string, string, string]
}

export const formText = (text: string): FormedText => ({ plain: revealText(text), forms: formsOf(text) })

/** RE2 takes time linear in text times this; a longer program is refused when the rule is made. */
const PROGRAM_MAX = 1_000
const EXCERPT_MAX = 80

// What a digit is written for. Only in phrases: in an expression people say themselves what may stand for what.
const WRITTEN_AS: Readonly<Record<string, string>> = { o: '[o0]', i: '[i1]', l: '[l1]' }
// Scripts that put no spaces between words: there, a phrase may begin and end anywhere.
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
const EDGE_BEFORE = '(?:^|[^\\p{L}\\p{N}])'
const EDGE_AFTER = '(?:$|[^\\p{L}\\p{N}])'

/** Why a pattern cannot be a rule, or the rule. Patterns run on an engine without backtracking (RE2). */
export function compileRule(
  rule: Rule,
): { ok: true; rule: CompiledRule } | { ok: false; problem: 'syntax' | 'too_complex' | 'matches_anything' } {
  try {
    const { kind, pattern } = rule
    const expressions =
      kind === 'regex'
        ? [RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE)]
        : formsOf(pattern).map(form => RE2JS.compile(expressionOf(form.trim(), kind)))
    if (expressions.some(each => each.programSize() > PROGRAM_MAX))
      return { ok: false, problem: 'too_complex' }
    if (expressions.some(each => each.matcher('').find()) || !isSpecific(rule))
      return { ok: false, problem: 'matches_anything' }
    return {
      ok: true,
      rule: {
        id: rule.id,
        find: rule.kind === 'regex' ? inAllForms(expressions[0]) : inTheSameForm(expressions),
      },
    }
  } catch (error) {
    if (error instanceof RE2JSException) return { ok: false, problem: 'syntax' }
    throw error
  }
}

/** A phrase must hold something to look for beside its wildcards. */
const isSpecific = ({ kind, pattern }: Rule): boolean =>
  kind === 'regex' || formsOf(pattern).every(form => (kind === 'wildcard' ? /[^\s*?]/u : /\S/u).test(form))

/** A folded phrase as an expression: whole words where words have edges; `*` is any run of letters, `?` any one. */
function expressionOf(form: string, kind: 'plain' | 'wildcard'): string {
  const letters = [...form]
  const body = letters
    .map(letter => {
      if (kind === 'wildcard' && letter === '*') return '[^\\s]*'
      if (kind === 'wildcard' && letter === '?') return '[^\\s]'
      if (/\s/u.test(letter)) return '[\\s\\pZ]+'
      return WRITTEN_AS[letter] ?? RE2JS.quote(letter)
    })
    .join('')
  return `${edge(letters[0], EDGE_BEFORE)}(${body})${edge(letters.at(-1), EDGE_AFTER)}`
}

const edge = (letter: string | undefined, expression: string): string =>
  letter !== undefined && /[\p{L}\p{N}]/u.test(letter) && !UNSPACED.test(letter) ? expression : ''

const inTheSameForm =
  (expressions: readonly RE2JS[]) =>
  ({ forms }: FormedText): string | null => {
    for (const [index, expression] of expressions.entries()) {
      const found = findIn(expression, forms[index] ?? '', 1)
      if (found !== null) return found
    }
    return null
  }

const inAllForms =
  (expression: RE2JS | undefined) =>
  ({ plain, forms }: FormedText): string | null => {
    if (!expression) return null
    for (const text of new Set([plain, ...forms])) {
      const found = findIn(expression, text, 0)
      if (found !== null) return found
    }
    return null
  }

function findIn(expression: RE2JS, text: string, group: number): string | null {
  const matcher = expression.matcher(text)
  return matcher.find() ? (matcher.group(group) ?? '').slice(0, EXCERPT_MAX).toWellFormed() : null
}
