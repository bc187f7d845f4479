export { recordBackup } from './commands.ts'
export {
  declareRestored,
  type FinishedRestore,
  findUnfinishedRestore,
  finishRestores,
} from './finish-restore.ts'
export { checkBackup, loadBackup, restoreFiles } from './load-backup.ts'
export { type BackupManifest, readManifest } from './manifest.ts'
export { takeBackup } from './take-backup.ts'
