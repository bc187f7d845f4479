// Writes server/src/modules/moderation/look-alikes.generated.ts from Unicode's confusables.txt (UTS #39).
// Usage: node scripts/generate-confusables.ts FILE
// FILE is https://www.unicode.org/Public/security/17.0.0/confusables.txt; it is not kept here because of its size.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const TARGET = join(import.meta.dirname, '../server/src/modules/moderation/look-alikes.generated.ts')
const LINE = /^([0-9A-F]+) ;\t([0-9A-F ]+) ;\tMA/
const MARKS = /[\u0300-\u036f]/g

const textOf = (hex: string) => String.fromCodePoint(...hex.split(' ').map(code => Number.parseInt(code, 16)))
const plain = (text: string) => text.normalize('NFKD').replace(MARKS, '').normalize('NFC')

/** Letters that look like one ASCII letter and that compatibility normalisation does not already turn into it. */
function readLookAlikes(text: string): Map<string, string> {
  const pairs = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .flatMap(line => {
      const [, from, to] = LINE.exec(line) ?? []
      return from && to ? [[textOf(from), textOf(to.trim())] as const] : []
    })
  const all = new Map(pairs)
  const found = new Map<string, string>()
  for (const [from, to] of pairs) {
    if (!/^\p{L}$/u.test(from) || plain(from) !== from || /^[\0-\x7f]/.test(from)) continue
    const target = plain(plain(to).replace(/[^\0-\x7f]/gu, letter => all.get(letter) ?? letter))
    if (/^[A-Za-z]$/.test(target)) found.set(target, (found.get(target) ?? '') + from)
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)))
}

const [file] = process.argv.slice(2)
if (!file) throw new Error('Usage: node scripts/generate-confusables.ts FILE')
const source = readFileSync(file, 'utf8')
const version = /^# Version: (.+)$/m.exec(source)?.[1] ?? 'unknown'
const lines = [...readLookAlikes(source)].map(([letter, alike]) => `  ${letter}: '${alike}',`)
writeFileSync(
  TARGET,
  `// Written by scripts/generate-confusables.ts from Unicode's confusables.txt ${version}. Do not edit.
// © Unicode, Inc., used under the Unicode licence: https://www.unicode.org/license.txt

/** ASCII letter → letters of other scripts that look like it (UTS #39). */
export const LOOK_ALIKES: Readonly<Record<string, string>> = {
${lines.join('\n')}
}
`,
)
