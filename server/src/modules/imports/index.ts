export { completeImport, importBotId, startImport } from './commands.ts'
export {
  IMPORT_FORMATS,
  type ImportOptions,
  type ImportPorts,
  type ImportProgress,
  type ImportResult,
  importFile,
} from './import-file.ts'
export { REJECT_CAUSES, type RejectCause } from './line.ts'
