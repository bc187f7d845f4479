export { eraseUploads } from './erase.ts'
export {
  IMPORT_FORMATS,
  type ImportOptions,
  type ImportPorts,
  type ImportProgress,
  type ImportResult,
  importFile,
} from './import-file.ts'
export type { RejectCause } from './line.ts'
export { findMapping, parseMapping } from './mappings.ts'
export { createImportQueries } from './queries.ts'
export { createImportCommands, ImportKeeper } from './run-import.ts'
export { Uploads } from './uploads.ts'
