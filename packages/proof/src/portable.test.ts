import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const folder = new URL('./', import.meta.url)
const sources = readdirSync(folder).filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts'))

test('nothing but the Node entry needs Node, and nothing needs another package', () => {
  expect(sources.length).toBeGreaterThan(10)
  for (const name of sources) {
    const text = readFileSync(new URL(name, folder), 'utf8')
    const imports = [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(match => match[1] ?? '')
    const foreign = imports.filter(path => !path.startsWith('./'))
    expect(foreign, name).toEqual(name === 'node.ts' ? ['node:crypto'] : [])
    expect(text.replace(/\/\*\*[\s\S]*?\*\/|\/\/.*/g, ''), name).not.toMatch(/\b(?:Buffer|process|require)\b/)
  }
})
