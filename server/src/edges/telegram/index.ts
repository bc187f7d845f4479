export { Gateway, type GatewayOptions } from './gateway.ts'
export { createIdentify, createProfileReader } from './identify.ts'
export { createSendDocument } from './send-document.ts'
