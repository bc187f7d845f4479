import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { linkify } from '../src/features/conversations/linkify.ts'

const links = (text: string) => linkify(text).flatMap(piece => (piece.kind === 'link' ? [piece.value] : []))
const BLNS = new URL('../../../shared/data/text/blns.json', import.meta.url)
const XSS = new URL('../../../shared/data/badinput/xss-payloads.txt', import.meta.url)

test('addresses become links, the punctuation around them does not', () => {
  expect(links('See https://example.com/a?b=1. And (http://foo.example/x_(y)), thanks!')).toEqual([
    'https://example.com/a?b=1',
    'http://foo.example/x_(y)',
  ])
  expect(links('看这里：https://example.com/订单。谢谢')).toEqual(['https://example.com/订单'])
})

test('nothing but http and https becomes a link', () => {
  expect(links('javascript:alert(1) data:text/html,x ftp://a.b mailto:a@b.c //x.y tg://resolve')).toEqual([])
})

test('the pieces together are the text, unchanged', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl(), fc.constant('https://'))),
      parts => {
        const text = parts.join('')
        expect(
          linkify(text)
            .map(piece => piece.value)
            .join(''),
        ).toBe(text)
      },
    ),
  )
})

function readData(url: URL): string | null {
  try {
    return readFileSync(url, 'utf8')
  } catch {
    process.stderr.write(`SKIPPED: ${url.pathname} is absent; this test needs ../shared/data\n`)
    return null
  }
}

test('hostile texts yield only addresses a browser opens as http or https', context => {
  const blns = readData(BLNS)
  const xss = readData(XSS)
  if (blns === null || xss === null) return context.skip()
  const texts: string[] = [...JSON.parse(blns), ...xss.split('\n')]
  expect(texts.length).toBeGreaterThan(3000)
  for (const text of texts) {
    const pieces = linkify(text)
    expect(pieces.map(piece => piece.value).join('')).toBe(text)
    for (const piece of pieces) if (piece.kind === 'link') expect(piece.href).toMatch(/^https?:\/\//)
  }
})
