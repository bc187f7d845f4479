import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TimestampAnswerVector } from '../../test/support/make-timestamp-vectors.ts'
import { TimestampAuthority } from '../../test/support/timestamp-authority.ts'
import { verifyTimestampAnswer } from './timestamp.ts'

const FILE = new URL('../../../packages/proof/vectors/timestamp-answer.json', import.meta.url)
const VECTORS: TimestampAnswerVector[] = JSON.parse(readFileSync(FILE, 'utf8'))

test.each(VECTORS)('a timestamp: $name → $wantErr', async vector => {
  const found = await verifyTimestampAnswer(Buffer.from(vector.answerHex, 'hex'), {
    content: Buffer.from(vector.contentHex, 'hex'),
    nonce: Buffer.from(vector.nonceHex, 'hex'),
    roots: vector.roots,
    now: new Date(vector.now),
  })
  expect(found.verdict).toBe(vector.wantErr ?? 'ok')
  if (found.verdict === 'ok') expect(found.time.toISOString()).toBe(vector.time)
})

test('every way in which an answer can be wrong has a vector', () => {
  expect(new Set(VECTORS.map(({ wantErr }) => wantErr))).toEqual(
    new Set([
      ...[null, 'answer_malformed', 'refused', 'wrong_imprint', 'wrong_nonce', 'wrong_time'],
      ...['bad_signature', 'not_for_timestamps', 'expired_certificate', 'untrusted_chain'],
    ]),
  )
})

const available = TimestampAuthority.isAvailable()
if (!available) process.stderr.write('SKIPPED: openssl is not installed, the vectors are not shown to it.\n')

/** Told by the request, which openssl is not given here; and it does not mind bytes behind the answer. */
const isForOpenssl = ({ name, wantErr }: TimestampAnswerVector) =>
  wantErr !== 'wrong_nonce' && wantErr !== 'wrong_time' && name !== 'one byte too many'

describe.skipIf(!available)('openssl thinks the same of them', () => {
  let dir = ''
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'tracedesk-tsr-'))
  })
  afterAll(() => rmSync(dir, { recursive: true, force: true }))

  test.each(VECTORS.filter(isForOpenssl))('$name', vector => {
    const put = (name: string, bytes: Buffer | string) => {
      writeFileSync(join(dir, name), bytes)
      return join(dir, name)
    }
    const args = ['-in', put('answer.tsr', Buffer.from(vector.answerHex, 'hex'))]
    args.push('-data', put('content', Buffer.from(vector.contentHex, 'hex')))
    args.push('-CAfile', put('roots.pem', vector.roots))
    args.push('-attime', String(Math.floor(Date.parse(vector.now) / 1000)))
    const accepts = () => execFileSync('openssl', ['ts', '-verify', ...args], { stdio: 'pipe' })
    if (vector.wantErr === null) expect(accepts().toString()).toContain('Verification: OK')
    else expect(accepts).toThrow()
  })
})
