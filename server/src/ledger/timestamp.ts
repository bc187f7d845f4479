import { createHash, randomBytes, X509Certificate } from 'node:crypto'
import type { AnchorFailure } from '@tracedesk/contracts'
import type { Asn1, Pki, SignedToken } from './timestamp-token.ts'
import { openToken } from './timestamp-token.ts'

// Timestamps of RFC 3161 over signed notes, with SHA-256. A token is kept as it came (DER) and can be verified by
// anybody later, with `openssl ts -verify` as well.

/** What checking a token can find. `ok`, or the first thing that is wrong. */
export type TimestampVerdict =
  | 'ok'
  | Extract<
      AnchorFailure,
      | 'answer_malformed'
      | 'refused'
      | 'wrong_imprint'
      | 'wrong_nonce'
      | 'wrong_time'
      | 'bad_signature'
      | 'not_for_timestamps'
      | 'expired_certificate'
      | 'untrusted_chain'
    >

export type TimestampVerification =
  | {
      readonly verdict: 'ok'
      /** When the authority says it saw the content. */
      readonly time: Date
      /** The authority's subject. */
      readonly authority: string
      /** The token alone (a CMS ContentInfo, DER), taken out of the answer. */
      readonly token: Buffer
    }
  | { readonly verdict: Exclude<TimestampVerdict, 'ok'>; readonly detail: string }

const SHA256 = '2.16.840.1.101.3.4.2.1'
const TIMESTAMPING = '1.3.6.1.5.5.7.3.8'
const EXTENDED_KEY_USAGE = '2.5.29.37'
/** Our clock and the authority's may differ by so much. */
const CLOCK_SLACK_MS = 300_000
/** SignedDataVerifyError of pkijs: the certificate does not lead to a trusted one. */
const CHAIN_FAILED = 5

const wrong = (verdict: Exclude<TimestampVerdict, 'ok'>, detail: string): TimestampVerification => ({
  verdict,
  detail,
})

/** The libraries are large and needed once an hour at most: loaded when they are. */
export const loadAsn1 = async (): Promise<{ asn1: Asn1; pki: Pki }> => {
  const [asn1, pki] = await Promise.all([import('asn1js'), import('pkijs')])
  return { asn1, pki }
}

/** A request for `content` (TimeStampReq, DER) and the nonce in it, which the answer must repeat. */
export async function makeTimestampRequest(content: Uint8Array): Promise<{ der: Buffer; nonce: Buffer }> {
  const { asn1, pki } = await loadAsn1()
  const nonce = randomBytes(8)
  // A positive integer without leading zeros is the same bytes in everybody's DER.
  nonce[0] = ((nonce[0] ?? 0) & 0x3f) | 0x40
  const request = new pki.TimeStampReq({
    version: 1,
    messageImprint: new pki.MessageImprint({
      hashAlgorithm: new pki.AlgorithmIdentifier({ algorithmId: SHA256, algorithmParams: new asn1.Null() }),
      hashedMessage: new asn1.OctetString({ valueHex: toArrayBuffer(sha256Of(content)) }),
    }),
    nonce: new asn1.Integer({ valueHex: toArrayBuffer(nonce) }),
    certReq: true,
  })
  return { der: Buffer.from(request.toSchema().toBER(false)), nonce }
}

/**
 * Verifies an authority's answer (TimeStampResp, DER) to our request: granted, for this content, with our nonce, now,
 * signed by a certificate that is meant for timestamps and leads to one of `roots` (PEM, one or several).
 */
export async function verifyTimestampAnswer(
  answer: Uint8Array,
  expected: { content: Uint8Array; nonce: Uint8Array; roots: string; now: Date },
): Promise<TimestampVerification> {
  const libraries = await loadAsn1()
  const opened = openAnswer(libraries, answer)
  if ('verdict' in opened) return opened
  const verified = await verifyTimestampToken(opened.token, expected)
  if (verified.verdict !== 'ok') return verified
  const off = Math.abs(verified.time.getTime() - expected.now.getTime())
  return off > CLOCK_SLACK_MS ? wrong('wrong_time', `it says ${verified.time.toISOString()}`) : verified
}

/**
 * Verifies a token that is kept: over this content, and signed by a certificate that was valid at its time, is meant
 * for timestamps and leads to one of `roots`. Whether a certificate was revoked since is not looked up.
 */
