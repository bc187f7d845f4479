export { Gateway, type GatewayOptions } from './gateway.ts'
export { createIdentify } from './identify.ts'
