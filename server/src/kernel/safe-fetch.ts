import { askOutside, type OutsideAnswer, OutsideError, type OutsideRequest } from './outside.ts'

export interface SafeRequest extends OutsideRequest {
  /** So many redirects are followed; 0, the default, hands the redirect itself back. */
  readonly redirects?: number
}

const KEEPS_METHOD = new Set([307, 308])
const REDIRECTS = new Set([301, 302, 303, 307, 308])
/** Headers that say who we are: they go to the host they were meant for and no other. */
const SECRET_HEADERS =
  /^(authorization|cookie|proxy-authorization|webhook-(id|signature|timestamp)|x-.*(token|key|signature).*)$/i

/**
 * Asks an address that came from a setting or from somebody else, as `askOutside` does: http or https only, private
 * addresses refused after the name is resolved unless allowed, the connection made to the address that was judged.
 * Redirects are followed as far as `redirects` allows, each judged in the same way; a step from https to http is
 * refused, and headers that carry a secret stay with the first host. `timeoutMs` and `maxBytes` hold for each step.
 * Throws OutsideError.
 */
export async function safeFetch(url: string, request: SafeRequest): Promise<OutsideAnswer & { url: string }> {
  const answer = await askOutside(url, request)
  const next = REDIRECTS.has(answer.status) ? answer.headers.location : undefined
  if (!next || (request.redirects ?? 0) === 0) return { ...answer, url }
  const target = URL.parse(String(next), url)
  if (!target) throw new OutsideError('unreachable', 'redirected to what is no address')
  const from = new URL(url)
  if (from.protocol === 'https:' && target.protocol !== 'https:')
    throw new OutsideError('unreachable', 'redirected from https to something less')
  return safeFetch(target.href, {
    ...step(request, answer.status),
    headers: from.origin === target.origin ? (request.headers ?? {}) : withoutSecrets(request.headers),
    redirects: (request.redirects ?? 0) - 1,
  })
}

/** 303, and by old custom 301 and 302, turn a POST into a GET without its body. */
function step(request: SafeRequest, status: number): SafeRequest {
  if (KEEPS_METHOD.has(status) || request.method === 'GET') return request
  const { body: _body, ...rest } = request
  return { ...rest, method: 'GET' }
}

const withoutSecrets = (headers: Record<string, string> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !SECRET_HEADERS.test(name)))