export async function verifyTimestampToken(
  token: Uint8Array,
  expected: { content: Uint8Array; roots: string; nonce?: Uint8Array },
): Promise<TimestampVerification> {
  const libraries = await loadAsn1()
  const signed = openToken(libraries, token)
  if (!signed) return wrong('answer_malformed', 'it is no RFC 3161 token')
  const { info } = signed
  const imprint = Buffer.from(info.messageImprint.hashedMessage.valueBlock.valueHexView)
  if (info.messageImprint.hashAlgorithm.algorithmId !== SHA256 || !imprint.equals(sha256Of(expected.content)))
    return wrong('wrong_imprint', 'it is over something else')
  if (expected.nonce && !repeatsNonce(signed, expected.nonce))
    return wrong('wrong_nonce', 'it answers another request')
  return judgeSigner(libraries, signed, expected, Buffer.from(token))
}

async function judgeSigner(
  { pki }: { pki: Pki },
  signed: SignedToken,
  { content, roots }: { content: Uint8Array; roots: string },
  token: Buffer,
): Promise<TimestampVerification> {
  const { data, info, certificate, essHash } = signed
  if (!certificate) return wrong('untrusted_chain', 'the signer’s certificate does not come along')
  const own = new X509Certificate(Buffer.from(certificate.toSchema().toBER(false)))
  const der = own.raw
  if (!essHash || !createHash(essHash.algorithm).update(der).digest().equals(essHash.hash))
    return wrong('bad_signature', 'the signature does not name the certificate it was made with')
  const usage = certificate.extensions?.find(extension => extension.extnID === EXTENDED_KEY_USAGE)
  if (!usage?.critical || own.keyUsage?.length !== 1 || own.keyUsage[0] !== TIMESTAMPING)
    return wrong('not_for_timestamps', 'its certificate is not for timestamps, and only for them')
  try {
    const trustedCerts = readPem(roots).map(root => pki.Certificate.fromBER(toArrayBuffer(root.raw)))
    const options = { signer: 0, data: toArrayBuffer(content), trustedCerts, checkDate: info.genTime }
    const good = await data.verify({ ...options, checkChain: true, extendedMode: true })
    if (!good.signatureVerified) return wrong('bad_signature', 'its signature is false')
  } catch (error) {
    if (!(error instanceof pki.SignedDataVerifyError)) throw error
    if (error.code !== CHAIN_FAILED) return wrong('bad_signature', error.message)
    return isWithin(own, info.genTime)
      ? wrong('untrusted_chain', error.message)
      : wrong('expired_certificate', `its certificate was valid until ${own.validTo}`)
  }
  return { verdict: 'ok', time: info.genTime, authority: own.subject.replaceAll('\n', ', '), token }
}

function openAnswer(
  { asn1, pki }: { asn1: Asn1; pki: Pki },
  answer: Uint8Array,
): { token: Buffer } | Extract<TimestampVerification, { verdict: Exclude<TimestampVerdict, 'ok'> }> {
  try {
    const parsed = asn1.fromBER(toArrayBuffer(answer))
    if (parsed.offset !== answer.length) throw new Error('not one whole DER value')
    const { status } = new pki.TimeStampResp({ schema: parsed.result })
    if (status.status !== 0 && status.status !== 1)
      return { verdict: 'refused', detail: `the authority answered with status ${status.status}` }
    if (!(parsed.result instanceof asn1.Sequence)) throw new Error('not a sequence')
    const token = parsed.result.valueBlock.value[1]
    if (!token) throw new Error('granted, without a token')
    return { token: Buffer.from(token.valueBeforeDecodeView) }
  } catch (error) {
    return { verdict: 'answer_malformed', detail: (error as Error).message }
  }
}

function repeatsNonce({ info }: SignedToken, nonce: Uint8Array): boolean {
  return info.nonce !== undefined && Buffer.from(info.nonce.valueBlock.valueHexView).equals(nonce)
}

const isWithin = (certificate: X509Certificate, time: Date): boolean =>
  time >= new Date(certificate.validFrom) && time <= new Date(certificate.validTo)

/** The certificates in a PEM text. Throws when one of them is none. */
export function readPem(text: string): X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? []
  return blocks.map(block => new X509Certificate(block))
}

const sha256Of = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()

/** pkijs wants an ArrayBuffer of exactly these bytes. */
const toArrayBuffer = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer
