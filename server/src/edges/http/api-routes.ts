import { COMMANDS, QUERIES } from '@tracedesk/contracts'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { ConsoleError } from '../../kernel/console-error.ts'
import type { TracedeskNode } from '../../node.ts'
import { anonymous, authenticate, requireOwnOrigin, SESSION_COOKIE } from './authenticate.ts'
import { OPEN_QUERIES } from './open-queries.ts'

/** Commands that answer with a session of their own. */
const SIGNS_IN = new Set(['setup.complete', 'session.sign_in', 'agent.accept_invitation'])
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,200}$/

export interface ApiOptions {
  readonly publicUrl: string | undefined
}

/** One route a command and one a query, from the registries: a route that changes things silently cannot exist. */
export function addApiRoutes(server: FastifyInstance, node: TracedeskNode, options: ApiOptions): void {
  for (const contract of Object.values(COMMANDS))
    addCommandRoute(server, node, options, contract.name, contract.permission)
  for (const contract of Object.values(QUERIES)) addQueryRoute(server, node, contract.name)
}

function addCommandRoute(
  server: FastifyInstance,
  node: TracedeskNode,
  { publicUrl }: ApiOptions,
  name: string,
  permission: string | null,
): void {
  // whoever guesses passwords or links gets few tries from one address
  const guessed = permission === null
  server.post(
    `/api/${name}`,
    {
      config: {
        rateLimit: guessed
          ? { max: 20, timeWindow: '1 minute', groupId: 'sign-in' }
          : { max: 600, timeWindow: '1 minute', groupId: 'command' },
      },
    },
    async (request, reply) => {
      requireOwnOrigin(request, publicUrl)
      const command = node.commandsByName.get(name)
      if (!command) throw new ConsoleError('input.unknown_route', { name })
      // a stale cookie must not keep anybody from signing in
      const caller = guessed ? anonymous(request) : await authenticate(node, request)
      if (!guessed && !caller.workspaceId) throw new ConsoleError('session.required')
      const idempotencyKey = request.headers['idempotency-key']
      if (
        idempotencyKey !== undefined &&
        (typeof idempotencyKey !== 'string' || !IDEMPOTENCY_KEY.test(idempotencyKey))
      )
        throw new ConsoleError('input.invalid', {
          issues: [{ path: 'Idempotency-Key', problem: 'must be 1 to 200 printable ASCII characters' }],
        })
      const output = await node.door.execute(command, caller, request.body ?? {}, { idempotencyKey })
      if (SIGNS_IN.has(name))
        setSessionCookie(reply, output as { token: string; expiresAt: string }, publicUrl)
      if (name === 'session.sign_out') reply.clearCookie(SESSION_COOKIE, { path: '/' })
      return reply.send(output)
    },
  )
}

/** Gives a browser its session. */
export function setSessionCookie(
  reply: FastifyReply,
  { token, expiresAt }: { token: string; expiresAt: string },
  publicUrl: string | undefined,
): void {
  reply.setCookie(SESSION_COOKIE, token, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: publicUrl?.startsWith('https:') ?? false,
    expires: new Date(expiresAt),
  })
}

function addQueryRoute(server: FastifyInstance, node: TracedeskNode, name: string): void {
  const guessed = name === 'invitation.get'
  server.get(
    `/api/${name}`,
    {
      config: {
        rateLimit: guessed
          ? { max: 30, timeWindow: '1 minute', groupId: 'sign-in' }
          : { max: 1_800, timeWindow: '1 minute', groupId: 'query' },
      },
    },
    async (request, reply) => {
      const query = node.queriesByName.get(name)
      if (!query) throw new ConsoleError('input.unknown_route', { name })
      const caller = OPEN_QUERIES.has(name) ? anonymous(request) : await authenticate(node, request)
      if (!OPEN_QUERIES.has(name) && !caller.workspaceId) throw new ConsoleError('session.required')
      const answer = await node.queries.run(query, caller, request.query)
      return reply.header('cache-control', 'no-store').send(answer)
    },
  )
}
