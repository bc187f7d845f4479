type Json = Record<string, unknown>

const text = { type: 'string' }
const uuid = { type: 'string', format: 'uuid' }
const count = { type: 'integer', minimum: 0 }
const objectOf = (properties: Json): Json => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
})
const bytes = { type: 'string', contentMediaType: 'application/octet-stream' }

const inQuery = (name: string, schema: Json, required = true, description?: string): Json => ({
  name,
  in: 'query',
  required,
  schema,
  ...(description ? { description } : {}),
})
const inPath = (name: string, schema: Json): Json => ({ name, in: 'path', required: true, schema })

/** A route that is neither a command nor a query: bytes go in or out, or it is no business of the API's users. */
export interface RawRoute {
  /** The path as OpenAPI writes it. */
  readonly path: string
  readonly method: 'get' | 'post'
  readonly id: string
  readonly tag: string
  readonly summary: string
  /** `session`: as any query; `open`: nobody is asked who they are. */
  readonly access: 'session' | 'open'
  readonly parameters?: readonly Json[]
  /** What goes in, by media type. */
  readonly body?: Json
  /** What comes out when it went well. */
  readonly answer: { readonly status: number; readonly description: string; readonly content?: Json }
}

const file = (type: string, description: string) => ({
  status: 200,
  description,
  content: { [type]: { schema: bytes } },
})
const plain = (description: string) => ({
  status: 200,
  description,
  content: { 'text/plain': { schema: text } },
})
const json = (description: string, schema: Json = { type: 'object' }) => ({
  status: 200,
  description,
  content: { 'application/json': { schema } },
})

const LOG = [inPath('workspace', uuid), inPath('epoch', count)]

