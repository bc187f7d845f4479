export { isolate, NO_LETTER } from './runs.ts'
export { type Setting, Sheet } from './sheet.ts'
