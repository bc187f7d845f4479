import { ConsoleError } from '../../kernel/console-error.ts'

/** What a template may name, beside `field.<key>`. */
const VARIABLES = [
  'customer.name',
  'customer.nickname',
  'customer.username',
  'agent.name',
  'bot.name',
] as const
type Values = ReadonlyMap<string, string>

const VARIABLE = /\{\{\s*([\p{L}\p{N}_.]{1,80})\s*(?:\|([^{}]{0,100}))?\}\}/gu
// Line breaks, invisible and direction-changing characters in a name would change the text around it.
const UNWANTED = /[\p{Cc}\u2028\u2029\u200b\u202a-\u202e\u2066-\u2069]/gu

/** Refuses a template that names something else than `VARIABLES` and the given field keys. */
export function checkTemplate(text: string, fieldKeys: readonly string[]): void {
  const known = new Set<string>([...VARIABLES, ...fieldKeys.map(key => `field.${key}`)])
  for (const [, name = ''] of text.matchAll(VARIABLE))
    if (!known.has(name)) throw new ConsoleError('canned_reply.variable_unknown', { variable: name })
  const rest = text.replace(VARIABLE, '')
  const open = rest.indexOf('{{')
  if (open >= 0)
    throw new ConsoleError('canned_reply.variable_unknown', {
      variable: rest.slice(open, open + 40).toWellFormed(),
    })
}

/**
 * A template with its variables filled in, in one pass: what a value holds is never read as a variable. Without a
 * value the words after `|` stand there, or nothing.
 */
export const renderTemplate = (text: string, values: Values): string =>
  text.replace(VARIABLE, (_, name: string, fallback: string | undefined) => {
    const value = values.get(name)?.replace(UNWANTED, ' ').trim()
    return value || (fallback?.trim() ?? '')
  })
