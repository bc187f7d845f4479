import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TimestampAuthority } from '../../test/support/timestamp-authority.ts'
import { makeTimestampRequest, verifyTimestampAnswer, verifyTimestampToken } from './timestamp.ts'

const available = TimestampAuthority.isAvailable()
if (!available)
  process.stderr.write('SKIPPED: timestamps are tested against openssl, which is not installed here.\n')

const CONTENT = Buffer.from('desk.example/log/one/1\n3\nAAAA\n\n— a signature\n')

describe.skipIf(!available)('timestamps of an authority made of openssl', () => {
  let authority: TimestampAuthority
  let request: { der: Buffer; nonce: Buffer }
  let answer: Buffer
  beforeAll(async () => {
    authority = new TimestampAuthority()
    request = await makeTimestampRequest(CONTENT)
    answer = authority.answer(request.der)
  })
  afterAll(() => authority?.end())

  const judge = (
    given: Uint8Array,
    change: Partial<{ content: Buffer; nonce: Buffer; roots: string; now: Date }> = {},
  ) =>
    verifyTimestampAnswer(given, {
      content: CONTENT,
      nonce: request.nonce,
      roots: authority.pem('root'),
      now: new Date(),
      ...change,
    })

  test('a true one is accepted, through the intermediate, and its token can be checked later and by openssl', async () => {
    const judged = await judge(answer)
    if (judged.verdict !== 'ok') throw new Error(`${judged.verdict}: ${judged.detail}`)
    expect(judged.authority).toContain('good of the tests')
    expect(Math.abs(judged.time.getTime() - Date.now())).toBeLessThan(60_000)
    const { token } = judged
    expect(
      await verifyTimestampToken(token, { content: CONTENT, roots: authority.pem('root') }),
    ).toMatchObject({ verdict: 'ok' })
    expect(authority.accepts(token, CONTENT)).toBe(true)
  })

  test('over something else, with another nonce, or from another time it is not', async () => {
    expect(await judge(answer, { content: Buffer.from('another note\n') })).toMatchObject({
      verdict: 'wrong_imprint',
    })
    expect(await judge(answer, { nonce: Buffer.alloc(8, 0x41) })).toMatchObject({ verdict: 'wrong_nonce' })
    const later = new Date(Date.now() + 3_600_000)
    expect(await judge(answer, { now: later })).toMatchObject({ verdict: 'wrong_time' })
  })

  test('a certificate that leads elsewhere, was not valid then, or is for something else is told apart', async () => {
    expect(await judge(answer, { roots: authority.pem('other') })).toMatchObject({
      verdict: 'untrusted_chain',
    })
    expect(await judge(answer, { roots: '' })).toMatchObject({ verdict: 'untrusted_chain' })
    expect(await judge(authority.answer(request.der, 'expired'))).toMatchObject({
      verdict: 'expired_certificate',
    })
    expect(await judge(authority.answerWithPlainCertificate(request.der))).toMatchObject({
      verdict: 'not_for_timestamps',
    })
  })

  test('a request the authority cannot grant is a refusal', async () => {
    const odd = Buffer.from(request.der)
    const at = odd.indexOf(Buffer.from('608648016503040201', 'hex'))
    odd[at + 8] = 0x04 // SHA-224, which it does not serve
    const refused = authority.answer(odd)
    expect(await judge(refused)).toMatchObject({ verdict: 'refused' })
  })

  test('every truncation is refused, and so is every flipped byte, without a crash', async () => {
    for (let length = 0; length < answer.length; length += 1 + Math.floor(answer.length / 60))
      expect(await judge(answer.subarray(0, length)), `${length} bytes`).toMatchObject({
        verdict: 'answer_malformed',
      })
    expect(await judge(Buffer.concat([answer, Buffer.from([0])]))).toMatchObject({
      verdict: 'answer_malformed',
    })
    const accepted: number[] = []
    for (let at = 0; at < answer.length; at += 7) {
      const flipped = Buffer.from(answer)
      flipped[at] = (flipped[at] ?? 0) ^ 0x01
      if ((await judge(flipped)).verdict === 'ok') accepted.push(at)
    }
    // Not signed and of no consequence: the version numbers of the envelope and the list of digests beside the signer's.
    expect(accepted.length).toBeLessThanOrEqual(8)
  })
})
