export { chooseDataDir } from './choose-data-dir.ts'
export { connectEmbedded } from './connect-embedded.ts'
export { findRunning } from './find-running.ts'
export {
  type EmbeddedConnection,
  type EmbeddedDatabase,
  startEmbedded,
} from './start-embedded.ts'
