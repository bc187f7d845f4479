import { COMMANDS, ERROR_CODES, QUERIES } from '@tracedesk/contracts'
import { z } from 'zod'
import { OPEN_QUERIES } from './open-queries.ts'
import { RAW_ROUTES, type RawRoute } from './openapi-raw.ts'

type Json = Record<string, unknown>

/** JSON Schema 2020-12, which OpenAPI 3.1 speaks. */
const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json
  return rest
}

/** The codes of each status, from the one list there is. */
const CODES = Map.groupBy(
  Object.entries(ERROR_CODES).map(([code, status]) => ({ code, status })),
  ({ status }) => status,
)
const DESCRIPTIONS: Readonly<Record<number, string>> = {
  400: 'What was given cannot be taken',
  401: 'Nobody is signed in, or not any more',
  403: 'Not for this caller; on record',
  404: 'Not there, or out of the caller’s sight',
  409: 'Does not go with how things are now',
  410: 'Gone for good',
  413: 'Too much at once',
  422: 'Understood, and refused by a rule',
  429: 'Too often; see Retry-After where it is given',
  500: 'A failure on our side; on record',
  502: 'Somebody we had to ask did not answer',
  503: 'Not now; try again',
  507: 'No room left',
}

const errorOf = (codes: readonly string[]): Json => ({
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message', 'details', 'requestId'],
      properties: {
        code: { type: 'string', enum: codes },
        message: { type: 'string', description: 'For whoever reads the server’s log; word it by `code`' },
        details: { type: 'object' },
        requestId: { type: 'string' },
      },
    },
  },
})

/** One answer a status, each with the closed list of its codes. */
const errorAnswers = (): Json =>
  Object.fromEntries(
    [...CODES].map(([status, list]) => [
      `E${status}`,
      {
        description: DESCRIPTIONS[status] ?? 'Refused or failed',
        content: { 'application/json': { schema: errorOf(list.map(({ code }) => code)) } },
      },
    ]),
  )

/** Statuses that only commands have: a read changes nothing, so nothing can stand against it. */
const OF_COMMANDS = new Set([422, 507])
const errorsOf = (isCommand: boolean): Json =>
  Object.fromEntries(
    [...CODES.keys()]
      .filter(status => isCommand || !OF_COMMANDS.has(status))
      .sort((a, b) => a - b)
      .map(status => [String(status), { $ref: `#/components/responses/E${status}` }]),
  )

const answer = (schema: Json) => ({ description: 'Done', content: { 'application/json': { schema } } })

function commandPath(contract: (typeof COMMANDS)[keyof typeof COMMANDS]): Json {
  return {
    post: {
      operationId: contract.name,
      summary: contract.summary,
      tags: [contract.name.split('.')[0]],
      ...(contract.permission === null ? { security: [] } : { 'x-permission': contract.permission }),
      parameters: [
        {
          name: 'Idempotency-Key',
          in: 'header',
          schema: { type: 'string', maxLength: 200 },
          description: 'The same key within 24 hours gives the same answer and changes nothing again',
        },
      ],
      requestBody: {
        required: true,
        content: { 'application/json': { schema: schemaOf(contract.input, 'input') } },
      },
      responses: { 200: answer(schemaOf(contract.output, 'output')), ...errorsOf(true) },
    },
  }
}

function queryPath(contract: (typeof QUERIES)[keyof typeof QUERIES]): Json {
  const input = schemaOf(contract.input, 'input') as {
    properties?: Record<string, Json>
    required?: string[]
  }
  const parameters = Object.entries(input.properties ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: input.required?.includes(name) ?? false,
    schema,
  }))
  return {
    get: {
      operationId: contract.name,
      summary: contract.summary,
      tags: [contract.name.split('.')[0]],
      ...(OPEN_QUERIES.has(contract.name)
        ? { security: [] }
        : contract.permission === null
          ? {}
          : { 'x-permission': contract.permission }),
      parameters,
      responses: { 200: answer(schemaOf(contract.output, 'output')), ...errorsOf(false) },
    },
  }
}

function rawPath(route: RawRoute): Json {
  const { status, ...answered } = route.answer
  return {
    [route.method]: {
      operationId: route.id,
      summary: route.summary,
      tags: [route.tag],
      ...(route.access === 'open' ? { security: [] } : {}),
      ...(route.parameters ? { parameters: route.parameters } : {}),
      ...(route.body ? { requestBody: { required: true, content: route.body } } : {}),
      responses: { [status]: answered, ...errorsOf(route.method === 'post') },
    },
  }
}

/** The OpenAPI 3.1 document of every route: commands and queries from the registries, the others from their list. */
export function describeApi(version: string): Json {
  const paths: Json = {}
  for (const contract of Object.values(COMMANDS)) paths[`/api/${contract.name}`] = commandPath(contract)
  for (const contract of Object.values(QUERIES)) paths[`/api/${contract.name}`] = queryPath(contract)
  for (const route of RAW_ROUTES) paths[route.path] = rawPath(route)
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tracedesk',
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description:
        'Commands are POST with a JSON body, queries are GET. `x-permission` is what the caller’s role or token must hold.',
    },
    servers: [{ url: '/' }],
    paths,
    security: [{ bearer: [] }, { cookie: [] }],
    components: {
      responses: errorAnswers(),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'tracedesk_session' },
      },
    },
  }
}

const escapeHtml = (text: unknown) => String(text).replace(/[&<>"']/g, c => `&#${c.charCodeAt(0)};`)

/** The same as one page to read: no script, nothing loaded from elsewhere. */
export function describeApiPage(version: string): string {
  const row = (
    verb: string,
    contract: {
      name: string
      summary: string
      permission: string | null
      input: z.ZodType
      output: z.ZodType
    },
  ) => `
    <section><h3><code>${verb} /api/${escapeHtml(contract.name)}</code></h3><p>${escapeHtml(contract.summary)}. ${contract.permission === null ? 'Needs no permission.' : `Permission: <code>${escapeHtml(contract.permission)}</code>.`}</p>
    <details><summary>Shapes</summary><h4>In</h4><pre>${escapeHtml(JSON.stringify(schemaOf(contract.input, 'input'), null, 2))}</pre><h4>Out</h4><pre>${escapeHtml(JSON.stringify(schemaOf(contract.output, 'output'), null, 2))}</pre></details></section>`
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Tracedesk API</title>
    <style>body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}pre{overflow:auto;background:#f4f4f5;padding:.75rem;border-radius:6px;font-size:13px}section{border-top:1px solid #e4e4e7}</style></head>
    <body><h1>Tracedesk API ${escapeHtml(version)}</h1><p>Machine-readable: <a href="/api/openapi.json">openapi.json</a>. Commands are POST with a JSON body, queries are GET. Errors: <code>{ error: { code, message, details, requestId } }</code>.</p>
    <h2>Commands</h2>${Object.values(COMMANDS)
      .map(c => row('POST', c))
      .join('')}<h2>Queries</h2>${Object.values(QUERIES)
      .map(q => row('GET', q))
      .join('')}<h2>Files, proofs and the rest</h2>${RAW_ROUTES.map(
      ({ method, path, summary }) =>
        `<section><h3><code>${method.toUpperCase()} ${escapeHtml(path)}</code></h3><p>${escapeHtml(summary)}.</p></section>`,
    ).join('')}</body></html>`
}
