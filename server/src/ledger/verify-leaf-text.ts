/** The bytes of a text in Latin-1: for names and literals, which are all ASCII. */
export const ascii = (text: string): Uint8Array => Buffer.from(text, 'latin1')

/** The members of a leaf in canonical order, as the encoder writes them (packages/proof, leaf-text.ts). */
export const L = {
  actor: ascii('{"actor":{'),
  departments: ascii('"departments":['),
  idOpen: ascii('"id":"'),
  nextKind: ascii(',"kind":"'),
  kindOpen: ascii('"kind":"'),
  named: ascii(',"named":"'),
  role: ascii(',"role":"'),
  at: ascii('},"at":"'),
  botId: ascii(',"botId":"'),
  causedBy: ascii(',"causedBy":"'),
  conversationId: ascii(',"conversationId":"'),
  counters: ascii(',"counters":{'),
  conversation: ascii('"conversation":'),
  node: ascii('"node":'),
  customerId: ascii(',"customerId":"'),
  data: ascii(',"data":'),
  event: ascii(',"event":"'),
  id: ascii('","id":"'),
  nonce: ascii('","nonce":"'),
  onBehalfOf: ascii(',"onBehalfOf":"'),
  outcome: ascii(',"outcome":"'),
  parts: ascii('","parts":{'),
  commitment: ascii('":{"commitment":"'),
  owner: ascii('","owner":"'),
  reason: ascii(',"reason":{"code":"'),
  recordedAt: ascii(',"recordedAt":"'),
  agents: ascii('","scope":{"agents":['),
  scopeDepartments: ascii(',"departments":['),
  subject: ascii('},"subject":{"id":"'),
  subjectKind: ascii('","kind":"'),
  name: ascii(',"name":"'),
  version: ascii('},"v":1,"version":'),
  via: ascii(',"via":{'),
  nodeId: ascii('"nodeId":"'),
  origin: ascii('"origin":"'),
  requestId: ascii('"requestId":"'),
  sessionId: ascii('"sessionId":"'),
  source: ascii('"source":"'),
  end: ascii('"}}'),
}

export const QUOTE = 0x22
export const BACKSLASH = 0x5c
export const COMMA = 0x2c
export const CLOSE = 0x7d
export const CLOSE_LIST = 0x5d
export const UUID_TEXT = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34]
export const HEX = Uint8Array.from('0123456789abcdef', digit => digit.charCodeAt(0))
export const COMMITMENT_CHARS = 44
export const NONCE_CHARS = 32
