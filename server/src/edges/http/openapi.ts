import { COMMANDS, ERROR_CODES, QUERIES } from '@tracedesk/contracts'
import { z } from 'zod'

type Json = Record<string, unknown>

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    target: 'openapi-3.0',
  }) as Json
  return rest
}

const error: Json = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message', 'details', 'requestId'],
      properties: {
        code: { type: 'string', enum: Object.keys(ERROR_CODES) },
        message: { type: 'string' },
        details: { type: 'object' },
        requestId: { type: 'string' },
      },
    },
  },
}
const failure = {
  description: 'Refused or failed; `error.code` says why',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
}
const answer = (schema: Json) => ({ description: 'Done', content: { 'application/json': { schema } } })

function commandPath(contract: (typeof COMMANDS)[keyof typeof COMMANDS]): Json {
  return {
    post: {
      operationId: contract.name,
      summary: contract.summary,
      tags: [contract.name.split('.')[0]],
      ...(contract.permission === null ? { security: [] } : {}),
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
      responses: { 200: answer(schemaOf(contract.output, 'output')), default: failure },
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
      parameters,
      responses: { 200: answer(schemaOf(contract.output, 'output')), default: failure },
    },
  }
}

/** The OpenAPI 3.0 document of every command and query, derived from the registries. */
export function describeApi(version: string): Json {
  const paths: Json = {}
  for (const contract of Object.values(COMMANDS)) paths[`/api/${contract.name}`] = commandPath(contract)
  for (const contract of Object.values(QUERIES)) paths[`/api/${contract.name}`] = queryPath(contract)
  return {
    openapi: '3.0.3',
    info: { title: 'Tracedesk', version, license: { name: 'Apache-2.0' } },
    paths,
    security: [{ bearer: [] }, { cookie: [] }],
    components: {
      schemas: { Error: error },
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
      .join('')}</body></html>`
}
