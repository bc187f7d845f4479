import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { chooseDataDir } from './choose-data-dir.ts'

const IS_ROOT = process.getuid?.() === 0

function makeFolder(mode: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'tracedesk-choose-'))
  chmodSync(folder, mode)
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('DATA_DIR decides, taken from the folder we stand in', () => {
  expect(chooseDataDir({ DATA_DIR: '/srv/desk' }, '/home/maya')).toBe('/srv/desk')
  expect(chooseDataDir({ DATA_DIR: 'desk' }, '/home/maya')).toBe('/home/maya/desk')
})

test('without DATA_DIR, or with an empty one, it is ./data', () => {
  const open = makeFolder(0o755)
  expect(chooseDataDir({}, open)).toBe(join(open, 'data'))
  expect(chooseDataDir({ DATA_DIR: '' }, open)).toBe(join(open, 'data'))
})

test('below a folder that others may not enter, root gets /var/lib/tracedesk and a normal user stays', () => {
  const closed = makeFolder(0o700)
  expect(chooseDataDir({}, closed)).toBe(IS_ROOT ? '/var/lib/tracedesk' : join(closed, 'data'))
  expect(chooseDataDir({ DATA_DIR: 'data' }, closed)).toBe(join(closed, 'data'))
})
