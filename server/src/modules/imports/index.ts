export { dryRun } from './dry-run.ts'
export { eraseUploads } from './erase.ts'
export {
  IMPORT_FORMATS,
  type ImportOptions,
  type ImportPorts,
  importFile,
} from './import-file.ts'
export { REJECT_CAUSES } from './line.ts'
export { findMapping, parseMapping } from './mappings.ts'
export { createImportQueries, openRejects } from './queries.ts'
export { createImportCommands, ImportKeeper } from './run-import.ts'
export { UPLOAD_MAX, Uploads } from './uploads.ts'
