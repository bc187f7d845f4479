import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import fastifyStatic from '@fastify/static'
import websocket from '@fastify/websocket'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { ConsoleError } from '../../kernel/console-error.ts'
import type { TracedeskNode } from '../../node.ts'
import { sendError } from './answer.ts'
import { addApiRoutes } from './api-routes.ts'
import { addEvidenceRoutes } from './evidence-routes.ts'
import { addExportRoutes } from './export-routes.ts'
import { addFileRoutes } from './file-routes.ts'
import { addImportRoutes } from './import-routes.ts'
import { readJsonStrictly } from './json-body.ts'
import { addLedgerRoutes } from './ledger-routes.ts'
import { discoverProvider } from './oidc-client.ts'
import { addOidcRoutes } from './oidc-routes.ts'
import { describeApi, describeApiPage } from './openapi.ts'
import { addPrivacyRoutes } from './privacy-routes.ts'
import { addReportRoutes } from './report-routes.ts'
import { addSocketRoute } from './socket-route.ts'
import { addStreamMetrics } from './stream-metrics.ts'

/** The page that verifies bundles offline, as `npm run build` makes it. */
const VERIFIER = fileURLToPath(
  new URL('../../../../web/dist-verifier/tracedesk-verifier.html', import.meta.url),
)

export interface HttpOptions {
  readonly publicUrl: string | undefined
  /** Folder of the built console; null serves the API alone. */
  readonly webRoot: string | null
  /** Takes Telegram's webhook calls; answers with a status. */
  readonly webhook?: (
    botId: string,
    headers: Record<string, string | string[] | undefined>,
    body: Buffer,
  ) => Promise<number>
  /** Told of each route as it is added. */
  readonly onRoute?: (route: { method: string | string[]; url: string }) => void
}

/** The web server on top of a node: API, ledger routes, socket, console, health. Does not listen yet. */
export async function createHttpServer(node: TracedeskNode, options: HttpOptions): Promise<FastifyInstance> {
  const missing = node.missingHandlers()
  if (missing.length > 0) throw new Error(`no handler for ${missing.join(', ')}`)
  const { publicUrl } = options
  node.discoverOidc = provider => discoverProvider(provider, node.options.allowPrivateTargets ?? false)
  const server: FastifyInstance = Fastify({
    // The logger is pino, whose types differ from Fastify's only in details neither of us uses.
    loggerInstance: node.options.log as unknown as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: 1024 * 1024,
    // behind a proxy (PUBLIC_URL set) the caller's address is the one the nearest proxy saw
    trustProxy: publicUrl ? (_, hop) => hop < 1 : false,
    routerOptions: { ignoreTrailingSlash: true },
  })
  readJsonStrictly(server)
  const { onRoute } = options
  if (onRoute) server.addHook('onRoute', onRoute)
  server.setErrorHandler((error, request, reply) => sendError(request, reply, error))
  await server.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        mediaSrc: ["'self'", 'blob:'],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: publicUrl?.startsWith('https:') ? { maxAge: 31_536_000 } : false,
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
  })
  await server.register(cookie)
  await server.register(rateLimit, {
    global: false,
    max: 600,
    timeWindow: '1 minute',
    keyGenerator: request => request.headers.authorization ?? request.cookies.tracedesk_session ?? request.ip,
  })
  await server.register(websocket, { options: { maxPayload: 64 * 1024 } })
  server.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id)
  })
  addHealthRoutes(server, node)
  await server.register(async api => {
    addApiRoutes(api, node, { publicUrl })
    addOidcRoutes(api, node, { publicUrl })
    addLedgerRoutes(api, node)
    addEvidenceRoutes(api, node, { publicUrl, verifierFile: VERIFIER })
    addReportRoutes(api, node, { publicUrl })
    addPrivacyRoutes(api, node, publicUrl)
    addImportRoutes(api, node, publicUrl)
    addExportRoutes(api, node, publicUrl)
    addFileRoutes(api, node, { publicUrl })
    addSocketRoute(api, node, publicUrl)
    if (options.webhook) addWebhookRoute(api, options.webhook)
    const openApi = JSON.stringify(describeApi(node.options.version))
    api.get('/api/openapi.json', (_, reply) => reply.type('application/json').send(openApi))
    api.get('/api/docs', (_, reply) =>
      reply.type('text/html; charset=utf-8').send(describeApiPage(node.options.version)),
    )
  })
  await addConsole(server, options.webRoot)
  return server
}

function addHealthRoutes(server: FastifyInstance, node: TracedeskNode): void {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'tracedesk_log_pending',
    help: 'Entries committed and not yet in the tree',
    registers: [registry],
    async collect() {
      const { rows } = await node.databases.readPool.query('select count(*)::int as n from log_pending')
      this.set(rows[0]?.n ?? 0)
    },
  })
  new Gauge({
    name: 'tracedesk_log_size',
    help: 'Leaves in the tree, by workspace',
    labelNames: ['workspace'],
    registers: [registry],
    async collect() {
      for (const row of await node.databases.read
        .selectFrom('log_head')
        .select(['workspace_id', 'size'])
        .execute())
        this.set({ workspace: row.workspace_id }, row.size)
    },
  })
  addStreamMetrics(registry, node.databases.read)
  server.get('/healthz', (_, reply) => reply.send({ ok: true }))
  server.get('/readyz', async (_, reply) => {
    await node.databases.readPool.query('select 1')
    return reply.send({ ok: true })
  })
  server.get('/metrics', async (_, reply) => reply.type(registry.contentType).send(await registry.metrics()))
}

function addWebhookRoute(server: FastifyInstance, webhook: NonNullable<HttpOptions['webhook']>): void {
  server.register(async scope => {
    // Telegram's bytes are evidence: they are taken as they come, not parsed and written again.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body))
    scope.post('/telegram/:botId', async (request, reply) =>
      reply
        .status(
          await webhook(
            (request.params as { botId: string }).botId,
            request.headers,
            // a call without a body has none at all
            request.body instanceof Buffer ? request.body : Buffer.alloc(0),
          ),
        )
        .send(),
    )
  })
}

function cacheOf(path: string): string {
  if (path.includes('/assets/')) return 'public, max-age=31536000, immutable' // the name tells the content
  // browsers ask for the page's icon at each change of address
  return path.endsWith('.svg') ? 'public, max-age=86400' : 'no-cache'
}

async function addConsole(server: FastifyInstance, webRoot: string | null): Promise<void> {
  const index =
    webRoot && existsSync(join(webRoot, 'index.html')) ? readFileSync(join(webRoot, 'index.html')) : null
  if (webRoot && index) {
    await server.register(fastifyStatic, {
      root: webRoot,
      index: false,
      wildcard: false,
      preCompressed: true,
      setHeaders: (reply, path) => {
        reply.header('cache-control', cacheOf(path))
      },
    })
  }
  server.setNotFoundHandler((request, reply) => {
    const page =
      request.method === 'GET' &&
      !request.url.startsWith('/api/') &&
      !request.url.startsWith('/log/') &&
      !request.url.startsWith('/assets/')
    if (page && index)
      return reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(index)
    return sendError(request, reply, new ConsoleError('input.unknown_route', { method: request.method }))
  })
}
