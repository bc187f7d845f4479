export { Gateway, type GatewayOptions } from './gateway.ts'
export { createIdentify } from './identify.ts'
export { createSendDocument } from './send-document.ts'
