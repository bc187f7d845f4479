export { chooseDataDir } from './choose-data-dir.ts'
export { connectEmbedded, type EmbeddedUse } from './connect-embedded.ts'
export { findRunning } from './find-running.ts'
export {
  type EmbeddedConnection,
  type EmbeddedDatabase,
  type EmbeddedOptions,
  startEmbedded,
} from './start-embedded.ts'
export type { ServerChange } from './supervise.ts'
