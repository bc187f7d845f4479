import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatTrustFile } from '@tracedesk/proof/node'
import { afterAll, expect, test } from 'vitest'
import { makeSampleBundle, zipOf } from '../../../../packages/proof/test/sample-bundle.ts'
import { runCli } from './run-cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'tracedesk-bundle-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const { files, trust } = await makeSampleBundle({ size: 30, from: 4, to: 20, before: 3 })
const keep = (name: string, content: string | Uint8Array) => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const bundle = keep('bundle.zip', zipOf(files))
const vkey = trust.keys[0]?.vkey ?? ''

/** Runs the command line where there is no database to reach. */
async function verify(...args: string[]) {
  let [out, err] = ['', '']
  const exitCode = await runCli(['verify', '--from', ...args], {
    env: { DATABASE_URL: 'postgres://127.0.0.1:1/none' },
    out: text => {
      out += text
    },
    err: text => {
      err += text
    },
    terminal: false,
    signal: new AbortController().signal,
  })
  return { exitCode, out, err }
}

test('a bundle is verified with a key or a trust file, without a database', async () => {
  for (const args of [
    ['--vkey', vkey],
    ['--trust', keep('trust.json', formatTrustFile(trust))],
  ]) {
    const { exitCode, out } = await verify(bundle, ...args)
    expect([exitCode, out]).toEqual([0, expect.stringMatching(/^ok: .*17 entries/)])
  }
  const { out } = await verify(bundle, '--vkey', vkey, '--json')
  expect(JSON.parse(out)).toMatchObject({
    verdict: 'ok',
    position: null,
    entries: 17,
    recordPosition: 30,
    signedBy: [vkey],
  })
})

test('without a key it is a finding that nobody knows who made it', async () => {
  const { exitCode, out } = await verify(bundle)
  expect([exitCode, out]).toEqual([1, expect.stringContaining('nothing is proven about who made it')])
})

test('a changed bundle is a finding that names the position', async () => {
  const text = Buffer.from(files.get('entries.ndjson') ?? []).toString()
  const lines = text
    .split('\n')
    .filter((_, at) => at !== 2)
    .join('\n')
  const forged = keep('forged.zip', zipOf(new Map(files).set('entries.ndjson', Buffer.from(lines))))
  const { exitCode, out } = await verify(forged, '--vkey', vkey)
  expect([exitCode, out]).toEqual([1, expect.stringContaining('entry_position_gap at position 6')])
  const short = keep('short.zip', zipOf(files).subarray(0, 500))
  expect((await verify(short, '--vkey', vkey)).out).toContain('zip_malformed')
})

test('what is no bundle, no key or no trust file is a wrong call', async () => {
  expect((await verify(join(folder, 'nowhere.zip'))).exitCode).toBe(2)
  expect((await verify(bundle, '--vkey', 'no key')).exitCode).toBe(2)
  expect((await verify(bundle, '--trust', join(folder, 'nowhere.json'))).exitCode).toBe(2)
  expect((await verify(bundle, '--vkey', vkey, '--parts')).exitCode).toBe(2)
})
