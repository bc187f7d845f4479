import type { ConsentPurpose, PrivacyKind } from '@tracedesk/contracts'

/** What somebody asks a bot about their data. */
export type Question =
  | { readonly ask: 'notice' }
  | { readonly ask: 'request'; readonly kind: PrivacyKind }
  | { readonly ask: 'consent'; readonly purpose: ConsentPurpose; readonly state: 'given' | 'withdrawn' }

const KINDS: Readonly<Record<string, PrivacyKind>> = {
  export: 'access',
  correct: 'rectification',
  restrict: 'restriction',
  erase: 'erasure',
}
const PURPOSES: readonly ConsentPurpose[] = ['support', 'marketing', 'analytics']

/** The shortest and longest message that can be such a question: others are not opened at all. */
export const QUESTION_LENGTH = { min: '/privacy'.length, max: 80 } as const

/** Reads `/privacy`, `/privacy erase`, `/consent marketing`, `/withdraw marketing`, each with or without the bot's name; null for anything else. */
export function readQuestion(text: string): Question | null {
  const match = /^\/(privacy|consent|withdraw)(?:@\w{1,64})?(?:\s+(\w{1,20}))?\s*$/i.exec(text.trim())
  if (!match?.[1]) return null
  const [command, word] = [match[1].toLowerCase(), match[2]?.toLowerCase()]
  if (command === 'privacy') {
    if (word === undefined) return { ask: 'notice' }
    const kind = KINDS[word]
    return kind ? { ask: 'request', kind } : { ask: 'notice' }
  }
  const purpose = PURPOSES.find(each => each === word)
  if (!purpose) return { ask: 'notice' }
  return { ask: 'consent', purpose, state: command === 'consent' ? 'given' : 'withdrawn' }
}
