export type { Origin } from './cloud-event.ts'
export { createStreamCommands } from './commands.ts'
export {
  createHaltStream,
  createLetterCommands,
  layAsideCommand,
  StreamMoved,
  settleLetterCommand,
} from './letters.ts'
export type { Outcome, SendEntries, StreamPort } from './port.ts'
export { streamQueries } from './queries.ts'
export { signatureHeaders, syslogBytes, webhookCall } from './render.ts'
export {
  LAG,
  loadStream,
  moveOn,
  nextLetter,
  noteTrouble,
  type Stream,
  type StreamPlace,
} from './store.ts'
export { readTarget } from './target.ts'
export { createTestStream } from './test-stream.ts'
