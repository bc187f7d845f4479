import type { FastifyRequest } from 'fastify'
import type { Caller } from '../../command/caller.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import {
  API_TOKEN_PREFIX,
  moveSession,
  noteTokenUse,
  resolveApiToken,
  resolveSession,
} from '../../modules/team/index.ts'
import type { TracedeskNode } from '../../node.ts'

export const SESSION_COOKIE = 'tracedesk_session'

/** Somebody without a session: what sign-in, set-up and invitation links are asked by. */
export const anonymous = (request: FastifyRequest): Caller => ({
  workspaceId: '',
  actor: { kind: 'system', id: null, role: null, departments: [], named: null },
  permissions: new Set(),
  via: { source: 'console', requestId: request.id, sessionId: null, origin: null },
  address: { ip: request.ip, userAgent: userAgentOf(request) },
})

const userAgentOf = (request: FastifyRequest): string => (request.headers['user-agent'] ?? '').slice(0, 400)

/**
 * Who is asking? A cookie of the console or a Bearer token (a session's or a program's); nobody when there is
 * neither. Throws `session.expired` for a token that stands for nobody (any longer). A session that shows up from
 * another address or browser records that first.
 */
export async function authenticate(node: TracedeskNode, request: FastifyRequest): Promise<Caller> {
  const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1]
  const token = bearer ?? request.cookies[SESSION_COOKIE]
  if (!token) return anonymous(request)
  const facts = { requestId: request.id, ip: request.ip, userAgent: userAgentOf(request) }
  const { read } = node.databases
  if (token.startsWith(API_TOKEN_PREFIX)) {
    const caller = await resolveApiToken(read, token, facts)
    if (!caller) throw new ConsoleError('session.expired')
    await noteTokenUse(node.databases.app, caller)
    return caller
  }
  const resolved = await resolveSession(read, token, facts)
  if (!resolved) throw new ConsoleError('session.expired')
  if (!resolved.moved) return resolved.caller
  const { originEntryId } = await node.door.execute(
    moveSession,
    { ...resolved.caller, permissions: 'all' },
    { sessionId: resolved.caller.via.sessionId },
  )
  return { ...resolved.caller, via: { ...resolved.caller.via, origin: originEntryId } }
}

/**
 * A browser sends our cookie along with requests other sites make it send. Those carry an Origin (or Sec-Fetch-Site)
 * that is not ours. Bearer tokens are never sent by themselves, so they need no such check.
 */
export function requireOwnOrigin(request: FastifyRequest, publicUrl: string | undefined): void {
  if (request.headers.authorization) return
  const { origin } = request.headers
  const site = request.headers['sec-fetch-site']
  const own = publicUrl
    ? [new URL(publicUrl).origin]
    : [`http://${request.headers.host}`, `https://${request.headers.host}`]
  const foreign =
    origin !== undefined
      ? !own.includes(origin)
      : site !== undefined && site !== 'same-origin' && site !== 'none'
  if (foreign) throw new ConsoleError('session.origin_refused', { origin: origin ?? null })
}
