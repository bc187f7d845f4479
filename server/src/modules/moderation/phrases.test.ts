import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { compileRule, formText, type Rule } from './phrases.ts'

const NAUGHTY = join(import.meta.dirname, '../../../../../shared/data/text/blns.json')

const find = (kind: Rule['kind'], pattern: string, text: string): boolean => {
  const compiled = compileRule({ id: 'r', kind, pattern })
  if (!compiled.ok) throw new Error(`${pattern}: ${compiled.problem}`)
  return compiled.rule.find(formText(text)) !== null
}

describe('a plain phrase', () => {
  test.each([
    ['bitcoin', 'Send BITCOIN now', 'capitals'],
    ['bitcoin', 'send bіtсоіn now', 'Cyrillic letters that look Latin'],
    ['BITCOIN', 'send ΒΙΤCΟΙΝ now'.replace('C', 'С'), 'Greek and Cyrillic capitals'],
    ['bitcoin', 'send bit\u200bco\u2060in\u00ad now', 'zero-width characters and soft hyphens'],
    ['bitcoin', 'send ｂｉｔｃｏｉｎ now', 'full-width letters'],
    ['bitcoin', 'send 𝐛𝐢𝐭𝐜𝐨𝐢𝐧 now', 'mathematical letters'],
    ['bitcoin', 'send b̶i̶t̶c̶o̶i̶n̶ now', 'letters struck through'],
    ['bitcoin', 'send b1tc0in now', 'digits for letters'],
    ['shell', 'a sheII company', 'capital I for l'],
    ['whats app', 'write me on whats\u00a0 \u3000app', 'other spaces'],
    ['вор', 'ты ВОР!', 'Cyrillic capitals'],
    ['вор', 'ты Boр!', 'Latin letters that look Cyrillic'],
    ['加微信', '请加微信联系', 'scripts without spaces'],
    ['café', 'the cafe is open', 'accents left out'],
    ['c++ (free)', 'get c++ (free) here', 'characters that mean something in expressions'],
  ])('%s is found in "%s": %s', (pattern, text) => {
    expect(find('plain', pattern, text)).toBe(true)
  })

  test.each([
    ['ass', 'a class on glass'],
    ['вор', 'разговор'],
    ['bitcoin', 'bit coin'],
    ['a*c', 'abc'],
  ])('%s is not found in "%s"', (pattern, text) => {
    expect(find('plain', pattern, text)).toBe(false)
  })
})

test('wildcards stand for one letter and for any run of letters', () => {
  expect(find('wildcard', 'bitcoin*', 'two bitcoins')).toBe(true)
  expect(find('wildcard', 'refund?', 'two refunds please')).toBe(true)
  expect(find('wildcard', 'refund?', 'a refund')).toBe(false)
  expect(find('wildcard', 'pay*pal', 'pay with my pal')).toBe(false)
})

test('an expression sees the text as it is and in its folded forms', () => {
  expect(find('regex', '\\b\\d{4}[- ]?\\d{4}\\b', 'card 1234-5678')).toBe(true)
  expect(find('regex', 'telegram\\.me|t\\.me', 'go to tеlеgrаm.me')).toBe(true)
  expect(find('regex', 'привет', 'ПРИВЕТ')).toBe(true)
})

test('what is no pattern, is too large or matches everything is refused by name', () => {
  const problem = (kind: Rule['kind'], pattern: string) => {
    const compiled = compileRule({ id: 'r', kind, pattern })
    return compiled.ok ? null : compiled.problem
  }
  expect(problem('regex', '(')).toBe('syntax')
  expect(problem('regex', 'a(?=b)')).toBe('syntax') // RE2 has no look-ahead
  expect(problem('regex', '(a)\\1')).toBe('syntax') // nor back-references
  expect(problem('regex', '(.{1,200}){5}q')).toBe('too_complex')
  expect(problem('regex', '((a{1,100}){1,100}){1,100}')).toBe('syntax')
  expect(problem('regex', 'a*')).toBe('matches_anything')
  expect(problem('wildcard', '*?')).toBe('matches_anything')
  expect(problem('plain', '\u200b\u200b')).toBe('matches_anything')
})

test('patterns made to backtrack take milliseconds on the longest text', () => {
  const text = formText(`${'a'.repeat(4_000)}!`)
  for (const pattern of [
    '(a+)+$',
    '(a|a)*c',
    '(x+x+)+y',
    '(a|aa)+$',
    '([a-z]+)*[0-9]',
    '(.*)*(.*)*z',
    'a{900}b',
  ]) {
    const compiled = compileRule({ id: 'r', kind: 'regex', pattern })
    const begun = performance.now()
    if (compiled.ok) compiled.rule.find(text)
    expect(performance.now() - begun, pattern).toBeLessThan(1_500)
  }
})

test.skipIf(!existsSync(NAUGHTY))('hostile texts as phrases and as texts never throw', () => {
  const naughty = (JSON.parse(readFileSync(NAUGHTY, 'utf8')) as string[]).filter(
    text => text.length > 0 && text.length <= 300 && text.isWellFormed(),
  )
  expect(naughty.length).toBeGreaterThan(400)
  for (const kind of ['plain', 'wildcard', 'regex'] as const)
    for (const pattern of naughty) {
      const compiled = compileRule({ id: 'r', kind, pattern })
      if (!compiled.ok) continue
      compiled.rule.find(formText(naughty[naughty.length - 1 - naughty.indexOf(pattern)] ?? ''))
      if (kind === 'plain' && /^[\p{L}\p{N} ]+$/u.test(pattern))
        expect(compiled.rule.find(formText(`so: ${pattern}!`)), pattern).not.toBeNull()
    }
})
if (!existsSync(NAUGHTY)) process.stderr.write(`SKIPPED hostile texts: ${NAUGHTY} is not here.\n`)
