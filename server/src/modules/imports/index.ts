export { type DryRun, dryRun } from './dry-run.ts'
export { eraseUploads } from './erase.ts'
export {
  IMPORT_FORMATS,
  type ImportOptions,
  type ImportPorts,
  type ImportProgress,
  type ImportResult,
  importFile,
} from './import-file.ts'
export { REJECT_CAUSES, type RejectCause } from './line.ts'
export { findMapping, parseMapping } from './mappings.ts'
export { createImportQueries, openRejects } from './queries.ts'
export { createImportCommands, ImportKeeper } from './run-import.ts'
export { UPLOAD_MAX, Uploads } from './uploads.ts'
