import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ConsoleError } from '../../kernel/console-error.ts'
import { seal, unseal } from '../../kernel/secret.ts'
import { readOidcProvider, signInByOidcCommand } from '../../modules/team/index.ts'
import type { TracedeskNode } from '../../node.ts'
import { toConsoleError } from './answer.ts'
import { setSessionCookie } from './api-routes.ts'
import { anonymous } from './authenticate.ts'
import { beginJourney, discoverProvider, endJourney, type Journey } from './oidc-client.ts'

const COOKIE = 'tracedesk_oidc'
const PATH = '/api/oidc.callback'
const MINUTES = 10
const CONTEXT = 'oidc-journey'

interface Remembered extends Journey {
  readonly to: string
  readonly until: number
}

/** Only back into this console: `//host` would lead elsewhere. */
const insideOnly = (to: unknown): string =>
  typeof to === 'string' && /^\/(?![/\\])/.test(to) && !/[\r\n]/.test(to) ? to : '/inbox'

/**
 * Signing in at an OpenID Connect provider: there, and back. What must be remembered meanwhile lies in the browser,
 * sealed, so any node may take the one who comes back.
 */
export function addOidcRoutes(
  server: FastifyInstance,
  node: TracedeskNode,
  { publicUrl }: { readonly publicUrl: string | undefined },
): void {
  const config = { rateLimit: { max: 20, timeWindow: '1 minute', groupId: 'sign-in' } }
  const { secret } = node.options
  const allowPrivate = node.options.allowPrivateTargets ?? false
  const base = (request: FastifyRequest) =>
    publicUrl?.replace(/\/$/, '') ?? `${request.protocol}://${request.headers.host}`
  const find = async () => {
    const provider = await readOidcProvider(node.databases.app, secret)
    if (!provider) throw new ConsoleError('oidc.not_configured')
    return { provider, config: await discoverProvider(provider, allowPrivate) }
  }
  // whoever gets here came by a link: they are shown a page, not JSON
  const fail = (request: FastifyRequest, reply: FastifyReply, error: unknown) => {
    const known = toConsoleError(error)
    request.log.warn({ err: known.cause ?? known, code: known.code }, 'a sign-in by provider failed')
    reply.clearCookie(COOKIE, { path: PATH })
    return reply.redirect(`/sign-in?${new URLSearchParams({ error: known.code })}`)
  }

  server.get('/api/oidc.start', { config }, async (request, reply) => {
    try {
      const found = await find()
      const { url, journey } = await beginJourney(found.config, `${base(request)}${PATH}`)
      const remembered: Remembered = {
        ...journey,
        to: insideOnly((request.query as { to?: string }).to),
        until: Date.now() + MINUTES * 60_000,
      }
      const sealed = seal(secret.key('oidc'), Buffer.from(JSON.stringify(remembered)), CONTEXT)
      reply.setCookie(COOKIE, sealed.toString('base64url'), {
        path: PATH,
        httpOnly: true,
        // the way back begins at another site
        sameSite: 'lax',
        secure: publicUrl?.startsWith('https:') ?? false,
        maxAge: MINUTES * 60,
      })
      return reply.redirect(url)
    } catch (error) {
      return fail(request, reply, error)
    }
  })

  server.get('/api/oidc.callback', { config }, async (request, reply) => {
    try {
      const journey = readJourney(request)
      const { provider, config: found } = await find()
      const who = await endJourney(found, new URL(request.url, base(request)), journey)
      const { workspaceId, issuer } = provider
      const signedIn = await node.door.execute(signInByOidcCommand, anonymous(request), {
        workspaceId,
        issuer,
        ...who,
      })
      setSessionCookie(reply, signedIn, publicUrl)
      reply.clearCookie(COOKIE, { path: PATH })
      return reply.redirect(journey.to)
    } catch (error) {
      return fail(request, reply, error)
    }
  })

  function readJourney(request: FastifyRequest): Remembered {
    try {
      const sealed = Buffer.from(request.cookies[COOKIE] ?? '', 'base64url')
      // sealed by us: nobody else can have written it
      const journey = JSON.parse(unseal(secret.key('oidc'), sealed, CONTEXT).toString()) as Remembered
      if (journey.until < Date.now()) throw new Error('too late')
      return journey
    } catch (error) {
      throw new ConsoleError('oidc.refused', {}, { cause: error })
    }
  }
}
