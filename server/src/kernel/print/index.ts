export { isolate, NO_LETTER } from './runs.ts'
export { Sheet } from './sheet.ts'
