import { randomBytes } from 'node:crypto'
import { hmac, type InstallationSecret, seal, sha256, unseal } from '../../kernel/secret.ts'

/** What of a stream lies sealed in its row. */
export interface StreamSecrets {
  readonly address: string
  readonly authorization: string | null
  /** Certificates (PEM) trusted besides the public ones. */
  readonly ca: string | null
  /** What signs a webhook's calls, the newest first; an older one until its time is over. Empty for syslog. */
  readonly keys: readonly { readonly secret: string; readonly until: string | null }[]
}

const PREFIX = 'whsec_'
const context = (workspaceId: string, streamId: string) => `stream/${workspaceId}/${streamId}`

export const sealSecrets = (
  secret: InstallationSecret,
  workspaceId: string,
  streamId: string,
  secrets: StreamSecrets,
): Buffer => seal(secret.key('stream'), Buffer.from(JSON.stringify(secrets)), context(workspaceId, streamId))

/** Opens what `sealSecrets` made. Throws when it belongs to another stream or installation. */
export const openSecrets = (
  secret: InstallationSecret,
  workspaceId: string,
  streamId: string,
  sealed: Uint8Array,
): StreamSecrets =>
  JSON.parse(unseal(secret.key('stream'), sealed, context(workspaceId, streamId)).toString()) as StreamSecrets // sealed by us

/** The words of a filter are personal: they are kept sealed, apart from it. */
export const sealWords = (
  secret: InstallationSecret,
  workspaceId: string,
  streamId: string,
  q: string | undefined,
): Buffer | null =>
  q === undefined
    ? null
    : seal(secret.key('stream'), Buffer.from(q), `${context(workspaceId, streamId)}/words`)

export const openWords = (
  secret: InstallationSecret,
  workspaceId: string,
  streamId: string,
  sealed: Uint8Array | null,
): string | undefined =>
  sealed
    ? unseal(secret.key('stream'), sealed, `${context(workspaceId, streamId)}/words`).toString()
    : undefined

/** A new signing secret as Standard Webhooks writes it: 32 random bytes. */
export const newSigningSecret = (): string => `${PREFIX}${randomBytes(32).toString('base64')}`

/** The bytes a signing secret stands for. */
export const signingKey = (text: string): Buffer => Buffer.from(text.slice(PREFIX.length), 'base64')

/** Tells secrets and addresses apart in the log, and is of no other use. */
export const fingerprintOf = (secret: InstallationSecret, text: string): string =>
  hmac(secret.key('stream'), text).toString('hex').slice(0, 16)

/** The SHA-256 of certificates, as an entry and a screen name them. */
export const digestOfCa = (ca: string | null): string | null =>
  ca === null ? null : sha256(ca.trim()).toString('hex').slice(0, 16)
