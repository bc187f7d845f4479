export {
  IMPORT_FORMATS,
  type ImportOptions,
  type ImportPorts,
  type ImportProgress,
  type ImportResult,
  importFile,
} from './import-file.ts'
export type { RejectCause } from './line.ts'
