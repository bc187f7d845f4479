import { hmac, type InstallationSecret, sameBytes } from '../../kernel/secret.ts'

/** A link lives for one to two of these. Whole steps, so that the same file keeps its address for a while. */
const STEP_SECONDS = 600

/** Makes and checks the short-lived addresses of files; whoever has one needs no session, so it is given only to those who may see. */
export class FileLinks {
  readonly #key: Buffer

  constructor(secret: InstallationSecret) {
    this.#key = secret.key('file-link')
  }

  /** The path of a file's bytes, good for 10 to 20 minutes from `now` (milliseconds). */
  make(workspaceId: string, fileId: string, now = Date.now()): string {
    const expires = (Math.floor(now / 1000 / STEP_SECONDS) + 2) * STEP_SECONDS
    return `/api/file/${workspaceId}/${fileId}/${expires}/${this.#sign(workspaceId, fileId, expires)}`
  }

  /** Is this an address of ours, and not over? */
  check(
    link: { workspaceId: string; fileId: string; expires: number; signature: string },
    now = Date.now(),
  ): boolean {
    const { workspaceId, fileId, expires, signature } = link
    if (!Number.isSafeInteger(expires) || expires * 1000 < now) return false
    return sameBytes(Buffer.from(this.#sign(workspaceId, fileId, expires)), Buffer.from(signature))
  }

  #sign(workspaceId: string, fileId: string, expires: number): string {
    return hmac(this.#key, `${workspaceId}/${fileId}/${expires}`).toString('base64url')
  }
}
