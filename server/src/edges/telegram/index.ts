export { Gateway, type GatewayOptions } from './gateway.ts'
export { createIdentify } from './identify.ts'
export { GATEWAY_TIMING, type GatewayTiming } from './timing.ts'
export { WEBHOOK_BODY_MAX } from './webhook.ts'
