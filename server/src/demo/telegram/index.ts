export type { BusinessAccount } from './business-account.ts'
export type { RecordedCall } from './call-log.ts'
export type { BotReference, MediaOptions, SayOptions } from './correspondent.ts'
export type { CustomerCounts, Pace } from './customer.ts'
export type { Fault, FaultPlan, Faults } from './faults.ts'
export type { Group, GroupOptions } from './group.ts'
export { createSamplePng } from './image.ts'
export type { Json, JsonObject } from './json.ts'
export { type SendingLimits, TELEGRAM_LIMITS } from './limits.ts'
export { ACKNOWLEDGED_METHODS, SIMULATED_METHODS, UNIMPLEMENTED_METHODS } from './methods/index.ts'
export type { Person, Press } from './person.ts'
export { type Phrase, splitText } from './phrases.ts'
export { createRandom } from './random.ts'
export { type CustomerScript, type ScriptOptions, startCustomers } from './script.ts'
export { showEverything } from './showing.ts'
export {
  type PersonOptions,
  type SimulatedBot,
  SimulatedTelegram,
  type SimulatedTelegramOptions,
  startSimulatedTelegram,
} from './telegram.ts'
export { NoReply } from './waiting.ts'
