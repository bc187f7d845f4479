import { hmac, type InstallationSecret, sameBytes } from '../../kernel/secret.ts'

const MINUTES = 10

export interface ExportLink {
  readonly workspace: string
  readonly id: string
  /** Seconds since 1970. */
  readonly until: number
  readonly key: string
}

const sign = (secret: InstallationSecret, workspace: string, id: string, until: number): Buffer =>
  hmac(secret.key('export-link'), `tracedesk/export-link/v1/${workspace}/${id}/${until}`)

/** A path that gives one file to whoever has it, for ten minutes. */
export function makeLink(
  secret: InstallationSecret,
  workspace: string,
  id: string,
  now = Date.now(),
): string {
  const until = Math.floor(now / 1000) + MINUTES * 60
  const key = sign(secret, workspace, id, until).toString('base64url')
  return `/api/export.download?${new URLSearchParams({ id, workspace, until: String(until), key })}`
}

/** Is this a link of ours whose time is not over? */
export function checkLink(secret: InstallationSecret, link: ExportLink, now = Date.now()): boolean {
  if (!Number.isSafeInteger(link.until) || link.until * 1000 < now) return false
  return sameBytes(Buffer.from(link.key, 'base64url'), sign(secret, link.workspace, link.id, link.until))
}
