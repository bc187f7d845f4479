import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { newId } from '../kernel/id.ts'
import { ErasureList } from './erasures.ts'

const workspaceId = newId()
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tracedesk-erasures-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const erasure = () => ({ owner: `customer:${newId()}`, entryId: newId(), at: '2026-11-23T05:00:00.000000Z' })

test('what was appended is listed in its order by whoever opens the folder next', () => {
  const [first, second] = [erasure(), erasure()]
  const list = new ErasureList(join(folder, 'deep'))
  list.append(workspaceId, first)
  list.append(workspaceId, second)
  expect(new ErasureList(join(folder, 'deep')).list(workspaceId)).toEqual([first, second])
  expect(list.workspaces()).toEqual([workspaceId])
  expect(list.list(newId())).toEqual([])
})

test('the same erasure twice is one line', () => {
  const list = new ErasureList(folder)
  const once = erasure()
  list.append(workspaceId, once)
  list.append(workspaceId, once)
  expect(list.list(workspaceId)).toEqual([once])
})

test('a line torn by a crash is left out, and overwritten by the next', () => {
  const list = new ErasureList(folder)
  const [first, second] = [erasure(), erasure()]
  list.append(workspaceId, first)
  appendFileSync(join(folder, `${workspaceId}.ndjson`), '{"owner":"customer:')
  expect(list.list(workspaceId)).toEqual([first])
  list.append(workspaceId, second)
  expect(list.list(workspaceId)).toEqual([first, second])
  expect(readFileSync(join(folder, `${workspaceId}.ndjson`), 'utf8').split('\n')).toHaveLength(3)
})

test('a line that somebody bent is an error, not an erasure less', () => {
  const list = new ErasureList(folder)
  list.append(workspaceId, erasure())
  appendFileSync(join(folder, `${workspaceId}.ndjson`), '{"owner":"customer:x"}\n')
  expect(() => list.list(workspaceId)).toThrow()
})
