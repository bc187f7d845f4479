import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FileLine, readLines } from './file-lines.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tracedesk-lines-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function linesOf(content: Buffer | string, after = 0, size = 1_000_000): Promise<FileLine[]> {
  const file = join(folder, 'lines')
  writeFileSync(file, content)
  const found: FileLine[] = []
  for await (const { lines } of readLines(file, after, size)) found.push(...lines)
  return found
}

const text = (number: number, text: string): FileLine => ({ number, text })
/** The size of the pieces a file is read in. */
const PIECE = 256 * 1024

test('a line that crosses the border of a piece is one line, wherever in a character the border lies', async () => {
  for (let shift = 0; shift < 5; shift++) {
    const first = 'a'.repeat(PIECE - 3 - shift)
    expect(await linesOf(`${first}\n🙂é退\nlast`)).toEqual([
      text(1, first),
      text(2, '🙂é退'),
      text(3, 'last'),
    ])
  }
})

test('a line as long as several pieces is one line; one of more than a megabyte is rejected, and its neighbours are not', async () => {
  const long = 'я'.repeat(PIECE)
  const tooLong = 'x'.repeat(1024 * 1024 + 1)
  expect(await linesOf(`before\n${long}\n${tooLong}\nafter\n`)).toEqual([
    text(1, 'before'),
    text(2, long),
    { number: 3, cause: 'line_too_long' },
    text(4, 'after'),
  ])
  expect(await linesOf(`before\n${tooLong}`)).toEqual([
    text(1, 'before'),
    { number: 2, cause: 'line_too_long' },
  ])
})

test('bytes that are not UTF-8 cost their own line only', async () => {
  const bytes = Buffer.concat([
    Buffer.from('good\nhalf '),
    Buffer.from([0xe2, 0x82]),
    Buffer.from('\n\nâ fine\nend'),
  ])
  expect(await linesOf(bytes)).toEqual([
    text(1, 'good'),
    { number: 2, cause: 'not_utf8' },
    text(4, 'â fine'),
    text(5, 'end'),
  ])
})

test('a line that reads like a reason for rejecting is a line', async () => {
  expect(await linesOf('line_too_long\nnot_utf8')).toEqual([text(1, 'line_too_long'), text(2, 'not_utf8')])
})

test('blank lines count but are left out, a byte order mark belongs to no line, and reading goes on behind any line', async () => {
  const content = '\ufeff1\n \n3\r\n4'
  expect(await linesOf(content)).toEqual([text(1, '1'), text(3, '3\r'), text(4, '4')])
  expect(await linesOf(content, 3)).toEqual([text(4, '4')])
  expect(await linesOf('')).toEqual([])
})

test('batches begin small and say up to which line they reach', async () => {
  const file = join(folder, 'batches')
  writeFileSync(file, Array.from({ length: 2_300 }, (_, i) => `line ${i + 1}`).join('\n'))
  const batches: [number, number][] = []
  for await (const { lines, last } of readLines(file, 100, 1_000)) batches.push([lines.length, last])
  expect(batches).toEqual([
    [500, 600],
    [1_000, 1_600],
    [700, 2_300],
  ])
})