/** Every route beside commands and queries; a test holds this list against what the server answers. */
export const RAW_ROUTES: readonly RawRoute[] = [
  {
    path: '/api/file.upload',
    method: 'post',
    id: 'file.upload',
    tag: 'file',
    summary: 'Give a file that a message is to carry; its bytes are the body',
    access: 'session',
    parameters: [inQuery('conversationId', uuid), inQuery('name', text, false)],
    body: { '*/*': { schema: bytes } },
    answer: json(
      'The file, to be named when the message is sent',
      objectOf({ file: objectOf({ id: uuid, name: text, size: count, type: text, sha256: text }) }),
    ),
  },
  {
    path: '/api/canned_reply.upload',
    method: 'post',
    id: 'canned_reply.upload',
    tag: 'canned_reply',
    summary: 'Give a file that goes out with a canned reply; its bytes are the body',
    access: 'session',
    parameters: [inQuery('cannedReplyId', uuid), inQuery('name', text, false)],
    body: { '*/*': { schema: bytes } },
    answer: json(
      'The file, and the version of the canned reply that has it',
      objectOf({
        file: objectOf({ id: uuid, name: text, size: count, type: text, sha256: text }),
        version: count,
      }),
    ),
  },
  {
    path: '/api/file/{workspace}/{file}/{expires}/{signature}',
    method: 'get',
    id: 'file.get',
    tag: 'file',
    summary:
      'A file by the signed link that came with its message; good for 10 to 20 minutes. Ranges are answered',
    access: 'open',
    parameters: [
      inPath('workspace', uuid),
      inPath('file', uuid),
      inPath('expires', count),
      inPath('signature', text),
      inQuery('name', text, false),
      inQuery('save', { type: 'string', enum: ['1'] }, false, 'As a download'),
    ],
    answer: file('*/*', 'The bytes of the file'),
  },
  {
    path: '/api/import.upload',
    method: 'post',
    id: 'import.upload',
    tag: 'import',
    summary: 'Give a file to be imported; its bytes are the body',
    access: 'session',
    parameters: [inQuery('name', text)],
    body: { 'application/octet-stream': { schema: bytes } },
    answer: json('The upload, to be named when the import is run', objectOf({ uploadId: uuid })),
  },
  {
    path: '/api/import.rejects_file',
    method: 'get',
    id: 'import.rejects_file',
    tag: 'import',
    summary: 'All the lines that an import did not take so far, with their causes, as CSV',
    access: 'session',
    parameters: [inQuery('id', uuid)],
    answer: file('text/csv', 'Columns line, cause and detail; harmless to spreadsheets'),
  },
  {
    path: '/api/export.download',
    method: 'get',
    id: 'export.download',
    tag: 'export',
    summary:
      'The file of an export, for whoever asked for it, or by the signed link that export.get gave them',
    access: 'session',
    parameters: [
      inQuery('id', uuid),
      inQuery('workspace', uuid, false, 'With a link'),
      inQuery('until', count, false, 'With a link'),
      inQuery('key', text, false, 'With a link'),
    ],
    answer: file('*/*', 'The file in its format'),
  },
  {
    path: '/api/evidence.download',
    method: 'get',
    id: 'evidence.download',
    tag: 'evidence',
    summary: 'An evidence bundle, for whoever had it made',
    access: 'session',
    parameters: [inQuery('id', uuid)],
    answer: file('application/zip', 'The bundle'),
  },
  {
    path: '/api/dispute.report',
    method: 'get',
    id: 'dispute.report',
    tag: 'dispute',
    summary:
      'A case on paper, as a PDF in the language and time zone of its reader; it is recorded with its digest',
    access: 'session',
    parameters: [inQuery('id', uuid), inQuery('language', text, false), inQuery('zone', text, false)],
    answer: file('application/pdf', 'The report'),
  },
  {
    path: '/api/privacy.download',
    method: 'get',
    id: 'privacy.download',
    tag: 'privacy',
    summary: 'The package of a request for access',
    access: 'session',
    parameters: [inQuery('requestId', uuid)],
    answer: file('application/zip', 'The package'),
  },
  {
    path: '/api/ledger.checkpoint',
    method: 'get',
    id: 'ledger.checkpoint',
    tag: 'ledger',
    summary: 'The newest signed note, or that of a size (C2SP tlog-checkpoint)',
    access: 'session',
    parameters: [inQuery('size', count, false)],
    answer: plain('The note'),
  },
  {
    path: '/api/ledger.vkey',
    method: 'get',
    id: 'ledger.vkey',
    tag: 'ledger',
    summary: 'The verifier key of the log (C2SP signed-note)',
    access: 'session',
    answer: plain('The key'),
  },
  {
    path: '/api/ledger.trust',
    method: 'get',
    id: 'ledger.trust',
    tag: 'ledger',
    summary:
      'Whom a verifier of this log has to believe: origin, keys with their sizes, witnesses, earlier epochs',
    access: 'session',
    answer: json('The trust file'),
  },
  {
    path: '/api/ledger.leaf',
    method: 'get',
    id: 'ledger.leaf',
    tag: 'ledger',
    summary: 'The exact bytes of a leaf',
    access: 'session',
    parameters: [inQuery('position', count)],
    answer: json('The leaf, canonical JSON'),
  },
  {
    path: '/api/ledger.inclusion',
    method: 'get',
    id: 'ledger.inclusion',
    tag: 'ledger',
    summary: 'Proof that a leaf is in the signed log (C2SP tlog-proof)',
    access: 'session',
    parameters: [inQuery('position', count)],
    answer: plain('The proof'),
  },
  {
    path: '/api/ledger.consistency',
    method: 'get',
    id: 'ledger.consistency',
    tag: 'ledger',
    summary: 'Hashes that prove that one size of the log grew into another',
    access: 'session',
    parameters: [inQuery('from', count), inQuery('to', count)],
    answer: plain('Hashes in base64, one a line'),
  },
  {
    path: '/log/{workspace}/{epoch}/checkpoint',
    method: 'get',
    id: 'log.checkpoint',
    tag: 'ledger',
    summary: 'The checkpoint where tlog-tiles readers look for it; needs the right to the whole log',
    access: 'session',
    parameters: LOG,
    answer: plain('The note'),
  },
  {
    path: '/log/{workspace}/{epoch}/tile/{tile}',
    method: 'get',
    id: 'log.tile',
    tag: 'ledger',
    summary: 'A tile of hashes or entries (C2SP tlog-tiles); `tile` may hold slashes',
    access: 'session',
    parameters: [
      ...LOG,
      inPath('tile', text),
      inQuery(
        'destroyed',
        { type: 'string', enum: ['empty'] },
        false,
        'Entries that were destroyed come empty',
      ),
    ],
    answer: file('application/octet-stream', 'The tile'),
  },
  {
    path: '/log/{workspace}/{epoch}/destroyed',
    method: 'get',
    id: 'log.destroyed',
    tag: 'ledger',
    summary: 'What retention destroyed of the log, for whoever verifies it from outside',
    access: 'session',
    parameters: LOG,
    answer: file('application/x-ndjson', 'The list, one line each'),
  },
  {
    path: '/api/oidc.start',
    method: 'get',
    id: 'oidc.start',
    tag: 'oidc',
    summary: 'Leads a browser to the single sign-on provider',
    access: 'open',
    parameters: [inQuery('to', text, false)],
    answer: { status: 302, description: 'To the provider, or back to the sign-in page with an error' },
  },
  {
    path: '/api/oidc.callback',
    method: 'get',
    id: 'oidc.callback',
    tag: 'oidc',
    summary: 'Where the provider sends the browser back to',
    access: 'open',
    parameters: [inQuery('code', text, false), inQuery('state', text, false), inQuery('error', text, false)],
    answer: { status: 302, description: 'Into the console, or back to the sign-in page with an error' },
  },
  {
    path: '/api/socket',
    method: 'get',
    id: 'socket',
    tag: 'socket',
    summary: 'WebSocket that tells what changed: event, subject and position, no content',
    access: 'open',
    answer: { status: 101, description: 'From here on messages; the first says who is there and since when' },
  },
  {
    path: '/telegram/{botId}',
    method: 'post',
    id: 'telegram.webhook',
    tag: 'telegram',
    summary: 'Takes updates from Telegram, with the secret it was given',
    access: 'open',
    parameters: [
      inPath('botId', uuid),
      { name: 'X-Telegram-Bot-Api-Secret-Token', in: 'header', required: true, schema: text },
    ],
    body: { 'application/json': { schema: { type: 'object' } } },
    answer: { status: 200, description: 'The update is on disk' },
  },
  {
    path: '/healthz',
    method: 'get',
    id: 'healthz',
    tag: 'health',
    summary: 'Answers while the process lives',
    access: 'open',
    answer: json('Alive', objectOf({ ok: { type: 'boolean' } })),
  },
  {
    path: '/readyz',
    method: 'get',
    id: 'readyz',
    tag: 'health',
    summary: 'Answers when the database does as well',
    access: 'open',
    answer: json('Ready', objectOf({ ok: { type: 'boolean' } })),
  },
  {
    path: '/metrics',
    method: 'get',
    id: 'metrics',
    tag: 'health',
    summary: 'Figures for Prometheus',
    access: 'open',
    answer: plain('The text format of Prometheus'),
  },
  {
    path: '/api/openapi.json',
    method: 'get',
    id: 'openapi',
    tag: 'api',
    summary: 'This document',
    access: 'open',
    answer: json('OpenAPI 3.1'),
  },
  {
    path: '/api/docs',
    method: 'get',
    id: 'docs',
    tag: 'api',
    summary: 'The same as a page to read',
    access: 'open',
    answer: { status: 200, description: 'A page', content: { 'text/html': { schema: text } } },
  },
  {
    path: '/verifier.html',
    method: 'get',
    id: 'verifier',
    tag: 'evidence',
    summary: 'The page that verifies evidence bundles without a server; there once the console is built',
    access: 'open',
    answer: { status: 200, description: 'A page', content: { 'text/html': { schema: text } } },
  },
]
