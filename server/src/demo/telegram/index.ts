export type { BotReference } from './correspondent.ts'
export type { Pace } from './customer.ts'

export { createSamplePng } from './image.ts'
export type { Json, JsonObject } from './json.ts'
export { TELEGRAM_LIMITS } from './limits.ts'
export { ACKNOWLEDGED_METHODS, SIMULATED_METHODS, UNIMPLEMENTED_METHODS } from './methods/index.ts'
export type { Person } from './person.ts'
export { splitText } from './phrases.ts'
export { createRandom } from './random.ts'
export { startCustomers } from './script.ts'
export { showEverything } from './showing.ts'
export {
  type SimulatedBot,
  SimulatedTelegram,
  startSimulatedTelegram,
} from './telegram.ts'
export { NoReply } from './waiting.ts'
