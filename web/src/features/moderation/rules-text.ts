import type { QueryOutput } from '@tracedesk/contracts'

type Rule = QueryOutput<'phrase_group.list'>['items'][number]['rules'][number]
export const RULE_KINDS = ['plain', 'wildcard', 'regex'] as const
export type RuleTexts = Record<Rule['kind'], string>

/** Rules as people write them: one a line, a field for each kind. */
export const textsOf = (rules: readonly Rule[]): RuleTexts => {
  const lines = (kind: Rule['kind']) =>
    rules
      .filter(rule => rule.kind === kind)
      .map(rule => rule.pattern)
      .join('\n')
  return { plain: lines('plain'), wildcard: lines('wildcard'), regex: lines('regex') }
}

/** The rules in those fields; one that was there before keeps its id, so that the log can follow it. */
export const rulesOf = (texts: RuleTexts, before: readonly Rule[]) =>
  RULE_KINDS.flatMap(kind =>
    [...new Set(texts[kind].split('\n').map(line => line.trim()))].filter(Boolean).map(pattern => {
      const known = before.find(rule => rule.kind === kind && rule.pattern === pattern)
      return { kind, pattern, ...(known && { id: known.id }) }
    }),
  )
