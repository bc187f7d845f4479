import type * as asn1js from 'asn1js'
import type * as pkijs from 'pkijs'

export type Asn1 = typeof asn1js
export type Pki = typeof pkijs

/** A token taken apart. Nothing about it is verified yet. */
export interface SignedToken {
  readonly data: pkijs.SignedData
  readonly info: pkijs.TSTInfo
  /** The certificate the only signer names, if it came along. */
  readonly certificate: pkijs.Certificate | undefined
  /** The hash of that certificate inside the signed attributes (RFC 5816, RFC 2634). */
  readonly essHash: { readonly algorithm: string; readonly hash: Buffer } | undefined
}

const SIGNED_DATA = '1.2.840.113549.1.7.2'
const TST_INFO = '1.2.840.113549.1.9.16.1.4'
const CONTENT_TYPE = '1.2.840.113549.1.9.3'
const SIGNING_CERTIFICATE = '1.2.840.113549.1.9.16.2.12'
const SIGNING_CERTIFICATE_V2 = '1.2.840.113549.1.9.16.2.47'
const HASHES: Readonly<Record<string, string>> = {
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}

type Libraries = { asn1: Asn1; pki: Pki }

/**
 * Takes a token (CMS ContentInfo, DER) apart: one signer, over a TSTInfo and said to be so in what is signed. Null when
 * it is anything else.
 */
export function openToken(libraries: Libraries, token: Uint8Array): SignedToken | null {
  try {
    return readToken(libraries, token)
  } catch {
    return null // the libraries throw whatever they stumble over
  }
}

function readToken({ asn1, pki }: Libraries, token: Uint8Array): SignedToken | null {
  const parsed = asn1.fromBER(new Uint8Array(token).buffer)
  if (parsed.offset !== token.length) return null
  const envelope = new pki.ContentInfo({ schema: parsed.result })
  if (envelope.contentType !== SIGNED_DATA) return null
  const data = new pki.SignedData({ schema: envelope.content })
  const { eContent, eContentType } = data.encapContentInfo
  const [signer, ...more] = data.signerInfos
  if (eContentType !== TST_INFO || !eContent || !signer || more.length > 0) return null
  if (signedType({ asn1, pki }, signer) !== TST_INFO) return null
  const info = pki.TSTInfo.fromBER(eContent.getValue())
  return {
    data,
    info,
    certificate: certificateOf({ asn1, pki }, data, signer),
    essHash: readEssHash({ asn1, pki }, signer),
  }
}

function attributeOf(signer: pkijs.SignerInfo, type: string): unknown {
  return signer.signedAttrs?.attributes.find(attribute => attribute.type === type)?.values[0]
}

function signedType({ asn1 }: Libraries, signer: pkijs.SignerInfo): string | undefined {
  const value = attributeOf(signer, CONTENT_TYPE)
  return value instanceof asn1.ObjectIdentifier ? value.valueBlock.toString() : undefined
}

function certificateOf(
  { pki }: Libraries,
  data: pkijs.SignedData,
  { sid }: pkijs.SignerInfo,
): pkijs.Certificate | undefined {
  if (!(sid instanceof pki.IssuerAndSerialNumber)) return undefined // RFC 3161 clients of every kind use this form
  return data.certificates?.find(
    (certificate): certificate is pkijs.Certificate =>
      certificate instanceof pki.Certificate &&
      certificate.issuer.isEqual(sid.issuer) &&
      certificate.serialNumber.isEqual(sid.serialNumber),
  )
}

/** SigningCertificate(V2) ::= SEQUENCE { SEQUENCE OF SEQUENCE { [algorithm], hash, [issuer] }, [policies] } */
function readEssHash({ asn1 }: Libraries, signer: pkijs.SignerInfo): SignedToken['essHash'] {
  const v2 = attributeOf(signer, SIGNING_CERTIFICATE_V2)
  const certificates = childrenOf(asn1, v2 ?? attributeOf(signer, SIGNING_CERTIFICATE))[0]
  const [first, second] = childrenOf(asn1, childrenOf(asn1, certificates)[0])
  if (first instanceof asn1.OctetString)
    return { algorithm: v2 ? 'sha256' : 'sha1', hash: Buffer.from(first.valueBlock.valueHexView) }
  const oid = childrenOf(asn1, first)[0]
  const algorithm = oid instanceof asn1.ObjectIdentifier ? HASHES[oid.valueBlock.toString()] : undefined
  return algorithm && second instanceof asn1.OctetString
    ? { algorithm, hash: Buffer.from(second.valueBlock.valueHexView) }
    : undefined
}

function childrenOf(asn1: Asn1, value: unknown): readonly unknown[] {
  return value instanceof asn1.Sequence ? value.valueBlock.value : []
}
