import { writeFileSync } from 'node:fs'
import {
  makeTimestampRequest,
  type TimestampVerdict,
  verifyTimestampAnswer,
} from '../../src/ledger/timestamp.ts'
import { TimestampAuthority } from './timestamp-authority.ts'

// Run this file with Node, where openssl is, to write packages/proof/vectors/timestamp-answer.json anew: with keys, a
// chain and a time of today, so every byte of it is another one afterwards.

/** An answer of an authority (TimeStampResp, RFC 3161), and all that whoever checks it has to know. */
export interface TimestampAnswerVector {
  readonly name: string
  /** What was to be stamped; the imprint is its SHA-256. */
  readonly contentHex: string
  /** The nonce of the request. */
  readonly nonceHex: string
  /** When the answer came; it may differ by five minutes from the time in it. */
  readonly now: string
  /** The certificates that are trusted (PEM). The chain between comes along in the answer. */
  readonly roots: string
  readonly answerHex: string
  /** The time in the token, when it is accepted. */
  readonly time: string | null
  readonly wantErr: Exclude<TimestampVerdict, 'ok'> | null
}

const CONTENT = Buffer.from('desk.example/log/one/1\n3\nAAAA\n\n— desk.example/log/one/1 AAAA\n')

async function build(): Promise<TimestampAnswerVector[]> {
  const authority = new TimestampAuthority()
  const { der, nonce } = await makeTimestampRequest(CONTENT)
  const answer = authority.answer(der)
  const [root, other] = [authority.pem('root'), authority.pem('other')]
  const given = { content: CONTENT, nonce, now: new Date(), roots: root, answer }
  const made: TimestampAnswerVector[] = []
  const add = async (
    name: string,
    wantErr: TimestampAnswerVector['wantErr'],
    change: Partial<typeof given> = {},
  ) => {
    const { content, roots, now, ...rest } = { ...given, ...change }
    const found = await verifyTimestampAnswer(rest.answer, { content, nonce: rest.nonce, roots, now })
    if (found.verdict !== (wantErr ?? 'ok')) throw new Error(`${name}: ${JSON.stringify(found)}`)
    const time = found.verdict === 'ok' ? found.time.toISOString() : null
    made.push({
      ...{ name, contentHex: content.toString('hex'), nonceHex: rest.nonce.toString('hex') },
      ...{ now: now.toISOString(), roots, answerHex: rest.answer.toString('hex'), time, wantErr },
    })
  }
  await add('granted, the chain comes along', null)
  await add('one of several trusted roots', null, { roots: `${other}${root}` })
  await add('over something else', 'wrong_imprint', { content: Buffer.from('another note\n') })
  await add('the answer to another request', 'wrong_nonce', { nonce: Buffer.alloc(8, 0x41) })
  await add('from an hour ago', 'wrong_time', { now: new Date(given.now.getTime() + 3_600_000) })
  await add('a chain to another root', 'untrusted_chain', { roots: other })
  await add('no root at all', 'untrusted_chain', { roots: '' })
  await add('a certificate that had expired', 'expired_certificate', {
    answer: authority.answer(der, 'expired'),
  })
  await add('a certificate for mail', 'not_for_timestamps', {
    answer: authority.answerWithPlainCertificate(der),
  })
  await add('not granted', 'refused', { answer: authority.answer(oddAlgorithm(der)) })
  await add('nothing', 'answer_malformed', { answer: Buffer.alloc(0) })
  await add('cut short', 'answer_malformed', { answer: answer.subarray(0, -1) })
  await add('one byte too many', 'answer_malformed', { answer: Buffer.concat([answer, Buffer.from([0])]) })
  await add('a changed signature', 'bad_signature', { answer: flip(answer, answer.length - 20) })
  const told = answer.indexOf(Buffer.from([0x18, 0x0f, 0x32, 0x30])) // GeneralizedTime 202x…
  await add('another time than was signed', 'bad_signature', { answer: flip(answer, told + 5) })
  authority.end()
  return made
}

const flip = (bytes: Buffer, at: number): Buffer => {
  const flipped = Buffer.from(bytes)
  flipped[at] = (flipped[at] ?? 0) ^ 1
  return flipped
}
/** A request with SHA-224, which the authority does not serve. */
const oddAlgorithm = (request: Buffer): Buffer => {
  const odd = Buffer.from(request)
  odd[odd.indexOf(Buffer.from('608648016503040201', 'hex')) + 8] = 0x04
  return odd
}

if (import.meta.main) {
  const lines = (await build()).map(vector => JSON.stringify(vector))
  const file = new URL('../../../packages/proof/vectors/timestamp-answer.json', import.meta.url)
  writeFileSync(file, `[\n${lines.join(',\n')}\n]\n`)
}
