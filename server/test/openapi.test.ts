import { Validator } from '@seriousme/openapi-schema-validator'
import { COMMANDS, ERROR_CODES, QUERIES } from '@tracedesk/contracts'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHttpServer } from '../src/edges/http/server.ts'
import { createWorld, type World } from './support/world.ts'

interface Operation {
  readonly operationId: string
  readonly security?: readonly unknown[]
  readonly parameters?: readonly { name: string; in: string; required?: boolean; schema: object }[]
  readonly requestBody?: { content: Record<string, { schema: object }> }
  readonly responses: Record<string, { $ref?: string; content?: Record<string, { schema: object }> }>
}
interface Document {
  readonly openapi: string
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: { responses: Record<string, { content: Record<string, { schema: object }> }> }
}

let world: World
let server: FastifyInstance
let document: Document
const routes: { method: string; url: string }[] = []

beforeAll(async () => {
  world = await createWorld()
  server = await createHttpServer(world.node, {
    publicUrl: undefined,
    webRoot: null,
    webhook: async () => 200,
    onRoute: ({ method, url }) => {
      for (const one of [method].flat()) routes.push({ method: one, url })
    },
  })
  await server.ready()
  document = (await server.inject({ method: 'GET', url: '/api/openapi.json' })).json()
})
afterAll(async () => {
  await server.close()
  await world.end()
})

/** `/log/:workspace/tile/*` as OpenAPI writes it. */
const asTemplate = (url: string) =>
  url.replace(/:([A-Za-z]+)/g, '{$1}').replace(/\/tile\/\*$/, '/tile/{tile}')

test('every route that the server answers is in the document, and nothing else', () => {
  const served = routes
    .filter(({ method }) => method !== 'HEAD' && method !== 'OPTIONS')
    .map(({ method, url }) => `${method} ${asTemplate(url)}`)
  const described = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map(method => `${method.toUpperCase()} ${path}`),
  )
  expect(served.length).toBeGreaterThan(Object.keys(COMMANDS).length + Object.keys(QUERIES).length)
  expect(served.filter(route => !described.includes(route))).toEqual([])
  // there only once the console is built
  expect(described.filter(route => !served.includes(route) && route !== 'GET /verifier.html')).toEqual([])
})

test('the document is valid OpenAPI 3.1 with no operation twice', async () => {
  const validator = new Validator()
  const { valid, errors } = await validator.validate(structuredClone({ ...document }))
  expect(errors).toBeUndefined()
  expect(valid).toBe(true)
  expect(validator.version).toBe('3.1')
  const broken = structuredClone(document) as unknown as { paths: Record<string, unknown> }
  broken.paths['/api/note.add'] = { post: { parameters: 'none' } }
  expect((await new Validator().validate(broken as never)).valid).toBe(false)
  const ids = Object.values(document.paths).flatMap(path => Object.values(path).map(one => one.operationId))
  expect(ids.length).toBe(new Set(ids).size)
})

test('every schema in it is JSON Schema 2020-12', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  let schemas = 0
  const check = (schema: object) => {
    schemas++
    expect(ajv.validateSchema(schema), JSON.stringify(ajv.errors)).toBe(true)
  }
  for (const path of Object.values(document.paths))
    for (const operation of Object.values(path)) {
      for (const { schema } of operation.parameters ?? []) check(schema)
      for (const { schema } of Object.values(operation.requestBody?.content ?? {})) check(schema)
      for (const { content } of Object.values(operation.responses))
        for (const { schema } of Object.values(content ?? {})) check(schema)
    }
  expect(schemas).toBeGreaterThan(400)
})

test('every code the API can answer with is under its status, for every operation', () => {
  const codesOf = (status: string): string[] => {
    const { schema } = document.components.responses[`E${status}`]?.content['application/json'] ?? {}
    return (schema as { properties: { error: { properties: { code: { enum: string[] } } } } }).properties
      .error.properties.code.enum
  }
  for (const [code, status] of Object.entries(ERROR_CODES)) expect(codesOf(String(status))).toContain(code)
  for (const [path, operations] of Object.entries(document.paths))
    for (const [method, { responses }] of Object.entries(operations)) {
      const refs = Object.entries(responses).filter(([, answer]) => answer.$ref)
      for (const [status, answer] of refs) expect(answer.$ref).toBe(`#/components/responses/E${status}`)
      for (const status of ['400', '401', '403', '404', '409', '429', '500', '503'])
        expect(
          refs.map(([known]) => known),
          `${method} ${path}`,
        ).toContain(status)
    }
})

test('real answers, good and bad, are what the document says they are', async () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  const bearer = { authorization: `Bearer ${world.owner.token}` }
  const ask = async (method: 'GET' | 'POST', path: string, payload?: object, headers: object = bearer) => {
    const answer = await server.inject({
      method,
      url: path,
      headers: { ...headers, ...(payload ? { 'content-type': 'application/json' } : {}) },
      ...(payload ? { payload } : {}),
    })
    const operation = document.paths[path.split('?')[0] ?? '']?.[method.toLowerCase()]
    const described = operation?.responses[String(answer.statusCode)]
    const response = described?.$ref
      ? document.components.responses[described.$ref.split('/').at(-1) ?? '']
      : described
    const schema = response?.content?.['application/json']?.schema
    if (!schema) throw new Error(`${path} answered ${answer.statusCode}, of which the document says nothing`)
    expect(ajv.validate(schema, answer.json()), `${path}: ${JSON.stringify(ajv.errors)}`).toBe(true)
    return answer.statusCode
  }
  const talk = await world.conversation()
  expect(await ask('POST', '/api/note.add', { conversationId: talk.id, text: 'hello' })).toBe(200)
  expect(await ask('POST', '/api/note.add', { conversationId: talk.id })).toBe(400)
  expect(await ask('POST', '/api/label.delete', { labelId: talk.id })).toBe(404)
  expect(await ask('POST', '/api/label.create', { name: 'x' }, {})).toBe(401)
  await world.settle()
  for (const { name, input } of Object.values(QUERIES)) {
    if (!input.safeParse({}).success) continue
    expect(await ask('GET', `/api/${name}`), name).toBe(200)
  }
  expect(await ask('GET', '/api/log.search?event=note.*&event=label.*&limit=5')).toBe(200)
  expect(await ask('GET', '/api/log.search?limit=5000')).toBe(400)
})
